namespace ActionableModels.Cli.Terminal;

/// <summary>An aligned text table. A column whose cells all start like numbers is aligned to the right.</summary>
/// <param name="headers">One heading per column.</param>
public sealed class Table(params string[] headers)
{
    private const string Gap = "  ";
    private readonly List<string[]> rows = [];

    /// <summary>Adds a row; line breaks in cells become spaces.</summary>
    /// <exception cref="ArgumentException">The number of cells is not that of the headings.</exception>
    public Table Add(params string[] cells)
    {
        if (cells.Length != headers.Length) throw new ArgumentException($"{cells.Length} cells, {headers.Length} headings");
        rows.Add([.. cells.Select(c => c.ReplaceLineEndings(" "))]);
        return this;
    }

    /// <summary>Writes the table.</summary>
    public void Write(TextWriter output)
    {
        var widths = headers.Select((h, c) => rows.Select(r => r[c].Length).Append(h.Length).Max()).ToArray();
        var right = headers.Select((_, c) => rows.Count > 0 && rows.All(r => r[c].Length == 0 || IsNumeric(r[c]))).ToArray();
        WriteRow(output, headers, widths, right);
        output.WriteLine(string.Join(Gap, widths.Select(w => new string('─', w))));
        foreach (var row in rows) WriteRow(output, row, widths, right);
    }

    private static void WriteRow(TextWriter output, string[] cells, int[] widths, bool[] right)
        => output.WriteLine(string.Join(Gap, cells.Select((cell, c) => right[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd());

    private static bool IsNumeric(string cell) =>
        char.IsAsciiDigit(cell[0]) || (cell.Length > 1 && cell[0] is '-' or '+' && char.IsAsciiDigit(cell[1]));
}
