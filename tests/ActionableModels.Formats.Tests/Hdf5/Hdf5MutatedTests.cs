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
    private const int FilesOfOneProcess = 2000, MostEpisodes = 2, MostFields = 24, MostNoted = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.2), MostTime = TimeSpan.FromSeconds(60);

    private static readonly int Count = Number("ACTIONABLE_MUTATIONS", 150), First = Number("ACTIONABLE_MUTATIONS_FROM", 0);

    private static readonly Layout Robomimic = new("demo.hdf5", null,
        ["old.hdf5", "newest.hdf5", "block.hdf5", "newest.hdf5", "old.hdf5", "many.hdf5"]);

    private static readonly Layout Minari = new("main_data.hdf5", "blobs/metadata.json",
        ["raw/main_data.hdf5", "blobs/main_data.hdf5", "raw-newest/main_data.hdf5", "blobs-newest/main_data.hdf5"]);

    [Fact]
    public void Damaged_robomimic_files_are_named() => Run(Robomimic, nameof(Damaged_robomimic_files_are_named));

    [Fact]
    public void Damaged_Minari_files_are_named() => Run(Minari, nameof(Damaged_Minari_files_are_named));

    [Theory]
    [InlineData("robomimic", 69, "names, signal 11")]
    [InlineData("robomimic", 47, "tree, signal 11")]
    [InlineData("robomimic", 749, "tree, memory")]
    [InlineData("robomimic", 34, "numbers, signal 11")]
    [InlineData("robomimic", 3327, "numbers, signal 7")]
    [InlineData("robomimic", 279, "bytes, signal 8")]
    [InlineData("robomimic", 342, "texts, signal 11")]
    [InlineData("robomimic", 83, "names of attributes, signal 11")]
    [InlineData("robomimic", 4690, "opening, no answer")]
    [InlineData("minari", 1409, "tree, signal 8")]
    [InlineData("minari", 555, "images, signal 11")]
    [InlineData("minari", 1031, "images, memory")]
    [InlineData("minari", 74, "texts, memory")]
    public void What_ended_libhdf5_is_named_and_the_next_file_is_read(string format, int number, string how)
    {
        var layout = format == "minari" ? Minari : Robomimic;
        if (Folder.Of(layout, nameof(What_ended_libhdf5_is_named_and_the_next_file_is_read), $"{format}-{number}") is not { } folder) return;
        using var process = new Hdf5Process(Hdf5Fixtures.Worker, new(5 * Patience, MemoryLimit));
        var channel = new Kept(process);
        var usual = folder.FaultsOfWhole(number);
        folder.Write(number);
        int faults;
        try
        {
            faults = Read(folder.Path, channel);
        }
        catch (SourceException)
        {
            faults = int.MaxValue;
        }
        output.WriteLine($"{how}: {(faults == int.MaxValue ? "refused" : $"{faults} faults")}; {channel.Deaths}");
        Assert.True(faults > usual);
        folder.WriteWhole(number);
        Assert.Equal(usual, Read(folder.Path, channel));
    }

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

    private void Run(Layout layout, string test)
    {
        if (Folder.Of(layout, test, test) is not { } folder) return;
        using var process = new Hdf5Process(Hdf5Fixtures.Worker, new(Patience, MemoryLimit));
        var channel = new Kept(process);
        var (whole, faulty, refused, slowest) = (0, 0, 0, TimeSpan.Zero);
        int[] usual = [.. layout.Seeds.Select((_, i) => folder.FaultsOfWhole(i))];
        for (var i = First; i < First + Count; i++)
        {
            if (i % FilesOfOneProcess == FilesOfOneProcess - 1) process.Restart();
            folder.Write(i);
            channel.File = i;
            var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                if (Read(folder.Path, channel) <= usual[i % usual.Length]) whole++;
                else faulty++;
            }
            catch (ActionableException)
            {
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"mutation {i} of {folder.Name(i)}: {fault}");
            }
            var (allocated, took) = (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(began));
            Assert.True(allocated < 4 * MostEpisodes * MostFields * Largest, $"mutation {i}: {allocated} bytes");
            if (took > slowest) slowest = took;
            Assert.True(took < MostTime, $"mutation {i}: {took}");
        }
        output.WriteLine($"{Count} files from {First}: {whole} read wholly, {faulty} with faults, {refused} refused; libhdf5 crashed over {channel.Of(Hdf5Death.Crash)}, "
            + $"gave no answer in {Patience.TotalSeconds} s over {channel.Of(Hdf5Death.Time)}, took more than {MemoryLimit >> 20} MiB over "
            + $"{channel.Of(Hdf5Death.Memory)}; slowest file {slowest.TotalSeconds:F1} s; most memory of the process {process.PeakMemory >> 20} MiB, of this one "
            + $"{Environment.WorkingSet >> 20} MiB held, {GC.GetTotalMemory(forceFullCollection: true) >> 20} MiB in objects");
        output.WriteLine($"refusals by request: {channel.Refusals}");
        output.WriteLine($"deaths: {channel.Deaths}");
        // Between two looks at a process it can take some more.
        Assert.True(process.PeakMemory < 4 * MemoryLimit);
    }

    private static int Read(string path, IHdf5Channel channel)
    {
        using var source = Hdf5Source.Open(path, new(LargestRecord: Largest), channel);
        var faults = source.Fields.Count == 0 ? 1 : 0;
        foreach (var item in source.Read(default, default).Take(MostEpisodes))
        {
            if (item.Fault is not null) faults++;
            if (item.Episode is not { } episode) continue;
            foreach (var field in source.Fields.Take(MostFields))
                try
                {
                    if (field.Type == FieldType.Text) episode.Texts(field.Name);
                    else if (field.Type != FieldType.Image) episode.Numbers(field.Name);
                    else
                        for (var row = 0; row <= Math.Min(3, episode.Steps); row++) Assert.True(episode.Frame(field.Name, row).Bytes.Length <= Largest);
                }
                catch (SourceException)
                {
                    // One field of a file may be damaged and the next not.
                    faults++;
                }
            episode.Dispose();
        }
        return faults;
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
            return left-- == 0 ? new Hdf5Mutator((ulong)seed + 1).Mutate(new(answer), [new(answer)]) : answer;
        }

        public void Ask(ReadOnlySpan<byte> request, Span<byte> data) => real.Ask(request, data);

        public void Dispose() => real.Dispose();
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>A kind of file to damage.</summary>
    /// <param name="File">Name that the damaged file gets.</param>
    /// <param name="Description">What lies beside it as metadata.json.</param>
    /// <param name="Seeds">Whole files, one after the other.</param>
    private sealed record Layout(string File, string? Description, string[] Seeds);

    /// <summary>A folder with one damaged file after the other.</summary>
    private sealed class Folder
    {
        private readonly Layout layout;
        private readonly Hdf5Anatomy[] files;

        private Folder(Layout layout, Hdf5Fixtures fixtures, string name)
        {
            this.layout = layout;
            var anatomies = layout.Seeds.Distinct().ToDictionary(seed => seed, seed => new Hdf5Anatomy(File.ReadAllBytes(fixtures[seed])));
            files = [.. layout.Seeds.Select(seed => anatomies[seed])];
            var folder = Directory.CreateDirectory(fixtures[name]).FullName;
            Path = System.IO.Path.Combine(folder, layout.File);
            if (layout.Description is not null) File.Copy(fixtures[layout.Description], System.IO.Path.Combine(folder, "metadata.json"));
        }

        public string Path { get; }

        public static Folder? Of(Layout layout, string test, string name) => Hdf5Fixtures.Of("write_small_hdf5.py", test) is { } fixtures ? new(layout, fixtures, name) : null;

        public string Name(int number) => layout.Seeds[number % files.Length];

        public void Write(int number) => File.WriteAllBytes(Path, new Hdf5Mutator((ulong)number + 1).Mutate(files[number % files.Length], files));

        /// <summary>What is wrong with a file that is not damaged: one holds a link to data of another length.</summary>
        public int FaultsOfWhole(int number)
        {
            WriteWhole(number);
            return Read(Path, new Hdf5InProcess());
        }

        public void WriteWhole(int number) => File.WriteAllBytes(Path, files[number % files.Length].Bytes);
    }

    /// <summary>One process for many files, how often it ended, and what it refused.</summary>
    private sealed class Kept(Hdf5Process process) : IHdf5Channel
    {
        private readonly HashSet<int>[] over = [[], [], []];
        private readonly SortedDictionary<string, List<int>> deaths = new(StringComparer.Ordinal);
        private readonly SortedDictionary<Hdf5Request, int> refusals = [];

        public int Generation => process.Generation;

        /// <summary>Number of the mutated file.</summary>
        public int File { get; set; }

        public string Deaths => string.Join("; ", deaths.Select(death =>
            $"{death.Key}: {death.Value.Count} (files {string.Join(", ", death.Value.Distinct().Take(MostNoted))})"));

        public string Refusals => string.Join(", ", refusals.Select(refusal => $"{refusal.Key} {refusal.Value}"));

        /// <summary>Files over which it ended so.</summary>
        public int Of(Hdf5Death death) => over[(int)death].Count;

        public byte[] Ask(ReadOnlySpan<byte> request)
        {
            try
            {
                return process.Ask(request);
            }
            catch (ActionableException fault)
            {
                Note(request, fault);
                throw;
            }
        }

        public void Ask(ReadOnlySpan<byte> request, Span<byte> data)
        {
            try
            {
                process.Ask(request, data);
            }
            catch (ActionableException fault)
            {
                Note(request, fault);
                throw;
            }
        }

        public void Dispose() { }

        private void Note(ReadOnlySpan<byte> request, ActionableException fault)
        {
            var what = (Hdf5Request)request[0];
            if (fault is not Hdf5DeathException death)
            {
                refusals[what] = refusals.GetValueOrDefault(what) + 1;
                return;
            }
            over[(int)death.Death].Add(File);
            var kind = $"{what}: {death.Message}";
            if (!deaths.TryGetValue(kind, out var files)) deaths[kind] = files = [];
            files.Add(File);
        }
    }
}
