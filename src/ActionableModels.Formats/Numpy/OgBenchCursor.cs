using ActionableModels.Compute;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Numpy;

/// <summary>Goes through the trajectories of a file once, all arrays side by side, each through a reader of its own.</summary>
internal sealed class OgBenchCursor : IDisposable
{
    private readonly OgBenchFile file;
    private readonly long largestEpisode, end;
    private readonly TrajectoryReader trajectories;
    private readonly Column[] columns;
    private readonly long begin;
    private long record, row;
    private bool done;

    /// <param name="file">File.</param>
    /// <param name="begin">First trajectory to give.</param>
    /// <param name="end">The one behind the last to give.</param>
    /// <param name="largestEpisode">A trajectory of more bytes is a fault.</param>
    public OgBenchCursor(OgBenchFile file, long begin, long end, long largestEpisode)
    {
        (this.file, this.begin, this.end, this.largestEpisode) = (file, begin, end, Math.Min(largestEpisode, Array.MaxLength));
        trajectories = new(file);
        columns = [.. file.Fields.SelectMany((field, i) => field.Next is null ? [new Column(field.Array, i, false)]
            : new[] { new Column(field.Array, i, false), new Column(field.Next, i, true) })];
    }

    /// <summary>The next item; null behind the last.</summary>
    /// <exception cref="ActionableException">The disk does not give the bytes.</exception>
    public SourceItem? Next(CancellationToken cancellation)
    {
        if (done) return null;
        try
        {
            while (record < begin && trajectories.Next() is { } passed)
            {
                cancellation.ThrowIfCancellationRequested();
                (record, row) = (record + 1, row + passed.Rows);
            }
            return record < end && trajectories.Next() is { } trajectory ? Give(trajectory, cancellation) : Finish();
        }
        catch (SourceException e)
        {
            done = true;
            return new(new(0, end + 1, 0), null, new(e.File, record < end ? record : null, e.Field, e.What, e), record < end ? end - Math.Max(record, begin) : -1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        trajectories.Dispose();
        foreach (var column in columns) column.Reader?.Dispose();
    }

    private SourceItem Give((long Rows, bool Ended) trajectory, CancellationToken cancellation)
    {
        var place = new SourcePosition(0, record + 1, 0);
        var (first, number) = (row, record);
        if (!trajectory.Ended) return Pass($"it does not end: the last row of {file.Ends.Name} tells of no end, the dataset is cut off there");
        var bytes = file.Fields.Sum(f => OgBenchEpisode.BytesOf(f, trajectory.Rows));
        if (bytes > largestEpisode || trajectory.Rows > Array.MaxLength)
            return Pass($"its {trajectory.Rows} rows take {bytes} bytes, more than {largestEpisode}: {SourceOptions.AllowLarger}");
        var episode = new OgBenchEpisode(file, number, first, (int)trajectory.Rows);
        try
        {
            foreach (var column in columns)
            {
                cancellation.ThrowIfCancellationRequested();
                column.Read(file.File, first, trajectory.Rows, episode.Rows(column.Field));
            }
            file.File.File.CheckUnchanged();
        }
        catch
        {
            episode.Dispose();
            throw;
        }
        (record, row) = (number + 1, first + trajectory.Rows);
        return new(place, episode);

        SourceItem Pass(string what)
        {
            (record, row) = (number + 1, first + trajectory.Rows);
            return new(place, null, new(file.File.File.Path, number, null, what), 1);
        }
    }

    private SourceItem? Finish()
    {
        done = true;
        file.File.File.CheckUnchanged();
        if (end < file.Episodes) return null;
        foreach (var column in columns) column.Finish(file.File, file.Ends.Header.Rows);
        return null;
    }

    /// <summary>One array that is read forward.</summary>
    private sealed class Column(NpzArray array, int number, bool behind)
    {
        private long row;

        public int Field { get; } = number;
        public EntryReader? Reader { get; private set; }

        /// <summary>Reads the rows of a trajectory; the array with what is behind a row gives its last one.</summary>
        public void Read(NpzFile file, long first, long rows, Span<byte> bytes)
        {
            var size = array.Header.RowBytes;
            Go(file, behind ? first + rows - 1 : first);
            Reader!.Read(behind ? bytes[(int)(rows * size)..] : bytes[..(int)(rows * size)]);
            row = first + rows;
        }

        public void Finish(NpzFile file, long rows)
        {
            Go(file, rows);
            Reader!.Finish();
        }

        private void Go(NpzFile file, long to)
        {
            Reader ??= file.Read(array);
            Reader.Skip((to - row) * array.Header.RowBytes);
            row = to;
        }
    }
}
