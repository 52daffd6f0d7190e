using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>Nothing is left of a process that reads HDF5 files: whoever ends first, and while libhdf5 never comes back.</summary>
public class Hdf5LeftoverTests
{
    private const string Mark = "ACTIONABLE_TEST_MARK";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly string mark = Guid.NewGuid().ToString("N");

    [Fact]
    public void A_killed_program_takes_along_the_process_in_which_libhdf5_hangs()
    {
        if (Hanging(nameof(A_killed_program_takes_along_the_process_in_which_libhdf5_hangs)) is not { } folder) return;
        var start = Hdf5Fixtures.Worker();
        start.ArgumentList.Remove(ActionableModels.Cli.Hdf5Reader.Command);
        start.ArgumentList.Add("inspect");
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(folder);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.Environment[Mark]) = (true, true, mark);
        using var program = Process.Start(start)!;
        Assert.True(Until(() => Marked().Any(process => process != program.Id && IsBusy(process))), "no process hangs");
        program.Kill();
        Assert.True(Until(() => Marked().Count == 0), "a process is left");
    }

    [Fact]
    public void Disposing_while_libhdf5_hangs_ends_its_process_and_the_waiting()
    {
        if (Hanging(nameof(Disposing_while_libhdf5_hangs_ends_its_process_and_the_waiting)) is not { } folder) return;
        var process = new Hdf5Process(Marking, Hdf5Limits.Default);
        Exception? fault = null;
        var thread = new Thread(() => fault = Record.Exception(() => Hdf5Source.Open(folder, new(), process).Dispose()));
        thread.Start();
        Assert.True(Until(() => Marked().Any(IsBusy)), "no process hangs");
        process.Dispose();
        Assert.True(thread.Join(Soon), "the waiting goes on");
        Assert.IsType<ObjectDisposedException>(fault);
        Assert.True(Until(() => Marked().Count == 0), "a process is left");
        Assert.Throws<ObjectDisposedException>(() => process.Ask([]));
    }

    [Fact]
    public void Sources_opened_and_disposed_leave_no_process()
    {
        var fixtures = Of(nameof(Sources_opened_and_disposed_leave_no_process));
        if (fixtures is null) return;
        for (var i = 0; i < 4; i++)
        {
            using var source = EpisodeSources.Open(fixtures["old.hdf5"], new(Hdf5Reader: Marking));
            if (i % 2 == 0) Assert.All(source.Read(default, default), item => Assert.Null(item.Fault));
            Assert.Single(Marked());
        }
        Assert.True(Until(() => Marked().Count == 0), "a process is left");
    }

    [Fact]
    public void Processes_that_end_leave_neither_handles_nor_threads()
    {
        const int opened = 150;
        var fixtures = Of(nameof(Processes_that_end_leave_neither_handles_nor_threads));
        if (fixtures is null) return;
        static int Pipes() => Directory.GetFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true);
        static int Threads() => Directory.GetDirectories("/proc/self/task").Count(task =>
            File.Exists(task + "/comm") && File.ReadAllText(task + "/comm").StartsWith("reader of HDF5", StringComparison.Ordinal));
        var (pipes, threads) = (Pipes(), Threads());
        for (var i = 0; i < opened; i++)
            Assert.Throws<SourceException>(() => EpisodeSources.Open(fixtures["old.hdf5"], new(Hdf5Reader: () => new("/bin/false"))));
        // Other tests have some as well.
        Assert.True(Until(() => Pipes() < pipes + opened / 3 && Threads() < threads + opened / 3), $"{Pipes() - pipes} pipes, {Threads() - threads} threads more");
    }

    private static Hdf5Fixtures? Of(string test) => Requirement.Met(OperatingSystem.IsLinux(), "Linux", test) ? Hdf5Fixtures.Of("write_small_hdf5.py", test) : null;

    // libhdf5 1.10.8 goes on for ever where an object of a heap is so long.
    private string? Hanging(string test)
    {
        if (!Requirement.Met(OperatingSystem.IsLinux(), "Linux", test) || Hdf5Fixtures.Of("write_minari.py", test) is not { } fixtures) return null;
        var folder = Directory.CreateDirectory(fixtures[mark]).FullName;
        File.Copy(fixtures["jpeg/metadata.json"], Path.Combine(folder, "metadata.json"));
        var bytes = File.ReadAllBytes(fixtures["raw/data/main_data.hdf5"]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("GCOL"u8) + 24), 0xFFFF_FFFF_FFFF_FFF0);
        File.WriteAllBytes(Path.Combine(folder, "main_data.hdf5"), bytes);
        return folder;
    }

    private ProcessStartInfo Marking()
    {
        var start = Hdf5Fixtures.Worker();
        start.Environment[Mark] = mark;
        return start;
    }

    private List<int> Marked()
    {
        var found = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
            try
            {
                if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process)
                    && File.ReadAllText(folder + "/environ", Encoding.Latin1).Contains($"{Mark}={mark}", StringComparison.Ordinal)) found.Add(process);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's.
            }
        return found;
    }

    private static bool IsBusy(int process)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            return running.TotalProcessorTime > TimeSpan.FromSeconds(0.6);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Until(Func<bool> met)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Soon; Thread.Sleep(50))
            if (met()) return true;
        return met();
    }
}
