using ActionableModels.Data;

namespace ActionableModels.Tests.Data;

internal static class StoreImages
{
    /// <summary>A copy of one image.</summary>
    public static byte[] Image(this EpisodeStore store, long frame)
    {
        var image = new byte[store.Header.ImageBytes];
        store.ReadImage(frame, image);
        return image;
    }
}
