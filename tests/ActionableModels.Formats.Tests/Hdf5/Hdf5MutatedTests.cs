using System.Diagnostics;
using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;
using Xunit.Abstractions;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>
/// Damaged files through the reading process: whatever they do to it, this process names what is wrong, in bounded time and memory.
/// ACTIONABLE_MUTATIONS: how many files of each layout; ACTIONABLE_MUTATIONS_FROM: the number of the first.
/// </summary>
public class Hdf5MutatedTests(ITestOutputHelper output)
{
    private const long Largest = 1 << 20, MemoryLimit = 256 << 20;
    private const int FilesOfOneProcess = 2000, MostEpisodes = 2, MostFields = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly int Count = Number("ACTIONABLE_MUTATIONS", 200), First = Number("ACTIONABLE_MUTATIONS_FROM", 0);

    [Fact]
    public void Damaged_robomimic_files_are_named() => Run("write_robomimic.py", nameof(Damaged_robomimic_files_are_named), "demo.hdf5", null,
        "plain.hdf5", "links.hdf5", "next.hdf5", "plain.hdf5");

    [Fact]
    public void Damaged_Minari_files_are_named() => Run("write_minari.py", nameof(Damaged_Minari_files_are_named), "main_data.hdf5", "raw/data/metadata.json",
        "raw/data/main_data.hdf5", "jpeg/main_data.hdf5", "equal/main_data.hdf5", "vector/main_data.hdf5");

    [Fact]
    public void Damaged_answers_of_the_reading_process_are_refused()
    {
        var fixtures = Hdf5Fixtures.Of("write_robomimic.py", nameof(Damaged_answers_of_the_reading_process_are_refused));
        if (fixtures is null) return;
        var (read, refused) = (0, 0);
        for (var i = First; i < First + Count; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Read(fixtures["plain.hdf5"], new Lying(i));
                read++;
            }
            catch (ActionableException)
            {
                refused++;
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 4 * MostEpisodes * MostFields * Largest, $"answer {i}: {allocated} bytes");
        }
        output.WriteLine($"{Count} files from {First} with damaged answers: {read} read, {refused} refused");
    }

    private void Run(string script, string test, string name, string? description, params string[] seeds)
    {
        var fixtures = Hdf5Fixtures.Of(script, test);
        if (fixtures is null) return;
        byte[][] files = [.. seeds.Select(seed => File.ReadAllBytes(fixtures[seed]))];
        var folder = Directory.CreateDirectory(fixtures["mutated"]).FullName;
        var path = Path.Combine(folder, name);
        if (description is not null) File.Copy(fixtures[description], Path.Combine(folder, "metadata.json"));
        using var process = new Hdf5Process(Hdf5Fixtures.Worker, new(Patience, MemoryLimit));
        var channel = new Kept(process);
        var (read, refused, slowest) = (0, 0, TimeSpan.Zero);
        for (var i = First; i < First + Count; i++)
        {
            if (i % FilesOfOneProcess == FilesOfOneProcess - 1) process.Restart();
            File.WriteAllBytes(path, new Hdf5Mutator((ulong)i + 1).Mutate(files[i % files.Length], files));
            var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                Read(path, channel);
                read++;
            }
            catch (ActionableException)
            {
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"mutation {i + 1} of {seeds[i % files.Length]}: {fault}");
            }
            var (allocated, took) = (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(began));
            Assert.True(allocated < 4 * MostEpisodes * MostFields * Largest, $"mutation {i + 1}: {allocated} bytes");
            if (took > slowest) slowest = took;
            Assert.True(took < 30 * Patience, $"mutation {i + 1}: {took}");
        }
        output.WriteLine($"{Count} files from {First}: {read} read, {refused} refused; libhdf5 crashed {channel.Of(Hdf5Death.Crash)} times, gave no answer in "
            + $"{Patience.TotalSeconds} s {channel.Of(Hdf5Death.Time)} times, took more than {MemoryLimit >> 20} MiB {channel.Of(Hdf5Death.Memory)} times; "
            + $"slowest file {slowest.TotalSeconds:F1} s; most memory of the process {process.PeakMemory >> 20} MiB; deaths: {channel.Signals}");
        // Between two looks at a process it can take some more.
        Assert.True(process.PeakMemory < 4 * MemoryLimit);
    }

    private static void Read(string path, IHdf5Channel channel)
    {
        using var source = Hdf5Source.Open(path, new(LargestRecord: Largest), channel);
        foreach (var item in source.Read(default, default).Take(MostEpisodes))
        {
            if (item.Episode is not { } episode) continue;
            foreach (var field in source.Fields.Take(MostFields))
                try
                {
                    if (field.Type == FieldType.Text) episode.Texts(field.Name);
                    else if (field.Type != FieldType.Image) episode.Numbers(field.Name);
                    else
                        for (var row = 0; row <= Math.Min(3, episode.Steps); row++) Assert.True(episode.Frame(field.Name, row).Bytes.Length <= Largest);
                }
                catch (ActionableException)
                {
                    // One field of a file may be damaged and the next not.
                }
            episode.Dispose();
        }
    }

    /// <summary>A reading process one of whose answers is damaged.</summary>
    private sealed class Lying(int seed) : IHdf5Channel
    {
        private readonly Hdf5InProcess real = new();
        private int left = seed % 24;

        public int Generation => 1;

        public byte[] Ask(ReadOnlySpan<byte> request)
        {
            var answer = real.Ask(request);
            return left-- == 0 ? new Hdf5Mutator((ulong)seed + 1).Mutate(answer, [answer]) : answer;
        }

        public void Ask(ReadOnlySpan<byte> request, Span<byte> data) => real.Ask(request, data);

        public void Dispose() => real.Dispose();
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>One process for many files, and how often it ended.</summary>
    private sealed class Kept(Hdf5Process process) : IHdf5Channel
    {
        private readonly int[] deaths = new int[3];
        private readonly Dictionary<string, int> signals = [];

        public int Generation => process.Generation;

        public string Signals => string.Join(", ", signals.Select(signal => $"{signal.Key}: {signal.Value}"));

        public int Of(Hdf5Death death) => deaths[(int)death];

        public byte[] Ask(ReadOnlySpan<byte> request)
        {
            try
            {
                return process.Ask(request);
            }
            catch (Hdf5DeathException death)
            {
                Note(request, death);
                throw;
            }
        }

        public void Ask(ReadOnlySpan<byte> request, Span<byte> data)
        {
            try
            {
                process.Ask(request, data);
            }
            catch (Hdf5DeathException death)
            {
                Note(request, death);
                throw;
            }
        }

        public void Dispose() { }

        private void Note(ReadOnlySpan<byte> request, Hdf5DeathException death)
        {
            deaths[(int)death.Death]++;
            var what = $"{(Hdf5Request)request[0]}: {death.Message}";
            signals[what] = signals.GetValueOrDefault(what) + 1;
        }
    }
}
