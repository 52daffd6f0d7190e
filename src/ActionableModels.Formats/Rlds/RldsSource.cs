using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>Opens datasets of this format.</summary>
internal static class RldsSource
{
    /// <summary>Whether the path looks like one; nothing is opened that could fail.</summary>
    public static bool Recognises(string path) => false;

    /// <summary>Opens one.</summary>
    public static IEpisodeSource Open(string path, SourceOptions options) => throw new NotImplementedException();
}
