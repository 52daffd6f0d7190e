using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ActionableModels.Data;
using ActionableModels.Formats.Export;

namespace ActionableModels.Formats.Rlds;

/// <summary>The two descriptions of a TFDS dataset, as proto3 JSON: features.json (message Feature) and dataset_info.json (DatasetInfo).</summary>
internal static class RldsExportJson
{
    private const string Python = "tensorflow_datasets.core.features.";

    /// <summary>features.json.</summary>
    public static byte[] Features(RldsLayout layout, DatasetHeader header, ImageEncoding images) =>
        Write(4, json => WriteGroup(json, layout, header, images, ""));

    /// <summary>dataset_info.json.</summary>
    public static byte[] Info(RldsLayout layout, string name, string description, IReadOnlyList<RldsExportSplit> splits) => Write(2, json =>
    {
        json.WriteStartObject();
        if (layout.Config is { } config) json.WriteString("configName", config);
        json.WriteString("description", description);
        json.WriteString("fileFormat", "tfrecord");
        json.WriteString("name", name);
        json.WriteStartObject("releaseNotes");
        json.WriteString(layout.Version, "Exported from a recorded dataset.");
        json.WriteEndObject();
        json.WriteStartArray("splits");
        foreach (var split in splits)
        {
            json.WriteStartObject();
            json.WriteString("filepathTemplate", "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}");
            json.WriteString("name", split.Name);
            json.WriteString("numBytes", Int64(split.Bytes));
            json.WriteStartArray("shardLengths");
            foreach (var episodes in split.Files) json.WriteStringValue(Int64(episodes));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("version", layout.Version);
        json.WriteEndObject();
    });

    private static void WriteGroup(Utf8JsonWriter json, RldsLayout layout, DatasetHeader header, ImageEncoding images, string group)
    {
        Begin(json, "features_dict.FeaturesDict");
        json.WriteStartObject("featuresDict");
        json.WriteStartObject("features");
        foreach (var field in layout.Fields.Where(field => field.Group == group))
        {
            json.WritePropertyName(field.Name);
            WriteField(json, field, header, layout.TellsImageFormat ? images : null);
        }
        var prefix = group.Length == 0 ? "" : group + "/";
        var below = layout.Fields.Select(field => field.Group).Where(g => g.Length > prefix.Length && g.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var inner in below.Select(g => g[prefix.Length..].Split('/')[0]).Distinct())
        {
            json.WritePropertyName(inner);
            if (prefix + inner == RldsLayoutField.InStep)
            {
                Begin(json, "dataset_feature.Dataset");
                json.WriteStartObject("sequence");
                json.WritePropertyName("feature");
                WriteGroup(json, layout, header, images, RldsLayoutField.InStep);
                json.WriteString("length", "-1");
                json.WriteEndObject();
                json.WriteEndObject();
            }
            else WriteGroup(json, layout, header, images, prefix + inner);
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, RldsLayoutField field, DatasetHeader header, ImageEncoding? images)
    {
        if (field.Type == RldsLayoutType.Image)
        {
            Begin(json, "image_feature.Image");
            json.WriteStartObject("image");
            WriteShape(json, [header.ImageHeight, header.ImageWidth, 3]);
            json.WriteString("dtype", "uint8");
            if (images is { } format) json.WriteString("encodingFormat", format == ImageEncoding.Jpeg ? "jpeg" : "png");
        }
        else
        {
            Begin(json, "tensor_feature.Tensor");
            json.WriteStartObject("tensor");
            WriteShape(json, field.Shape);
            json.WriteString("dtype", field.Type == RldsLayoutType.Text ? "string" : field.Type.ToString().ToLowerInvariant());
            json.WriteString("encoding", field.Zlib ? "zlib" : "none");
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string pythonClass)
    {
        json.WriteStartObject();
        json.WriteString("pythonClassName", Python + pythonClass);
    }

    private static void WriteShape(Utf8JsonWriter json, int[] shape)
    {
        json.WriteStartObject("shape");
        if (shape.Length > 0)
        {
            json.WriteStartArray("dimensions");
            foreach (var side in shape) json.WriteStringValue(Int64(side));
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    // proto3 JSON writes int64 as text.
    private static string Int64(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static byte[] Write(int indent, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = indent, NewLine = "\n" })) write(json);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
