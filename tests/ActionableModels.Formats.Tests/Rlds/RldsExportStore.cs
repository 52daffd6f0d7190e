using ActionableModels.Actions;
using ActionableModels.Data;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>A small dataset of random numbers, with turns of the gripper, episodes that end themselves and one without steps.</summary>
internal sealed class RldsExportStore : IDisposable
{
    public const int Height = 12, Width = 20;
    private static readonly int[] Lengths = [4, 0, 7, 1, 3];
    // Narrower than QT-Opt's, so that bounds that were lost on the way are noticed.
    private static readonly ActionSpace Space = new(
        [-0.08f, -0.09f, -0.1f, -1, 0, 0, 0], [0.07f, 0.1f, 0.06f, 1.2f, 1, 1, 1], [0.02f, 0.03f, 0.04f, 0.3f, 0, 0, 0]);

    public RldsExportStore(string task = "pick-and-place")
    {
        var random = new Random(5);
        using (var writer = EpisodeWriter.Open(Path("store"), new(task, Height, Width, Space)))
        {
            for (var e = 0; e < Lengths.Length; e++) writer.Add(Episode(random, Lengths[e], e));
            writer.Complete();
        }
        Store = EpisodeStore.Open(Path("store"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("rlds-export-").FullName;
    public EpisodeStore Store { get; }
    public int Count => Lengths.Length;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>The pixels of an episode's images.</summary>
    public byte[] Images(int episode) => Store.Copy(episode).Images;

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private static Episode Episode(Random random, int steps, int number)
    {
        var images = new byte[(steps + 1) * Height * Width * 3];
        random.NextBytes(images);
        float[] states = [.. Enumerable.Range(0, steps + 1).SelectMany(t => (float[])[random.Next(2), random.NextSingle() / 5])];
        float[] actions = [.. Enumerable.Range(0, steps).SelectMany(t => Enumerable.Range(0, ActionSpace.Dimensions).Select(d =>
            d == ActionSpace.Terminate ? (t == steps - 1 && number % 2 == 0 ? 1 : 0) : ActionSpace.IsBinary(d) ? random.Next(2)
            : Space.Low[d] + random.NextSingle() * (Space.High[d] - Space.Low[d])))];
        return new(images, states, actions, number < 2, number % 2 == 0 ? "script" : "wander – at will");
    }
}
