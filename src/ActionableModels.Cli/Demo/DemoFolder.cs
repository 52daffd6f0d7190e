using ActionableModels.Compute;

namespace ActionableModels.Cli;

/// <summary>The folder of a demo. demo.json marks it as one from the start and holds the result at the end.</summary>
internal sealed class DemoFolder(string root)
{
    private const string Marker = "demo.json";

    public string Data => Path.Combine(root, "data");
    public string Run => Path.Combine(root, "run");
    public string Report => Path.Combine(root, "report.html");

    /// <summary>Makes the folder ready: an earlier demo goes, anything else stays untouched.</summary>
    /// <exception cref="ActionableException">The folder holds something else, or cannot be written.</exception>
    public void Prepare()
    {
        var marker = Path.Combine(root, Marker);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any() && !File.Exists(marker))
            throw new ActionableException($"{root}: holds files that are no demo's; choose another folder with --output");
        OutputFiles.WriteJson(marker, new DemoBegun());
        foreach (var folder in new[] { Data, Run })
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        File.Delete(Report);
    }

    /// <summary>Keeps the result.</summary>
    public void Finish(DemoResult result) => OutputFiles.WriteJson(Path.Combine(root, Marker), result);
}

/// <summary>demo.json until the demo is done.</summary>
internal sealed record DemoBegun(bool Complete = false);
