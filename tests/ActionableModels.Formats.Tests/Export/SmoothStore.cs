using ActionableModels.Actions;
using ActionableModels.Data;

namespace ActionableModels.Formats.Tests.Export;

/// <summary>
/// A dataset that every format can hold: images that JPEG keeps well, episodes of different lengths, a gripper that is told one thing at a
/// time, bounds of its own.
/// </summary>
internal sealed class SmoothStore : IDisposable
{
    public const int Height = 24, Width = 32, Episodes = 12;

    /// <summary>No layout's bounds: one side is wider than any, one narrower.</summary>
    public static ActionSpace Space { get; } = new(
        [-0.4f, -0.09f, -0.1f, -1, 0, 0, 0], [0.3f, 0.1f, 0.06f, 1.2f, 1, 1, 1], [0.02f, 0.03f, 0.04f, 0.3f, 0, 0, 0]);

    private readonly string root = Directory.CreateTempSubdirectory("actionable-export-").FullName;

    public SmoothStore()
    {
        var random = new Random(3);
        using (var writer = EpisodeWriter.Open(Path("store"), new("smooth", Height, Width, Space)))
        {
            for (var e = 0; e < Episodes; e++) writer.Add(Episode(random, 1 + e % 5, e));
            writer.Complete();
        }
        Store = EpisodeStore.Open(Path("store"));
    }

    public EpisodeStore Store { get; }

    public string Path(string name) => System.IO.Path.Combine(root, name);

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private static Episode Episode(Random random, int steps, int number)
    {
        byte[] images = [.. from t in Enumerable.Range(0, steps + 1)
                            from y in Enumerable.Range(0, Height)
                            from x in Enumerable.Range(0, Width)
                            from c in Enumerable.Range(0, 3)
                            select (byte)(40 + 2 * x + 2 * y * (c == 0 ? 1 : 0) + 9 * t + 3 * number)];
        float[] states = [.. Enumerable.Range(0, steps + 1).SelectMany(_ => (float[])[random.Next(2), random.NextSingle() / 5])];
        var actions = new float[steps * ActionSpace.Dimensions];
        for (var t = 0; t < steps; t++)
        {
            var action = actions.AsSpan(t * ActionSpace.Dimensions, ActionSpace.Dimensions);
            for (var d = 0; d <= ActionSpace.Azimuth; d++) action[d] = Space.Low[d] + random.NextSingle() * (Space.High[d] - Space.Low[d]);
            if (random.Next(3) is var told and < 2) action[told == 0 ? ActionSpace.Close : ActionSpace.Open] = 1;
            if (t == steps - 1 && number % 2 == 0) action[ActionSpace.Terminate] = 1;
        }
        return new(images, states, actions, number % 3 == 0, number % 2 == 0 ? "script" : "größer – at will");
    }
}
