using System.Text.Json;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli.Tests.Datasets;

/// <summary>What inspect says of datasets in other formats.</summary>
public sealed class SourceInspectorTests
{
    private static SourceInspection Inspect(IEpisodeSource source, long? most = null, EpisodeMapping? mapping = null, SourceContactSheet? sheet = null) =>
        new SourceInspector(source, mapping, sheet).Run(most, null, null, default);

    private static string Text(SourceInspection inspection)
    {
        var text = new StringWriter { NewLine = "\n" };
        inspection.Write(text);
        return text.ToString();
    }

    [Fact]
    public void A_source_is_counted_and_mapped()
    {
        var source = new InspectFakeSource(10);
        var inspection = Inspect(source);
        Assert.Equal((0, 1), (source.Held, source.MostHeld));
        // Lengths 3 to 7, twice each.
        Assert.Equal((10L, 10L, true, 50L), (inspection.Episodes, inspection.EpisodesRead, inspection.Complete, inspection.Steps));
        Assert.Equal((3, 5, 7), (inspection.Lengths!.Min, inspection.Lengths.Median, inspection.Lengths.Max));
        Assert.Equal(10, inspection.Lengths.Histogram.Counts.Sum());
        Assert.Equal((2, 4L << 20, 10), (inspection.Files, inspection.Bytes, inspection.Fields.Count));
        Assert.Equal(["success", "steps/observation/gripper_closed", "steps/observation/height_to_bottom", "steps/action/world_vector[0]"],
            inspection.Numbers.Take(4).Select(n => n.Name));
        Assert.DoesNotContain(inspection.Numbers, n => n.Name.Contains("embedding"));
        var height = inspection.Numbers[2];
        Assert.Equal((-0.05, 0.3), (Math.Round(height.Min, 6), Math.Round(height.Max, 6)));
        Assert.Equal(60, height.Histogram.Counts.Sum());
        // Of the last step's action nothing is known.
        Assert.Equal(50, inspection.Numbers[3].Histogram.Counts.Sum());

        var mapped = inspection.Mapping!;
        Assert.Equal(("kuka", 10L, 10, 3, 0.3), (mapped.Name, mapped.Episodes, mapped.Judged, mapped.Successes, mapped.SuccessRate));
        Assert.Equal([1, 1, 1, 0, 0, 0, 0], mapped.Clipped);
        Assert.Equal(50, mapped.Actions[3].Histogram.Sum());
        Assert.Equal([40, 10], mapped.Actions[4].Histogram);
        Assert.Equal([40, 10], mapped.Actions[6].Histogram);
        Assert.Equal(60, mapped.States[1].Histogram.Sum());
        Assert.Equal((0L, false), (inspection.Faults.Count, inspection.Faults.Uncounted));

        var text = Text(inspection);
        Assert.Contains(": rlds dataset kuka, 2 files of 4.0 MiB\nsplits: train (10 episodes), test\n10 episodes, 50 steps\nlengths: 3 to 7 steps, median 5  ", text);
        Assert.Contains("mapping kuka: 10 episodes, success 30.0 % [10.8, 60.3] of 10\npolicies: kuka (10)\n", text);
        Assert.Contains("\nno faults\n", text);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length < 160, line));
    }

    [Fact]
    public void The_first_episodes_are_enough_where_that_is_asked()
    {
        var inspection = Inspect(new InspectFakeSource(10), most: 2);
        Assert.Equal((2L, 10L, false, 7L), (inspection.EpisodesRead, inspection.Episodes, inspection.Complete, inspection.Steps));
        Assert.Contains("\n2 of 10 episodes looked at, 7 steps\n", Text(inspection));
        Assert.True(Inspect(new InspectFakeSource(2), most: 2).Complete);
        Assert.Contains("\n0 of an unknown number of episodes looked at, 0 steps\n", Text(Inspect(new InspectFakeSource(3) { Episodes = null }, most: 0)));
        Assert.Equal(3, Inspect(new InspectFakeSource(3) { Episodes = null }).Episodes);
    }

    [Fact]
    public void Faults_are_counted_and_the_first_named()
    {
        var inspection = Inspect(new InspectFakeSource(40, e => e switch
        {
            2 => "record", 3 => "steps", 4 => "nan", 5 => "steps/action/world_vector", > 20 and < 30 => "record", 35 => "end", _ => null,
        }));
        // The damaged field is one fault, though the mapping meets it too.
        Assert.Equal((14L, 10L, true), (inspection.Faults.Count, inspection.Faults.EpisodesLost, inspection.Faults.Uncounted));
        Assert.Equal(10, inspection.Faults.First.Count);
        Assert.Equal("kuka-train.tfrecord-00000-of-00002: record 2: the checksum of the data is wrong: copy the file again", inspection.Faults.First[0]);
        Assert.Contains("record 3: field \"steps/is_first\"", inspection.Faults.First[1]);
        Assert.Contains("record 4: field \"steps/observation/height_to_bottom\": step 1: NaN is not a finite number", inspection.Faults.First[2]);
        Assert.Contains("record 5: field \"steps/action/world_vector\": zlib data is damaged", inspection.Faults.First[3]);
        Assert.Equal((25L, 22L, false), (inspection.EpisodesRead, inspection.Mapping!.Episodes, inspection.Complete));
        Assert.Equal(1, inspection.Numbers.Single(n => n.Name.EndsWith("height_to_bottom", StringComparison.Ordinal)).NotFinite);
        var text = Text(inspection);
        Assert.Contains("\n14 faults, at least 10 episodes lost; the first 10:\n  kuka-train", text);
        Assert.Contains("not finite", text);
    }

    [Fact]
    public void A_mapping_that_is_asked_for_must_fit_and_a_known_one_may_not()
    {
        var other = new InspectFakeSource(2) { Fields = [InspectFakeSource.Image] };
        Assert.Contains("mapping \"bridge\" does not fit", Assert.Throws<ActionableException>(() => Inspect(other, mapping: EpisodeMapping.Load("bridge"))).Message);
        var inspection = Inspect(other);
        Assert.Null(inspection.Mapping);
        Assert.Contains("\nno mapping: mapping \"kuka\" does not fit rlds dataset \"kuka\": ", Text(inspection));
        Assert.Contains("\nno mapping is known for it: give one with --mapping\n", Text(Inspect(new InspectFakeSource(2) { Fields = [InspectFakeSource.Image], Name = "mine" })));
    }

    [Fact]
    public void It_is_one_line_of_JSON()
    {
        using var json = JsonDocument.Parse(JsonOut.Text(Inspect(new InspectFakeSource(10)), JsonOut.Line));
        var root = json.RootElement;
        Assert.Equal(("rlds", 10), (root.GetProperty("format").GetString(), root.GetProperty("episodes_read").GetInt32()));
        Assert.Equal(0.3, root.GetProperty("mapping").GetProperty("success_rate").GetDouble());
        Assert.Equal("image", root.GetProperty("fields")[1].GetProperty("type").GetString());
        Assert.Equal(10, root.GetProperty("lengths").GetProperty("histogram").GetProperty("counts").EnumerateArray().Sum(c => c.GetInt32()));
    }

    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(7, new[] { 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData(200, new[] { 0, 16, 48, 80, 96, 128, 160, 192 })]
    public void A_contact_sheet_spreads_over_all_episodes(int episodes, int[] shown)
    {
        using var sheet = new SourceContactSheet(InspectFakeSource.Image, null, geometry => new InspectFakeDecoding(geometry));
        Inspect(new InspectFakeSource(episodes), sheet: sheet);
        var image = sheet.Draw()!;
        // A tile is 160 pixels wide, in the proportions of 512x640, and stands 11 pixels from the left.
        var height = image.Height / shown.Length;
        Assert.Equal(shown.Length * height, image.Height);
        Assert.Equal(shown.Select(e => (10 + e) & 255), Enumerable.Range(0, shown.Length).Select(i => (int)image.Pixels[((i * height + height / 2) * image.Width + 60) * 3]));
    }

    [Fact]
    public void A_contact_sheet_of_many_episodes_decodes_few()
    {
        InspectFakeDecoding.Decoded = 0;
        using var sheet = new SourceContactSheet(InspectFakeSource.Image, null, geometry => new InspectFakeDecoding(geometry));
        Inspect(new InspectFakeSource(2000), sheet: sheet);
        Assert.InRange(InspectFakeDecoding.Decoded, 8, 8 * 80);
    }

    [Fact]
    public void A_frame_that_cannot_be_shown_is_a_fault()
    {
        using var sheet = new SourceContactSheet(InspectFakeSource.Image, null, geometry => new InspectFakeDecoding(geometry));
        var faults = Inspect(new InspectFakeSource(3, e => e == 1 ? "frame" : null), sheet: sheet).Faults.First;
        Assert.Contains("record 1: field \"steps/observation/image\": there is no such row", Assert.Single(faults));
    }

    [Fact]
    public void The_mappings_colours_and_orientation_are_those_of_the_sheet()
    {
        var yaml = EpisodeMapping.Load("kuka").Text.Replace("{field: steps/observation/image}", "{field: steps/observation/image, order: bgr, orientation: upside-down}");
        FrameGeometry? seen = null;
        using var sheet = new SourceContactSheet(InspectFakeSource.Image, EpisodeMapping.Parse(yaml, "own", "own"), geometry =>
        {
            seen = geometry;
            return new InspectFakeDecoding(geometry);
        });
        Assert.Equal((true, true, 128, 160), (seen!.Bgr, seen.UpsideDown, seen.Height, seen.Width));
    }
}
