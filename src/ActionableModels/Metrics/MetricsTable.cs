using System.Globalization;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Metrics;

/// <summary>The rows of a metrics file: what was logged, in order of the steps.</summary>
/// <param name="Columns">Names; the first is <see cref="StepColumn"/>.</param>
/// <param name="Rows">One number per column; NaN where nothing was logged.</param>
public sealed record MetricsTable(IReadOnlyList<string> Columns, IReadOnlyList<double[]> Rows)
{
    /// <summary>Name of the first column.</summary>
    public const string StepColumn = "step";

    private const int MaxFileBytes = 256 << 20;

    /// <summary>Reads a file of <see cref="CsvMetricsWriter"/>. A last line that a killed run left half-written is skipped.</summary>
    /// <exception cref="ActionableException">The file cannot be read or is not a metrics file.</exception>
    public static MetricsTable Read(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
                throw new ActionableException($"{path} is longer than {MaxFileBytes >> 20} MiB: not a metrics file");
            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
        var complete = text[..(text.LastIndexOf('\n') + 1)];
        var lines = complete.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var columns = lines.Length == 0 ? [] : lines[0].TrimEnd('\r').Split(',');
        if (columns.Length == 0 || columns[0] != StepColumn)
            throw new ActionableException($"{path} is not a metrics file: its first line is not a header that starts with '{StepColumn}'");
        var rows = new List<double[]>(lines.Length);
        for (var i = 1; i < lines.Length; i++) rows.Add(ParseRow(lines[i].TrimEnd('\r'), columns.Length, path, i + 1));
        return new MetricsTable(columns, rows);
    }

    /// <summary>The (step, value) pairs of a column, without rows where nothing was logged; empty for an unknown column.</summary>
    public IReadOnlyList<(double Step, double Value)> Series(string column)
    {
        var index = Columns.ToList().IndexOf(column);
        return index < 0 ? [] : [.. Rows.Where(r => double.IsFinite(r[index])).Select(r => (r[0], r[index]))];
    }

    private static double[] ParseRow(string line, int columns, string path, int number)
    {
        var cells = line.Split(',');
        var row = new double[columns];
        if (cells.Length != columns) throw new ActionableException($"{path}: line {number} has {cells.Length} cells, the header has {columns}");
        for (var c = 0; c < columns; c++)
            if (cells[c].Length == 0) row[c] = double.NaN;
            else if (!double.TryParse(cells[c], NumberStyles.Float, CultureInfo.InvariantCulture, out row[c]))
                throw new ActionableException($"{path}: line {number} has '{Shortened(cells[c])}', which is not a number");
        if (!double.IsFinite(row[0])) throw new ActionableException($"{path}: line {number} has no step");
        return row;
    }

    private static string Shortened(string cell) => cell.Length <= 40 ? cell : cell[..40] + "…";
}
