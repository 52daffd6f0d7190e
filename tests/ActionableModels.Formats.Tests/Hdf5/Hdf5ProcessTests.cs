using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Hdf5;

public class Hdf5ProcessTests
{
    private const string Greeting = "printf 'AMH5\\1\\0\\0\\0'; ";

    [Theory]
    [InlineData("kill -SEGV $$", "signal 11")]
    [InlineData("kill -ABRT $$", "signal 6")]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("sleep 100", "was not ready after 0.3 s")]
    [InlineData(Greeting + "sleep 100", "gave no answer for 0.3 s")]
    [InlineData(Greeting + "exec cat", "gave no answer")]
    [InlineData(Greeting + "echo a line that is no answer; exec cat > /dev/null", "unexpected")]
    [InlineData("exec yes", "unexpected")]
    public void A_process_that_does_not_answer_as_it_should_is_named(string command, string message)
    {
        if (!Requirement.Program("/bin/sh", nameof(A_process_that_does_not_answer_as_it_should_is_named))) return;
        using var folder = new Signature();
        var fault = Assert.Throws<SourceException>(() => EpisodeSources.Open(folder.Path, Options(command)));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_takes_too_much_memory_is_ended()
    {
        if (!Requirement.Program(Hdf5Fixtures.Python, nameof(A_process_that_takes_too_much_memory_is_ended))) return;
        using var folder = new Signature();
        var options = Options($"exec {Hdf5Fixtures.Python} -c 'import time; x = bytearray(b\"a\") * (400 << 20); time.sleep(60)'") with
        {
            Hdf5Limits = new(TimeSpan.FromSeconds(60), 100 << 20),
        };
        var watch = Stopwatch.StartNew();
        Assert.Contains("memory and was ended", Assert.Throws<SourceException>(() => EpisodeSources.Open(folder.Path, options)).Message,
            StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        using var folder = new Signature();
        Assert.Contains("did not start", Assert.Throws<SourceException>(() =>
            EpisodeSources.Open(folder.Path, new(Hdf5Reader: () => new("/there/is/none")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_crash_the_next_demo_is_read_by_a_new_process()
    {
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", nameof(After_a_crash_the_next_demo_is_read_by_a_new_process))) return;
        using var recorded = new Hdf5Store(5);
        var file = new RobomimicExporter().Write(recorded.Store, recorded.Out("a"), new("table"), null, default)[0];
        using var source = Hdf5Source.Open(file, new(), new Dying("demo_2"));
        var items = source.Read(default, default).ToArray();
        Assert.Equal([0, 1, 2, 3, 4], items.Select(item => item.Fault?.Record ?? item.Episode!.Record));
        Assert.Contains("(signal 11) while demo_2 was read", items[2].Fault!.Message, StringComparison.Ordinal);
        Assert.All(items.Where((_, i) => i != 2), item => Assert.Equal(item.Episode!.Steps, item.Episode!.Numbers("actions").Rows));
    }

    [Fact]
    public void A_file_that_ends_every_process_is_given_up()
    {
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", nameof(A_file_that_ends_every_process_is_given_up))) return;
        using var recorded = new Hdf5Store(20);
        var file = new RobomimicExporter().Write(recorded.Store, recorded.Out("a"), new("table"), null, default)[0];
        using var source = Hdf5Source.Open(file, new(), new Dying("demo_1"));
        var faults = 0;
        Assert.Throws<SourceException>(() =>
        {
            foreach (var item in source.Read(default, default)) faults += item.Fault is null ? 0 : 1;
        });
        // demo_1, and of demo_10 and on all but the last that is tried.
        Assert.Equal(Hdf5Client.MostDeaths, faults);
    }

    [Fact]
    public void The_command_line_names_no_such_command()
    {
        var root = ActionableModels.Cli.CommandLine.Create();
        Assert.True(root.Subcommands.Single(command => command.Name == "read-hdf5").Hidden);
    }

    private static SourceOptions Options(string command) => new(Hdf5Reader: () =>
    {
        var start = new ProcessStartInfo("/bin/sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        return start;
    }, Hdf5Limits: new(TimeSpan.FromSeconds(0.3), 1 << 30) { Start = TimeSpan.FromSeconds(0.3) });

    /// <summary>Stands for a process that dies whenever a demo is read.</summary>
    private sealed class Dying(string demo) : IHdf5Channel
    {
        private readonly Hdf5InProcess real = new();

        public int Generation { get; private set; } = 1;

        public byte[] Ask(ReadOnlySpan<byte> request)
        {
            if (request.IndexOf(System.Text.Encoding.UTF8.GetBytes("data/" + demo)) < 0) return real.Ask(request);
            Generation++;
            throw new Hdf5DeathException("libhdf5 ended the process that reads HDF5 files (signal 11)", Hdf5Death.Crash);
        }

        public void Ask(ReadOnlySpan<byte> request, Span<byte> data) => real.Ask(request, data);

        public void Dispose() => real.Dispose();
    }

    /// <summary>A file that looks like HDF5.</summary>
    private sealed class Signature : IDisposable
    {
        public Signature() => File.WriteAllBytes(Path, [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A]);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
