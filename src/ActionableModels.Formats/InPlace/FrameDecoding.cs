using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Storage;

namespace ActionableModels.Formats.InPlace;

/// <summary>How the frames of a dataset become images, as its header holds it: <see cref="FrameGeometry"/> and <see cref="RawImage"/> as text.</summary>
internal static class FrameDecoding
{
    private const string Height = "height", Width = "width", CropHeight = "crop_height", CropWidth = "crop_width", Place = "crop_place",
        Seed = "crop_seed", Bgr = "bgr", UpsideDown = "upside_down", RawHeight = "raw_height", RawWidth = "raw_width", RawChannels = "raw_channels";
    private const string Centre = "centre", AtRandom = "random", Yes = "true", No = "false";

    /// <summary>As text.</summary>
    public static IReadOnlyDictionary<string, string> Write(FrameGeometry geometry, RawImage? raw)
    {
        FrameDecoder.Checked(geometry);
        var fields = new Dictionary<string, string>
        {
            [Height] = Text(geometry.Height), [Width] = Text(geometry.Width),
            [CropHeight] = Text(geometry.CropHeight), [CropWidth] = Text(geometry.CropWidth),
            [Place] = geometry.Place == CropPlace.Random ? AtRandom : Centre, [Seed] = Text(geometry.Seed),
            [Bgr] = geometry.Bgr ? Yes : No, [UpsideDown] = geometry.UpsideDown ? Yes : No,
        };
        if (raw is { } size)
            (fields[RawHeight], fields[RawWidth], fields[RawChannels]) = (Text(size.Height), Text(size.Width), Text(size.Channels));
        return fields;
    }

    /// <summary>From text.</summary>
    /// <param name="fields">What <see cref="Write"/> gave.</param>
    /// <param name="where">Folder of the dataset's frames, for the message.</param>
    /// <exception cref="ActionableException">A field is missing, unknown or no value of its kind.</exception>
    public static (FrameGeometry Geometry, RawImage? Raw) Read(IReadOnlyDictionary<string, string> fields, string where)
    {
        ActionableException Bad(string what) =>
            new($"{FileFault.Show(where)}: how its frames are decoded is not understood, {what}: import the data again with this version");
        string Field(string name) => fields.TryGetValue(name, out var text) ? text : throw Bad($"{FileFault.Quote(name)} is missing");
        int Number(string name) => int.TryParse(Field(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && Text(value) == Field(name)
            ? value
            : throw Bad($"{FileFault.Quote(name)} is {FileFault.Quote(Field(name))}");
        bool Either(string name, string set, string unset) => Field(name) == set || (Field(name) == unset ? false
            : throw Bad($"{FileFault.Quote(name)} is {FileFault.Quote(Field(name))}"));

        var isRaw = fields.ContainsKey(RawHeight);
        string[] known = [Height, Width, CropHeight, CropWidth, Place, Seed, Bgr, UpsideDown, .. isRaw ? [RawHeight, RawWidth, RawChannels] : (string[])[]];
        if (fields.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown) throw Bad($"{FileFault.Quote(unknown)} is not known");
        if (!ulong.TryParse(Field(Seed), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) || Text(seed) != Field(Seed))
            throw Bad($"{FileFault.Quote(Seed)} is {FileFault.Quote(Field(Seed))}");
        var geometry = new FrameGeometry(Number(Height), Number(Width), Number(CropHeight), Number(CropWidth),
            Either(Place, AtRandom, Centre) ? CropPlace.Random : CropPlace.Centre, seed, Either(Bgr, Yes, No), Either(UpsideDown, Yes, No));
        RawImage? raw = isRaw ? new(Number(RawHeight), Number(RawWidth), Number(RawChannels)) : null;
        try
        {
            return (FrameDecoder.Checked(geometry), raw);
        }
        catch (ActionableException fault)
        {
            throw Bad(fault.Message);
        }
    }

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
