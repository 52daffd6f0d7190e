using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Mappings;

/// <summary>How the fields of a dataset become observations and actions: a named mapping, or one read from a YAML file.</summary>
public sealed class EpisodeMapping
{
    /// <summary>Names of the mappings that are built in.</summary>
    public static IReadOnlyList<string> Names => throw new NotImplementedException();

    /// <summary>The mapping's name.</summary>
    public string Name => throw new NotImplementedException();
    /// <summary>The YAML that it was read from.</summary>
    public string Text => throw new NotImplementedException();
    /// <summary>Field that holds the camera's images.</summary>
    public string ImageField => throw new NotImplementedException();
    /// <summary>Whether the images' pixels are blue, green, red.</summary>
    public bool Bgr => throw new NotImplementedException();
    /// <summary>Whether the images' first row is the lowest.</summary>
    public bool UpsideDown => throw new NotImplementedException();
    /// <summary>Bounds of the actions.</summary>
    public ActionSpace Actions => throw new NotImplementedException();

    /// <summary>A mapping by its name, or from a file.</summary>
    /// <exception cref="ActionableException">There is none, or something in the file is wrong: the message names line and key.</exception>
    public static EpisodeMapping Load(string nameOrPath) => throw new NotImplementedException();

    /// <summary>The mapping for a source that its name or format tells; null where there is none.</summary>
    public static EpisodeMapping? For(IEpisodeSource source) => throw new NotImplementedException();

    /// <summary>Checks that the source has every field that the mapping names, of a fitting type and shape.</summary>
    /// <exception cref="ActionableException">It has not; the message lists what it has.</exception>
    public void Check(IEpisodeSource source) => throw new NotImplementedException();

    /// <summary>Maps an episode's numbers.</summary>
    /// <exception cref="SourceException">A field is missing, of another type or shape, or not finite.</exception>
    public MappedEpisode Map(SourceEpisode episode) => throw new NotImplementedException();
}
