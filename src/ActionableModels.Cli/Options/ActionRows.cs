using System.Text.Json;
using ActionableModels.Compute;

namespace ActionableModels.Cli;

/// <summary>A JSON list of rows of numbers.</summary>
internal static class ActionRows
{
    private const int LongestFile = 64 << 20;

    /// <summary>Reads and checks the rows.</summary>
    /// <exception cref="ActionableException">The file cannot be read, is no list of rows, or a row does not fit the layout.</exception>
    public static float[] Read(string path, IReadOnlyList<string> layout)
    {
        using var document = Parse(path);
        var expected = $"a list of rows of {layout.Count} numbers ({string.Join(", ", layout)})";
        var list = document.RootElement;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0) throw new ActionableException($"{path}: is not {expected}");
        var rows = new float[list.GetArrayLength() * layout.Count];
        var r = 0;
        foreach (var row in list.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array) throw new ActionableException($"{path}: row {r} is no list; give {expected}");
            if (row.GetArrayLength() != layout.Count)
                throw new ActionableException($"{path}: row {r} has {row.GetArrayLength()} numbers; give {expected}");
            var c = 0;
            foreach (var cell in row.EnumerateArray())
            {
                if (cell.ValueKind != JsonValueKind.Number || !cell.TryGetSingle(out var value) || !float.IsFinite(value))
                    throw new ActionableException($"{path}: row {r}, {layout[c]} is not a finite number; give {expected}");
                rows[r * layout.Count + c++] = value;
            }
            r++;
        }
        return rows;
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile)
                throw new ActionableException($"{path}: longer than {LongestFile >> 20} MiB; split the actions");
            return JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException fault)
        {
            throw new ActionableException($"{path}: is not JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine})", fault);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ActionableException($"{path}: there is no such file; give a JSON file of action rows", fault);
        }
    }
}
