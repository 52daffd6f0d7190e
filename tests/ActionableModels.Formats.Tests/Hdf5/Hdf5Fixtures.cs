using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>Files that h5py wrote, and what it says is in them; null where the machine has no Python with h5py.</summary>
internal sealed class Hdf5Fixtures
{
    public const string Python = "/usr/bin/python3";

    private static readonly ConcurrentDictionary<string, Lazy<Hdf5Fixtures>> written = [];

    private Hdf5Fixtures(string script)
    {
        Folder = Directory.CreateTempSubdirectory("actionable-hdf5-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);
        var (code, output) = Run(Repository.File($"tests/fixtures/{script}"), Folder);
        Assert.True(code == 0, output);
    }

    public string Folder { get; }

    public string this[string path] => Path.Combine(Folder, path);

    /// <summary>What a script of tests/fixtures writes, in a folder of its own; it runs once and no test changes its files.</summary>
    public static Hdf5Fixtures? Of(string script, string test) =>
        IsThere(test) ? written.GetOrAdd(script, _ => new(() => new Hdf5Fixtures(script))).Value : null;

    private static readonly Lazy<bool> hasPackages = new(() => Run("-c", "import h5py, numpy, PIL").Code == 0);

    /// <summary>Whether the machine has h5py and libhdf5.</summary>
    public static bool IsThere(string test) => Requirement.Program(Python, test)
        && Requirement.Met(hasPackages.Value, "h5py, numpy and PIL for " + Python, test)
        && Requirement.Met(Hdf5Library.IsThere, "libhdf5", test);

    /// <summary>Runs Python.</summary>
    public static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>The process that reads, as the command line starts it. ACTIONABLE_PROGRAM: another build of the command line.</summary>
    public static ProcessStartInfo Worker() => Environment.GetEnvironmentVariable("ACTIONABLE_PROGRAM") is { Length: > 0 } program
        ? new(program, ActionableModels.Cli.Hdf5Reader.Command) : ActionableModels.Cli.Hdf5Reader.Start();

    /// <summary>Compares every episode of a source with what Python wrote, and every image that has a place with the bytes there.</summary>
    public void Check(IEpisodeSource source, string dataset, IEnumerable<string> names)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(this["expected.json"]));
        var expected = json.RootElement.GetProperty(dataset);
        var items = source.Read(default, default).ToArray();
        Assert.Equal(names.Count(), items.Length);
        var bytes = File.ReadAllBytes(Path.Combine(source.Folder, source.Files[0].Path));
        foreach (var (name, item) in names.Zip(items))
        {
            Assert.Null(item.Fault);
            using var episode = item.Episode!;
            var wanted = expected.GetProperty(name);
            Assert.Equal(wanted.GetProperty("steps").GetInt32(), episode.Steps);
            foreach (var field in wanted.GetProperty("numbers").EnumerateObject())
            {
                var rows = field.Value.EnumerateArray().Select(row => row.EnumerateArray().Select(number => number.GetSingle()).ToArray()).ToArray();
                var values = episode.Numbers(field.Name);
                Assert.Equal(rows.Length, values.Rows);
                for (var i = 0; i < rows.Length; i++) Assert.Equal(rows[i], values.Row(i).ToArray());
            }
            foreach (var field in wanted.GetProperty("images").EnumerateObject())
            {
                var rows = field.Value.EnumerateArray().Select(row => Convert.FromHexString(row.GetString()!)).ToArray();
                for (var i = 0; i < rows.Length; i++)
                {
                    var frame = episode.Frame(field.Name, i);
                    Assert.Equal(rows[i], frame.Bytes.ToArray());
                    if (frame.Place is { } place) Assert.Equal(rows[i], bytes.AsSpan((int)place.Offset, rows[i].Length).ToArray());
                }
                Assert.Throws<SourceException>(() => episode.Frame(field.Name, rows.Length));
            }
        }
    }
}
