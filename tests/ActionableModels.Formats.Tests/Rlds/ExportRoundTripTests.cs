using ActionableModels.Actions;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using ActionableModels.Imaging;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>What is exported as RLDS is read by this project's own reader and mapped back to what the store held.</summary>
public sealed class ExportRoundTripTests : IDisposable
{
    private readonly RldsExportStore small = new();

    public void Dispose() => small.Dispose();

    [Theory]
    [InlineData("actionable-models", "actionable_models/1.0.0")]
    [InlineData("mt_opt", "mt_opt/rlds/1.0.0")]
    [InlineData("kuka", "kuka/0.1.0")]
    [InlineData("bridge", "bridge/0.1.0")]
    [InlineData("fractal20220817_data", "fractal20220817_data/0.1.0")]
    public void Every_field_is_read_as_it_was_written(string layout, string folder)
    {
        using var source = Export(layout, folder);
        var fields = RldsLayouts.Named(layout).Fields;
        Assert.Equal(fields.Select(f => f.Key).Order(StringComparer.Ordinal), source.Fields.Select(f => f.Name).Order(StringComparer.Ordinal));
        Each(source, (episode, e) =>
        {
            var written = new RldsExportEpisode(small.Store, e);
            Assert.Equal(small.Store.Steps(e), episode.Steps);
            foreach (var field in fields)
            {
                var rows = field.PerStep ? written.Rows : 1;
                if (field.Type == RldsLayoutType.Text) Assert.Equal(Enumerable.Repeat(field.Text!(written), rows), episode.Texts(field.Key));
                else if (field.Type == RldsLayoutType.Image)
                    for (var row = 0; row < rows; row++)
                        Assert.True(Png.Decode(episode.Frame(field.Key, row).Bytes.Span, field.Key).Pixels.AsSpan().SequenceEqual(Image(e, row)));
                else
                {
                    var read = episode.Numbers(field.Key);
                    Assert.Equal((rows, field.Width), (read.Rows, read.Width));
                    for (var row = 0; row < rows; row++)
                    {
                        var expected = new float[field.Width];
                        field.Numbers!(written, row, expected);
                        Assert.Equal(expected, read.Row(row).ToArray());
                    }
                }
            }
        });
    }

    [Theory]
    [InlineData("actionable-models", "actionable_models/1.0.0", 0, 7)]
    [InlineData("mt_opt", "mt_opt/rlds/1.0.0", 1e-6f, 7)]
    // Close and open at once cancel each other there.
    [InlineData("kuka", "kuka/0.1.0", 0, 4)]
    [InlineData("fractal20220817_data", "fractal20220817_data/0.1.0", 0, 4)]
    // An absolute command to the gripper.
    [InlineData("bridge", "bridge/0.1.0", 0, 4)]
    public void Its_mapping_gives_actions_and_states_back(string layout, string folder, float error, int numbers)
    {
        using var source = Export(layout, folder);
        var mapping = EpisodeMapping.For(source);
        Assert.NotNull(mapping);
        mapping.Check(source);
        Assert.Equal(small.Store.Actions, mapping.Actions);
        Each(source, (episode, e) =>
        {
            var mapped = mapping.Map(episode);
            var recorded = small.Store.Copy(e);
            Assert.Equal(recorded.States, mapped.States);
            Assert.Equal(recorded.Actions.Length, mapped.Actions.Length);
            for (var i = 0; i < recorded.Actions.Length; i++)
                if (i % ActionSpace.Dimensions < numbers) Assert.Equal(recorded.Actions[i], mapped.Actions[i], error);
            for (var i = 0; i < recorded.Actions.Length; i += ActionSpace.Dimensions)
                if (layout != "bridge" && recorded.Actions[i + ActionSpace.Close] + recorded.Actions[i + ActionSpace.Open] < 2)
                    Assert.Equal(recorded.Actions[(i + ActionSpace.Close)..(i + ActionSpace.Dimensions)],
                        mapped.Actions[(i + ActionSpace.Close)..(i + ActionSpace.Dimensions)]);
            if (mapped.Success is { } success) Assert.Equal(recorded.Success, success);
        });
    }

    private IEpisodeSource Export(string layout, string folder)
    {
        new RldsExporter().Write(small.Store, small.Path("out"), new(folder.Split('/')[0], layout, EpisodesPerFile: 2), null, default);
        return EpisodeSources.Open(small.Path($"out/{folder}"), new("train"));
    }

    private byte[] Image(int episode, int row)
    {
        var image = new byte[small.Store.Header.ImageBytes];
        small.Store.ReadImage(small.Store.FirstFrame(episode) + row, image);
        return image;
    }

    private void Each(IEpisodeSource source, Action<SourceEpisode, int> check)
    {
        var count = 0;
        foreach (var item in source.Read(default, default))
        {
            Assert.Null(item.Fault);
            using var episode = item.Episode!;
            check(episode, count++);
        }
        Assert.Equal(small.Count, count);
    }
}
