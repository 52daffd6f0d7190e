using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Tests.Data;

/// <summary>Small episodes whose every number follows from their index.</summary>
internal static class TestEpisodes
{
    public const int Height = 2, Width = 3;

    public static DatasetHeader Header { get; } = new("test task", Height, Width, ActionSpace.QtOpt,
        new Dictionary<string, string> { ["seed"] = "7", ["noise"] = "0.5" });

    public static Episode Make(int index, int steps)
    {
        var key = new RandomKey(11, 0, (ulong)index);
        var images = new byte[(steps + 1) * Header.ImageBytes];
        for (var i = 0; i < images.Length; i++)
            images[i] = (byte)Philox.Word(key, (uint)i);
        key = key with { Stream = 1 };
        var states = new float[(steps + 1) * ActionSpace.StateDimensions];
        for (var i = 0; i < states.Length; i++)
            states[i] = Philox.Uniform(key, (uint)i);
        key = key with { Stream = 2 };
        var actions = new float[steps * ActionSpace.Dimensions];
        for (var i = 0; i < actions.Length; i++)
        {
            var d = i % ActionSpace.Dimensions;
            var (low, high) = (Header.Actions.Low[d], Header.Actions.High[d]);
            var u = Philox.Uniform(key, (uint)i);
            actions[i] = ActionSpace.IsBinary(d) ? MathF.Round(u) : low + u * (high - low);
        }
        return new Episode(images, states, actions, index % 3 == 0, index % 2 == 0 ? "script" : "random");
    }

    /// <summary>Records episodes with the given steps, the first of them having the index <paramref name="first"/>.</summary>
    public static void Record(string folder, int[] steps, int episodesPerShard = 2, int first = 0)
    {
        using var writer = EpisodeWriter.Open(folder, Header, episodesPerShard, 1 << 20);
        for (var i = 0; i < steps.Length; i++)
            writer.Add(Make(first + i, steps[i]));
        writer.Complete();
    }

    public static void AssertEqual(Episode expected, Episode actual)
    {
        Assert.Equal(expected.Images, actual.Images);
        Assert.Equal(expected.States, actual.States);
        Assert.Equal(expected.Actions, actual.Actions);
        Assert.Equal(expected.Success, actual.Success);
        Assert.Equal(expected.Policy, actual.Policy);
    }
}
