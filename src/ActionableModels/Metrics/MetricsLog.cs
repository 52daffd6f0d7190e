using ActionableModels.Compute;
using ActionableModels.Imaging;

namespace ActionableModels.Metrics;

/// <summary>A run's metrics, written both to <c>metrics.csv</c> and to TensorBoard event files in the run's folder.</summary>
public sealed class MetricsLog : IDisposable
{
    /// <summary>Name of the CSV file in the run's folder.</summary>
    public const string CsvName = "metrics.csv";

    private readonly string[] columns;
    private readonly CsvMetricsWriter csv;
    private readonly TensorBoardWriter events;

    /// <summary>Opens the log of a run.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="columns">Names of the scalars, the same for every row; '/' groups them in TensorBoard.</param>
    /// <param name="clock">Where wall times come from.</param>
    /// <param name="resumeStep">Step of the checkpoint that the run continues from; null for a new run.</param>
    /// <exception cref="ActionableException">A file cannot be written, or the log to continue is damaged or has other columns.</exception>
    public MetricsLog(string folder, IReadOnlyList<string> columns, TimeProvider clock, long? resumeStep = null)
    {
        this.columns = [.. columns];
        csv = new CsvMetricsWriter(Path.Combine(folder, CsvName), columns, resumeStep);
        try
        {
            events = new TensorBoardWriter(folder, clock, resumeStep);
        }
        catch
        {
            csv.Dispose();
            throw;
        }
    }

    /// <summary>Logs the scalars of a step.</summary>
    /// <param name="step">Training step.</param>
    /// <param name="values">One value per column; NaN for nothing.</param>
    /// <exception cref="ActionableException">A file cannot be written.</exception>
    public void Write(long step, ReadOnlySpan<double> values)
    {
        csv.Write(step, values);
        events.Scalars(step, columns, values);
    }

    /// <summary>Logs a histogram, to TensorBoard alone.</summary>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Histogram(long step, string tag, Histogram histogram) => events.Histogram(step, tag, histogram);

    /// <summary>Logs an image, to TensorBoard alone.</summary>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Image(long step, string tag, RgbImage image) => events.Image(step, tag, image);

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        csv.Dispose();
        events.Dispose();
    }
}
