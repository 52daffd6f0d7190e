using ActionableModels.Actions;
using ActionableModels.Data;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Data;

public sealed class DatasetSummaryTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Counts_lengths_actions_and_policies()
    {
        var space = new ActionSpace([-1, -1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 1, 1, 0], new float[7]);
        var header = TestEpisodes.Header with { Actions = space };
        using (var writer = EpisodeWriter.Open(folder.Path, header, 2, 1 << 20))
        {
            writer.Add(Make(space, "script", true, -1, 0.5f, 1));
            writer.Add(Make(space, "script", false, 0.04f));
            writer.Add(Make(space, "random", false));
            writer.Complete();
        }
        using var store = EpisodeStore.Open(folder.Path);
        var summary = DatasetSummary.Of(store);
        Assert.Equal((3, 4, 7, 2), (summary.Episodes, summary.Steps, summary.Frames, summary.Shards));
        Assert.Equal((0, 3), (summary.Shortest, summary.Longest));
        Assert.Equal(4.0 / 3, summary.MeanLength, 12);
        Assert.Equal([1L, 1, 0, 1], summary.Lengths.Counts.ToArray());
        Assert.Equal([new PolicySummary("random", 1, 0, 0), new PolicySummary("script", 2, 1, 4)], summary.Policies);
        var x = summary.Actions[0];
        Assert.Equal(("x", -1.0, 1.0), (x.Name, x.Min, x.Max));
        Assert.Equal((-1 + 0.5 + 1 + 0.04f) / 4, x.Mean, 12);
        Assert.Equal(20, x.Histogram.Counts.Length);
        Assert.Equal((1, 1, 1, 1), (x.Histogram.Counts[0], x.Histogram.Counts[10], x.Histogram.Counts[15], x.Histogram.Counts[19]));
        Assert.Equal([4L], summary.Actions[2].Histogram.Counts.ToArray());
        Assert.Equal([3L, 1], summary.Actions[4].Histogram.Counts.ToArray());
        Assert.Equal([7L, 0], summary.States[0].Histogram.Counts.ToArray());
        Assert.Equal(7, summary.States[1].Histogram.Count);
        Assert.Equal(summary.Bytes, Directory.GetFiles(folder.Path, "shard-*").Sum(f => new FileInfo(f).Length));
    }

    [Fact]
    public void Long_episodes_share_bins()
    {
        TestEpisodes.Record(folder.Path, [1, 40, 41, 60]);
        using var store = EpisodeStore.Open(folder.Path);
        var lengths = DatasetSummary.Of(store).Lengths;
        Assert.Equal((1, 3, 20), (lengths.Low, lengths.UpperEnd(0) - lengths.Low, lengths.Counts.Length));
        Assert.Equal((1, 2, 1), (lengths.Counts[0], lengths.Counts[13], lengths.Counts[19]));
    }

    [Fact]
    public void An_empty_dataset_has_a_summary()
    {
        TestEpisodes.Record(folder.Path, []);
        using var store = EpisodeStore.Open(folder.Path);
        var summary = DatasetSummary.Of(store);
        Assert.Equal((0, 0, 0), (summary.Episodes, summary.Shortest, summary.Longest));
        Assert.Empty(summary.Policies);
    }

    // Steps that move along x as given, the gripper closing where x is 1.
    static Episode Make(ActionSpace space, string policy, bool success, params float[] xs)
    {
        var actions = new float[xs.Length * ActionSpace.Dimensions];
        for (var t = 0; t < xs.Length; t++)
            (actions[t * 7], actions[t * 7 + ActionSpace.Close]) = (xs[t], xs[t] == space.High[0] ? 1 : 0);
        return new Episode(new byte[(xs.Length + 1) * TestEpisodes.Header.ImageBytes], new float[(xs.Length + 1) * 2], actions, success, policy);
    }
}
