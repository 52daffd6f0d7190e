using System.Diagnostics;
using System.IO.Compression;
using ActionableModels.Compute;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Numpy;

/// <summary>Damaged npz files are refused in one line, or read; quickly, and in little memory. ACTIONABLE_MUTATIONS sets how many of each kind.</summary>
public sealed class NpzFuzzTests
{
    private const int Few = 1500;
    private const long MostBytes = 4 << 20;
    private static readonly SourceOptions Options = new(LargestRecord: 1 << 16);
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    public enum Part
    {
        ArrayHeaders,
        Archive,
        Anywhere,
    }

    [Theory]
    [InlineData(Part.ArrayHeaders)]
    [InlineData(Part.Archive)]
    [InlineData(Part.Anywhere)]
    public void Mutated_files_are_refused_or_read(Part part)
    {
        var count = Mutations.Count(Few);
        using var folder = new NpzFolder();
        var seeds = Seeds(folder).Select(bytes => (Bytes: bytes, Ranges: RangesOf(bytes, part))).ToArray();
        var (refused, faulty, sound) = (0, 0, 0);
        using var file = new FileStream(folder["mutated.npz"], FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 0);
        for (var i = 0; i < count; i++)
        {
            var seed = seeds[i % seeds.Length];
            var bytes = Mutations.Of(seed.Bytes, seeds[i / seeds.Length % seeds.Length].Bytes, new(7, 975 + (uint)part, (ulong)i), seed.Ranges);
            file.Position = 0;
            file.Write(bytes);
            file.SetLength(bytes.Length);
            try
            {
                if (ReadAll(folder["mutated.npz"])) sound++;
                else faulty++;
            }
            catch (ActionableException e)
            {
                refused++;
                Assert.True(e.Message.Length < 3000 && !e.Message.Any(char.IsControl), e.Message);
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i} of {part}: {e}");
            }
        }
        Console.Error.WriteLine($"npz {part}: {count} mutated files, {refused} refused, {faulty} read with faults, {sound} read");
        Assert.Equal(count, refused + faulty + sound);
        Assert.InRange(refused, count / 20, count);
    }

    /// <summary>Whether everything is read without a fault.</summary>
    private static bool ReadAll(string path)
    {
        var (before, clock, whole) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew(), true);
        try
        {
            using var source = NpzSource.Open(path, Options);
            foreach (var item in source.Read(default, CancellationToken.None))
            {
                whole &= item.Fault is null;
                using var episode = item.Episode;
                if (episode is null) continue;
                foreach (var field in source.Fields)
                    if (field.Type == FieldType.Image) episode.Frame(field.Name, episode.Steps);
                    else if (field.Type != FieldType.Text) episode.Numbers(field.Name);
                    else if (field.Shape.Count == 0) episode.Texts(field.Name);
            }
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, MostTime);
        }
        return whole;
    }

    private static byte[][] Seeds(NpzFolder folder)
    {
        var stored = NpzFolder.Stored(3, 2, 4);
        (string, byte[])[] more = [.. stored, ("qpos", NpzFolder.Npy(">f8", [9, 2], new byte[144])), ("word", NpzFolder.Npy("<U2", [9], new byte[72])),
            ("seed", NpzFolder.Npy("<i8", [1], new byte[8]))];
        (string, byte[])[] regular = [.. stored, ("next_observations", stored[0].Npy)];
        (string, byte[])[] compact = [.. stored, ("valids", NpzFolder.Floats(1, 1, 0, 1, 0, 1, 1, 1, 0))];
        return [.. new[] { more, regular, compact }.SelectMany(arrays => new[] { CompressionLevel.NoCompression, CompressionLevel.Optimal }
            .Select(level => File.ReadAllBytes(folder.Write("seed.npz", level, arrays))))];
    }

    private static (int First, int Count)[] RangesOf(byte[] bytes, Part part)
    {
        var directory = OgBenchSourceTests.Find(bytes, "PK\x01\x02"u8);
        if (part == Part.Anywhere) return [(0, bytes.Length)];
        var locals = Places(bytes, "PK\x03\x04"u8);
        if (part == Part.Archive) return [.. locals.Select(l => (l, 60)), (directory, bytes.Length - directory), (bytes.Length - 22, 22)];
        // Behind the local header lie an array's magic and description, packed or not.
        return [.. locals.Select(l => (l + 40, 110))];
    }

    private static int[] Places(byte[] bytes, ReadOnlySpan<byte> what)
    {
        var places = new List<int>();
        for (var at = 0; bytes.AsSpan(at).IndexOf(what) is >= 0 and var next; at += next + 1) places.Add(at + next);
        return [.. places];
    }
}
