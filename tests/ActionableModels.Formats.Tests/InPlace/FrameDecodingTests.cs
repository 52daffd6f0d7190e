using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.InPlace;

namespace ActionableModels.Formats.Tests.InPlace;

/// <summary>How frames are decoded, as text.</summary>
public sealed class FrameDecodingTests
{
    private static readonly (FrameGeometry Geometry, RawImage? Raw)[] Examples =
    [
        (new(472, 472), null), (new(48, 64, 400, 533, CropPlace.Random, ulong.MaxValue, Bgr: true, UpsideDown: true), null),
        (new(1, 16384, 3, 7, UpsideDown: true), new RawImage(480, 640, 4)),
    ];

    private static int Mutations { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("ACTIONABLE_MUTATIONS"), CultureInfo.InvariantCulture, out var count) ? count : 4000;

    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var (geometry, raw) in Examples)
            Assert.Equal((geometry, raw), FrameDecoding.Read(InPlaceFrames.Decoding(geometry, raw), "folder"));
    }

    [Fact]
    public void Every_field_must_be_there_and_be_what_it_is()
    {
        foreach (var (geometry, raw) in Examples)
        {
            var fields = InPlaceFrames.Decoding(geometry, raw);
            foreach (var name in fields.Keys)
            {
                var without = fields.Where(field => field.Key != name).ToDictionary();
                Refused(without);
                foreach (var value in (string[])["", " ", "x", "-1", "+1", "1.0", "007", "1e3", "99999999999999999999999", "True", "1\u0660"])
                    Refused(new Dictionary<string, string>(fields) { [name] = value });
            }
            Refused(new Dictionary<string, string>(fields) { ["another"] = "1" });
            Refused(new Dictionary<string, string>(fields) { ["height"] = "0" });
            Refused(new Dictionary<string, string>(fields) { ["crop_width"] = geometry.CropWidth == 0 ? "1" : "0" });
        }
    }

    [Fact]
    public void Mutated_fields_are_refused_or_say_what_they_said()
    {
        const string letters = "0123456789truefalsecentrerandomx-+ .\u0000\uD800";
        for (var i = 0; i < Mutations; i++)
        {
            var key = new RandomKey(7, 975, (ulong)i);
            var fields = InPlaceFrames.Decoding(Examples[i % Examples.Length].Geometry, Examples[i % Examples.Length].Raw).ToDictionary();
            var name = fields.Keys.Order(StringComparer.Ordinal).ElementAt((int)Philox.Below(key, 0, fields.Count));
            var text = (Philox.Below(key, 1, 4) == 0 ? name : fields[name]).ToList();
            for (var change = (uint)Philox.Below(key, 2, 3); change < 3; change++)
            {
                var letter = letters[(int)Philox.Below(key, 10 + change, letters.Length)];
                var at = (int)Philox.Below(key, 20 + change, text.Count + 1);
                if (Philox.Below(key, 30 + change, 2) == 0 && at < text.Count) text[at] = letter;
                else text.Insert(at, letter);
            }
            if (Philox.Below(key, 1, 4) == 0) (fields[string.Concat(text)], _) = (fields[name], fields.Remove(name));
            else fields[name] = string.Concat(text);
            try
            {
                var (geometry, raw) = FrameDecoding.Read(fields, "folder");
                Assert.Equal(fields, InPlaceFrames.Decoding(geometry, raw).ToDictionary());
            }
            catch (ActionableException fault)
            {
                Assert.StartsWith("folder: how its frames are decoded is not understood, ", fault.Message);
            }
        }
    }

    private static void Refused(Dictionary<string, string> fields) => Assert.StartsWith("folder: how its frames are decoded is not understood, ",
        Assert.Throws<ActionableException>(() => FrameDecoding.Read(fields, "folder")).Message);
}
