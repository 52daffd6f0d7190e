using ActionableModels.Actions;
using ActionableModels.Data;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>One episode of images that JPEG keeps well: slow changes of brightness and colour.</summary>
internal sealed class RldsExportSmoothStore : IDisposable
{
    private const int Height = 32, Width = 48;
    private readonly string root = Directory.CreateTempSubdirectory("rlds-export-").FullName;

    public RldsExportSmoothStore()
    {
        byte[] images = [.. from t in Enumerable.Range(0, 2)
                            from y in Enumerable.Range(0, Height)
                            from x in Enumerable.Range(0, Width)
                            from c in Enumerable.Range(0, 3)
                            select (byte)(60 + 2 * x + 2 * y * (c == 0 ? 1 : 0) + 30 * t)];
        using (var writer = EpisodeWriter.Open(Path("store"), new("smooth", Height, Width, ActionSpace.QtOpt)))
        {
            writer.Add(new(images, [0, 0.1f, 0, 0.1f], new float[ActionSpace.Dimensions], false, "still"));
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
}
