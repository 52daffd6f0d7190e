using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Cli.Bench;

/// <summary>A dataset of random images and random actions in a temporary folder, deleted with it.</summary>
internal sealed class RandomDataset : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-bench-").FullName;

    public RandomDataset(int height, int width, int episodes, int steps)
    {
        try
        {
            var header = new DatasetHeader("random", height, width, ActionSpace.QtOpt);
            var actions = RandomInputs.Actions(episodes * steps, ActionSpace.QtOpt);
            var states = RandomInputs.States(episodes * (steps + 1));
            using (var writer = EpisodeWriter.Open(folder, header))
            {
                for (var e = 0; e < episodes; e++)
                    writer.Add(new Episode(RandomInputs.Images(steps + 1, height, width, (ulong)e),
                        Part(states, e, (steps + 1) * ActionSpace.StateDimensions), Part(actions, e, steps * ActionSpace.Dimensions), true,
                        "random"));
                writer.Complete();
            }
            Store = EpisodeStore.Open(folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public EpisodeStore Store { get; }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static float[] Part(float[] all, int index, int count) => all.AsSpan(index * count, count).ToArray();
}
