using ActionableModels.Actions;
using ActionableModels.Cli.Bench;
using ActionableModels.Data;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>A small recorded dataset of episodes of different lengths, in a temporary folder.</summary>
internal sealed class Hdf5Store : IDisposable
{
    public const int Height = 12, Width = 10;

    private readonly string folder = Directory.CreateTempSubdirectory("actionable-hdf5-").FullName;

    public Hdf5Store(int episodes = 12)
    {
        using (var writer = EpisodeWriter.Open(folder, new("random", Height, Width, ActionSpace.QtOpt)))
        {
            for (var e = 0; e < episodes; e++)
            {
                var steps = 1 + e % 4;
                writer.Add(new(RandomInputs.Images(steps + 1, Height, Width, (ulong)e), RandomInputs.States(steps + 1),
                    RandomInputs.Actions(steps, ActionSpace.QtOpt), e % 3 == 0, e % 2 == 0 ? "scripted" : "größer"));
            }
            writer.Complete();
        }
        Store = EpisodeStore.Open(folder);
    }

    public EpisodeStore Store { get; }

    /// <summary>A folder in the temporary folder.</summary>
    public string Out(string name) => Path.Combine(folder, name);

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
