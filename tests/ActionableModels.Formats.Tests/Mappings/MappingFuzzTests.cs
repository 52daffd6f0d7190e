using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Mappings;

/// <summary>Damaged YAML is refused in one line or is another mapping; quickly, and in little memory. ACTIONABLE_MUTATIONS sets how many.</summary>
public sealed class MappingFuzzTests
{
    private const int Usual = 3_000;
    // The scanner's own tokens and texts, for files of a few KiB.
    private const long MostBytes = 8 << 20;

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ": ", "- ", "? ", "&a ", "*a", "!!str ", "!<", "'", "\"", "|\n", ">\n", "#", "%YAML 1.2\n", "---\n", "...\n", "\n", "\r", "\t", "  ",
        "\0", "\u0085", "\u2028", "\uFEFF", "\uD83D", "\\x", "\"\\U0001F600\"", "\"\\ud800\"", "1e999", "-0", ".inf", "0x10", "99999999999999999999", "1e30", "~", "null", "<<: *a",
        "field", "index: 2147483647", "index: -1", "as: sine-cosine", "bounds: {x: {low: 1e30, high: 1e30}}", "frame: {axes: [-z, y, x]}", "@", "`", "e", "\u00e9",
    ];

    private static readonly string[] Files =
        [.. EpisodeMapping.Names.Select(n => EpisodeMapping.Load(n).Text), MappingText.With(("frame", "{axes: [-y, x, z], scale: 0.001}"),
            ("azimuth", "{target: image, current: image, index: 3, as: quaternion-wxyz}"), ("open", "{change_of: g, above: 0.5, once: true}"))];

    [Fact]
    public void Mutated_mappings_are_refused_or_read()
    {
        var mutations = Mutations.Count(Usual);
        var (read, refused, slowest) = (0, 0, 0.0);
        for (var i = 0; i < mutations; i++)
        {
            var text = Mutations.Of(Files[i % Files.Length], Files[i / Files.Length % Files.Length], new(7, 979, (ulong)i), Pieces);
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                Use(EpisodeMapping.Parse(text, "mutated", "mutated.yaml"));
                read++;
            }
            catch (ActionableException fault)
            {
                Assert.StartsWith("mutated.yaml: ", fault.Message);
                Assert.True(fault.Message.Length < 1200 && !fault.Message.Any(char.IsControl), fault.Message);
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"mutation {i}: {fault}\n{text}");
            }
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(clock).TotalSeconds);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"mutation {i}\n{text}");
        }
        Assert.True(slowest < 20, $"{slowest} s");
        Assert.True(read > mutations / 100 && refused > mutations / 4, $"{read} read, {refused} refused");
    }

    // What was read also maps an episode, or says what is wrong with it.
    private static void Use(EpisodeMapping mapping)
    {
        var source = new MappingFakeSource("rlds", "s", MappingFakeSource.Image("image"), MappingFakeSource.Float("g", 8));
        Assert.All(mapping.Misfits(source), m => Assert.DoesNotContain('\n', m));
        var episode = new MappingFakeEpisode(1).With("image", 8, new float[16]).With("g", 8, new float[16]);
        try
        {
            var mapped = mapping.Map(episode);
            Assert.All(mapped.Actions.Concat(mapped.States), value => Assert.True(float.IsFinite(value)));
        }
        catch (SourceException fault)
        {
            Assert.StartsWith("fake-00000-of-00001: record 7: ", fault.Message);
        }
    }
}
