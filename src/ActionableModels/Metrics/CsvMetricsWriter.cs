using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Metrics;

/// <summary>
/// Appends metrics to a CSV file: one header, then one row per logged step, first column the step. Numbers are written in the
/// invariant culture so that they read back exactly; nothing logged is an empty cell. Rows reach the file at once.
/// </summary>
public sealed class CsvMetricsWriter : IDisposable
{
    private const int CellBytes = 32;

    private readonly string path;
    private readonly byte[] line;
    private readonly int columns;
    private readonly FileStream file;

    /// <summary>Opens a metrics file.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="columns">Names of the values, without the step.</param>
    /// <param name="resumeStep">
    /// Null starts a new file. Otherwise the file is continued: rows above this step are dropped first, atomically, so that the
    /// continued file is the one of an unbroken run.
    /// </param>
    /// <exception cref="ActionableException">The file cannot be written, or the one to continue is damaged or has other columns.</exception>
    public CsvMetricsWriter(string path, IReadOnlyList<string> columns, long? resumeStep = null)
    {
        if (columns.Any(c => c.Length == 0 || c.AsSpan().IndexOfAny(",\"\r\n") >= 0))
            throw new ArgumentException("a column name has no comma, quote or line break");
        (this.path, this.columns, line) = (path, columns.Count, new byte[(columns.Count + 1) * CellBytes]);
        string[] header = [MetricsTable.StepColumn, .. columns];
        var kept = resumeStep is { } step && File.Exists(path) ? KeptRows(header, step) : [];
        AtomicFile.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, rewritten =>
        {
            rewritten.Write(Encoding.UTF8.GetBytes(string.Join(',', header) + "\n"));
            foreach (var row in kept) rewritten.Write(Format((long)row[0], row.AsSpan(1)));
        });
        try
        {
            file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(path, fault);
        }
    }

    /// <summary>Appends the row of a step.</summary>
    /// <param name="step">Training step.</param>
    /// <param name="values">One value per column; NaN leaves the cell empty.</param>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public void Write(long step, ReadOnlySpan<double> values)
    {
        if (values.Length != columns) throw new ArgumentException($"{values.Length} values, {columns} columns");
        try
        {
            file.Write(Format(step, values));
        }
        catch (IOException fault)
        {
            throw FileFault.Writing(path, fault);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private IEnumerable<double[]> KeptRows(string[] header, long step)
    {
        var table = MetricsTable.Read(path);
        if (!table.Columns.SequenceEqual(header))
            throw new ActionableException($"{FileFault.Show(path)} has other columns ({FileFault.Show(string.Join(", ", table.Columns))}): "
                + "continue with the version that wrote it, or move it away");
        return table.Rows.Where(r => r[0] <= step);
    }

    private ReadOnlySpan<byte> Format(long step, ReadOnlySpan<double> values)
    {
        Utf8Formatter.TryFormat(step, line, out var length);
        foreach (var value in values)
        {
            line[length++] = (byte)',';
            if (double.IsNaN(value)) continue;
            value.TryFormat(line.AsSpan(length), out var written, default, CultureInfo.InvariantCulture);
            length += written;
        }
        line[length++] = (byte)'\n';
        return line.AsSpan(0, length);
    }
}
