using ActionableModels.Compute;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.Metrics;

/// <summary>
/// Writes TensorBoard event files: TFRecords of <c>Event</c> messages (tensorflow/core/util/event.proto, framework/summary.proto).
/// Every writer starts a file of its own and announces its first step: TensorBoard drops what earlier files of the folder hold from there on.
/// </summary>
public sealed class TensorBoardWriter : IDisposable
{
    private const int EventWallTime = 1, EventStep = 2, EventVersion = 3, EventSummary = 5, EventSessionLog = 7;
    private const int SummaryValue = 1, ValueTag = 1, ValueSimple = 2, ValueImage = 4, ValueHistogram = 5;
    private const int SessionStatus = 1, SessionStart = 1;

    private readonly FileStream file;
    private readonly TimeProvider clock;
    private readonly ProtobufWriter message = new(), summary = new(), value = new(), inner = new();

    /// <summary>Creates the next event file of a folder, and the folder.</summary>
    /// <param name="folder">The run's folder, as given to <c>tensorboard --logdir</c>.</param>
    /// <param name="clock">Where wall times come from.</param>
    /// <param name="resumeStep">Step of the checkpoint that the run continues from; null for a new run.</param>
    /// <exception cref="ActionableException">The file cannot be created.</exception>
    public TensorBoardWriter(string folder, TimeProvider clock, long? resumeStep = null)
    {
        this.clock = clock;
        try
        {
            AtomicFile.CreateFolder(folder);
            var seconds = clock.GetUtcNow().ToUnixTimeSeconds();
            for (var n = 0; ; n++)
            {
                Path = System.IO.Path.Combine(folder, $"events.out.tfevents.{seconds:D10}.actionable.{n:D3}");
                if (File.Exists(Path)) continue;
                file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
                break;
            }
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(folder, fault);
        }
        StartEvent(0);
        message.Text(EventVersion, "brain.Event:2");
        EndEvent();
        inner.Clear();
        inner.Integer(SessionStatus, SessionStart);
        StartEvent(resumeStep + 1 ?? 0);
        message.Blob(EventSessionLog, inner.Message);
        EndEvent();
    }

    /// <summary>The event file.</summary>
    public string Path { get; }

    /// <summary>Writes scalars of one step; a value that is NaN is left out.</summary>
    /// <param name="step">Training step.</param>
    /// <param name="tags">Names; '/' groups them in TensorBoard.</param>
    /// <param name="values">One value per tag.</param>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Scalars(long step, ReadOnlySpan<string> tags, ReadOnlySpan<double> values)
    {
        if (tags.Length != values.Length) throw new ArgumentException($"{tags.Length} tags, {values.Length} values");
        summary.Clear();
        for (var i = 0; i < tags.Length; i++)
        {
            if (double.IsNaN(values[i])) continue;
            value.Clear();
            value.Text(ValueTag, tags[i]);
            value.Float(ValueSimple, (float)values[i]);
            summary.Blob(SummaryValue, value.Message);
        }
        WriteSummary(step);
    }

    /// <summary>Writes one scalar.</summary>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Scalar(long step, string tag, double scalar) => Scalars(step, [tag], [scalar]);

    /// <summary>Writes a histogram.</summary>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Histogram(long step, string tag, Histogram histogram)
    {
        inner.Clear();
        inner.Double(1, histogram.Min);
        inner.Double(2, histogram.Max);
        inner.Double(3, histogram.Count);
        inner.Double(4, histogram.Sum);
        inner.Double(5, histogram.SumOfSquares);
        inner.PackedDoubles(6, histogram.Counts.Length);
        for (var i = 0; i < histogram.Counts.Length; i++) inner.Packed(histogram.UpperEnd(i));
        inner.PackedDoubles(7, histogram.Counts.Length);
        foreach (var count in histogram.Counts) inner.Packed(count);
        WriteValue(step, tag, ValueHistogram);
    }

    /// <summary>Writes an image.</summary>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Image(long step, string tag, RgbImage image)
    {
        const int rgb = 3;
        inner.Clear();
        inner.Integer(1, image.Height);
        inner.Integer(2, image.Width);
        inner.Integer(3, rgb);
        inner.Blob(4, Png.Encode(image));
        WriteValue(step, tag, ValueImage);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private void WriteValue(long step, string tag, int kind)
    {
        value.Clear();
        value.Text(ValueTag, tag);
        value.Blob(kind, inner.Message);
        summary.Clear();
        summary.Blob(SummaryValue, value.Message);
        WriteSummary(step);
    }

    private void WriteSummary(long step)
    {
        if (summary.Length == 0) return;
        StartEvent(step);
        message.Blob(EventSummary, summary.Message);
        EndEvent();
    }

    private void StartEvent(long step)
    {
        message.Clear();
        message.Double(EventWallTime, (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);
        if (step != 0) message.Integer(EventStep, step);
    }

    private void EndEvent()
    {
        try
        {
            TfRecord.Write(file, message.Message);
        }
        catch (IOException fault)
        {
            throw FileFault.Writing(Path, fault);
        }
    }
}
