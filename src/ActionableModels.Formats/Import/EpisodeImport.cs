using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>An episode ready to be written, and what is counted of it.</summary>
internal sealed record ImportedEpisode(Episode Episode, bool? Success, int[] Clipped, IReadOnlyList<(int Height, int Width)> Sizes, int Turned);

/// <summary>What is the same for every episode of an import.</summary>
/// <param name="Mapping">Makes observations and actions of fields.</param>
/// <param name="Geometry">What images become.</param>
/// <param name="Raw">What raw pixels an index allows; null: image files.</param>
/// <param name="Files">The source's files, for an index; null where the dataset holds its images.</param>
/// <param name="Decodes">Whether images are decoded.</param>
internal sealed record ImportPlan(IImportMapping Mapping, FrameGeometry Geometry, RawImage? Raw, IReadOnlyList<SourceFile>? Files, bool Decodes)
{
    /// <summary>Bytes of one image of the dataset.</summary>
    public long ImageBytes => 3L * Geometry.Height * Geometry.Width;
    /// <summary>Whether pixels depend on the number that an episode gets.</summary>
    public bool NumberMatters => Files is null && Geometry.Place == CropPlace.Random;
}

/// <summary>Maps and decodes episodes. One for each thread.</summary>
internal sealed class EpisodeImport(ImportPlan plan, IImportDecoder decoder) : IDisposable
{
    private readonly byte[] checkedImage = plan.Files is null ? [] : new byte[plan.ImageBytes];

    /// <summary>Bytes that an episode takes in memory until its shard is written.</summary>
    /// <exception cref="SourceException">The episode is damaged.</exception>
    public static long Need(ImportPlan plan, int steps) => plan.Files is null ? (steps + 1L) * plan.ImageBytes : 0;

    /// <summary>Maps and decodes.</summary>
    /// <param name="source">The episode, of at least one step.</param>
    /// <param name="number">Its number in the dataset.</param>
    /// <exception cref="SourceException">Anything of it cannot be used.</exception>
    public ImportedEpisode Import(SourceEpisode source, long number)
    {
        var (field, steps) = (plan.Mapping.ImageField, source.Steps);
        var mapped = plan.Mapping.Map(source);
        if (mapped.Actions.Length != steps * ActionSpace.Dimensions || mapped.States.Length != (steps + 1L) * ActionSpace.StateDimensions)
            throw source.Bad(null, $"the mapping made {mapped.Actions.Length} action and {mapped.States.Length} state numbers of {steps} steps: "
                + "mend the mapping");
        Check(source, mapped.Actions, mapped.States, mapped.Policy);
        var images = plan.Files is null ? GC.AllocateUninitializedArray<byte>(checked((int)Need(plan, steps))) : [];
        var references = plan.Files is null ? null : new FrameReference[steps + 1];
        var sizes = new (int, int)[steps + 1];
        var turned = 0;
        for (var row = 0; row <= steps; row++)
        {
            var frame = source.Frame(field, row);
            sizes[row] = SourceProbe.SizeOf(frame, source, field, row);
            if (sizes[row] != sizes[0])
                throw source.Bad(field, $"image {row} has {sizes[row].Item1}x{sizes[row].Item2} pixels (height x width), those before have "
                    + $"{sizes[0].Item1}x{sizes[0].Item2}: record an episode with one size");
            if (frame.Raw is null && FrameDecoder.OrientationOf(frame.Bytes.Span) != 1) turned++;
            if (references is not null) references[row] = Reference(source, frame, row);
            if (plan.Decodes) Decode(source, frame, row, number, Image(images, row));
        }
        return new(new(images, mapped.States, mapped.Actions, mapped.Success ?? false, mapped.Policy, references), mapped.Success, mapped.Clipped,
            sizes, turned);
    }

    /// <summary>Decodes an episode's images anew, because it got another number than was thought.</summary>
    public void Repeat(SourceEpisode source, long number, ImportedEpisode imported)
    {
        for (var row = 0; row <= imported.Episode.Steps; row++)
            Decode(source, source.Frame(plan.Mapping.ImageField, row), row, number, Image(imported.Episode.Images, row));
    }

    /// <inheritdoc/>
    public void Dispose() => decoder.Dispose();

    private Span<byte> Image(byte[] images, int row) =>
        plan.Files is not null ? checkedImage : images.AsSpan((int)(row * plan.ImageBytes), (int)plan.ImageBytes);

    private void Decode(SourceEpisode source, in SourceFrame frame, int row, long number, Span<byte> image)
    {
        try
        {
            decoder.Decode(frame.Bytes.Span, frame.Raw, number, image);
        }
        catch (ActionableException fault) when (fault is not SourceException)
        {
            throw source.Bad(plan.Mapping.ImageField, $"image {row}: {fault.Message}", fault);
        }
    }

    private FrameReference Reference(SourceEpisode source, in SourceFrame frame, int row)
    {
        var field = plan.Mapping.ImageField;
        if (frame.Place is not { } place || (uint)place.File >= (uint)plan.Files!.Count)
            throw source.Bad(field, $"image {row} does not lie in its file as it is (it is compressed or in chunks): import without --in-place");
        if (frame.Raw != plan.Raw)
            throw source.Bad(field, $"image {row} is {Say(frame.Raw)}, those before are {Say(plan.Raw)}: import without --in-place");
        if (frame.Bytes.Length == 0 || place.Offset < 0 || place.Offset > plan.Files[place.File].Bytes - frame.Bytes.Length)
            throw source.Bad(field, $"image {row} lies at byte {place.Offset} with {frame.Bytes.Length} bytes, the file had "
                + $"{plan.Files[place.File].Bytes}: leave the files alone while they are read");
        return new(place.File, place.Offset, frame.Bytes.Length, TfRecord.Crc32C(frame.Bytes.Span));
    }

    private void Check(SourceEpisode source, float[] actions, float[] states, string policy)
    {
        try
        {
            EpisodeCheck.Actions(actions, plan.Mapping.Actions, step => $"step {step}");
            EpisodeCheck.States(states, row => $"observation {row}");
        }
        catch (ActionableException fault) when (fault is not SourceException)
        {
            throw source.Bad(null, fault.Message, fault);
        }
        if (!EpisodeCheck.IsPolicyName(policy)) throw source.Bad(null, "the name of its policy is not one line of text: mend the mapping");
    }

    private static string Say(RawImage? raw) => raw is { } r ? $"raw pixels of {r.Height}×{r.Width}×{r.Channels}" : "an image file";
}
