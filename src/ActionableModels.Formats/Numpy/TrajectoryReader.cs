using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Numpy;

/// <summary>Finds out, reading the flags of a file forward, how many rows each trajectory has.</summary>
internal sealed class TrajectoryReader : IDisposable
{
    private const int FlagsAtOnce = 8192;
    private readonly OgBenchFile file;
    private readonly EntryReader reader;
    private readonly byte[] bytes;
    private readonly float end;
    private long rows;
    private int next, count;

    public TrajectoryReader(OgBenchFile file)
    {
        this.file = file;
        reader = file.File.Read(file.Ends);
        bytes = new byte[FlagsAtOnce * file.Ends.Header.Type.Bytes];
        end = file.Layout == OgBenchLayout.Compact ? 0 : 1;
    }

    /// <summary>Rows of the next trajectory, and whether the flags end it; null behind the last.</summary>
    /// <exception cref="SourceException">The flags are damaged, or one is neither 0 nor 1.</exception>
    public (long Rows, bool Ended)? Next()
    {
        var (type, total, first) = (file.Ends.Header.Type, file.Ends.Header.Rows, rows);
        while (true)
        {
            if (next == count)
            {
                if (rows == total)
                {
                    reader.Finish();
                    return rows > first ? (rows - first, false) : null;
                }
                (next, count) = (0, (int)Math.Min(FlagsAtOnce, total - rows));
                reader.Read(bytes.AsSpan(0, count * type.Bytes));
            }
            var flag = type.Number(bytes.AsSpan(next++ * type.Bytes, type.Bytes));
            rows++;
            if (flag is not (0 or 1)) throw file.File.Bad(file.Ends, $"row {rows - 1} is {flag}: it must be 0 or 1");
            if (flag == end) return (rows - first, true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();
}
