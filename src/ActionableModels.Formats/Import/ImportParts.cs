using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Import;

/// <summary>What an import asks of a mapping.</summary>
internal interface IImportMapping
{
    /// <inheritdoc cref="EpisodeMapping.Name"/>
    string Name { get; }
    /// <inheritdoc cref="EpisodeMapping.Text"/>
    string Text { get; }
    /// <inheritdoc cref="EpisodeMapping.ImageField"/>
    string ImageField { get; }
    /// <inheritdoc cref="EpisodeMapping.Bgr"/>
    bool Bgr { get; }
    /// <inheritdoc cref="EpisodeMapping.UpsideDown"/>
    bool UpsideDown { get; }
    /// <inheritdoc cref="EpisodeMapping.Actions"/>
    ActionSpace Actions { get; }
    /// <inheritdoc cref="EpisodeMapping.TellsSuccess"/>
    bool TellsSuccess { get; }

    /// <inheritdoc cref="EpisodeMapping.Map"/>
    MappedEpisode Map(SourceEpisode episode);
}

/// <summary>What an import asks of a decoder.</summary>
internal interface IImportDecoder : IDisposable
{
    /// <inheritdoc cref="FrameDecoder.Decode"/>
    void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image);
}

/// <summary>What an import is made of besides its source.</summary>
/// <param name="Mapping">Makes observations and actions of fields.</param>
/// <param name="Decoder">Makes a decoder for one thread.</param>
/// <param name="Decoding">What an index says of its frames' decoding.</param>
internal sealed record ImportParts(IImportMapping Mapping, Func<FrameGeometry, IImportDecoder> Decoder,
    Func<FrameGeometry, RawImage?, IReadOnlyDictionary<string, string>> Decoding)
{
    /// <summary>The parts of a real import.</summary>
    /// <exception cref="ActionableException">The mapping does not fit the source.</exception>
    public static ImportParts Of(EpisodeMapping mapping, IEpisodeSource source)
    {
        mapping.Check(source);
        return new(new LoadedMapping(mapping), DecoderOf, InPlace.InPlaceFrames.Decoding);
    }

    /// <summary>The decoder of a real import. It is not the one to tell episodes apart: numbers repeat where records are left out.</summary>
    public static IImportDecoder DecoderOf(FrameGeometry geometry) => new ImageDecoder(geometry);

    private sealed class LoadedMapping(EpisodeMapping mapping) : IImportMapping
    {
        public string Name => mapping.Name;
        public string Text => mapping.Text;
        public string ImageField => mapping.ImageField;
        public bool Bgr => mapping.Bgr;
        public bool UpsideDown => mapping.UpsideDown;
        public ActionSpace Actions => mapping.Actions;
        public bool TellsSuccess => mapping.TellsSuccess;

        public MappedEpisode Map(SourceEpisode episode) => mapping.Map(episode);
    }

    private sealed class ImageDecoder(FrameGeometry geometry) : IImportDecoder
    {
        private readonly FrameDecoder decoder = new(geometry, oneSize: false);

        public void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image) => decoder.Decode(bytes, raw, episode, image);

        public void Dispose() => decoder.Dispose();
    }
}
