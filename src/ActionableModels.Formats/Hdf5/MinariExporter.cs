using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// Writes a Minari dataset: data/main_data.hdf5 and data/metadata.json. An episode that succeeded ends by termination, another by truncation.
/// </summary>
internal sealed partial class MinariExporter : IDatasetExporter
{
    private const string Own = "actionable", Image = "image", Closed = "gripper_closed", Height = "height";

    public string Format => "minari";
    public string Description =>
        $"folder data with {MinariSource.MainFile} and {MinariMetadata.FileName}, images raw or JPEG, for minari.load_dataset and h5py";
    public IReadOnlyList<string> Layouts { get; } = [Own];

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation)
    {
        if (options.Layout is { } layout && layout != Own)
            throw new ActionableException($"Minari datasets have no layout {FileFault.Quote(layout)}: choose {Own}");
        var episodes = options.EpisodesOf(store);
        var data = Path.Combine(folder, "data");
        AtomicFile.CreateFolder(data);
        var (main, description) = (Path.Combine(data, MinariSource.MainFile), Path.Combine(data, MinariMetadata.FileName));
        var mapping = Path.Combine(data, EpisodeMapping.FileName);
        Hdf5Output.Write(main, output =>
        {
            for (var episode = 0; episode < episodes; episode++)
            {
                cancellation.ThrowIfCancellationRequested();
                Episode(output, store, episode, options);
                progress?.Invoke(episode + 1);
            }
        });
        AtomicFile.WriteBytes(description, Metadata(store, options, new FileInfo(main).Length));
        AtomicFile.WriteBytes(mapping, Encoding.UTF8.GetBytes(EpisodeMapping.OfExport(Format, store.Actions)));
        return [main, description, mapping];
    }

    private static void Episode(Hdf5Output output, EpisodeStore store, int episode, DatasetExportOptions options)
    {
        var (steps, first, group, success) = (store.Steps(episode), store.FirstFrame(episode), $"/episode_{episode}", store.Success(episode));
        output.Group(group);
        output.Attribute(group, "id", episode);
        output.Attribute(group, "total_steps", steps);
        output.Attribute(group, "policy", store.Policy(episode));
        output.Group($"{group}/observations");
        var (closed, height) = (new float[steps + 1], new float[steps + 1]);
        for (var t = 0; t <= steps; t++) (closed[t], height[t]) = (store.State(first + t)[0], store.State(first + t)[1]);
        output.Floats($"{group}/observations/{Closed}", closed, steps + 1, 1);
        output.Floats($"{group}/observations/{Height}", height, steps + 1, 1);
        Images(output, store, $"{group}/observations/{Image}", first, steps + 1, options);
        output.Floats($"{group}/actions", store.ActionsOf(episode), steps, ActionSpace.Dimensions);
        var (rewards, terminations, truncations, successes) = (new float[steps], new bool[steps], new bool[steps], new bool[steps + 1]);
        successes[steps] = success;
        if (steps > 0) (rewards[^1], terminations[^1], truncations[^1]) = (success ? 1 : 0, success, !success);
        output.Floats($"{group}/rewards", rewards, steps);
        output.Bools($"{group}/terminations", terminations);
        output.Bools($"{group}/truncations", truncations);
        output.Group($"{group}/infos");
        output.Bools($"{group}/infos/success", successes);
    }

    private static void Images(Hdf5Output output, EpisodeStore store, string name, long first, int count, DatasetExportOptions options)
    {
        var image = new byte[store.Header.ImageBytes];
        var jpeg = options.Images == ImageEncoding.Jpeg;
        using var rows = jpeg ? output.Blobs(name, count) : output.Rows(name, count, store.ImageHeight, store.ImageWidth, 3);
        for (var t = 0; t < count; t++)
        {
            store.ReadImage(first + t, image);
            if (jpeg) rows.AddBlob(JpegEncoder.Encode(image, store.ImageHeight, store.ImageWidth, options.JpegQuality));
            else rows.Add(image);
        }
    }

    private static byte[] Metadata(EpisodeStore store, DatasetExportOptions options, long bytes) => Json(json =>
    {
        json.WriteString("dataset_id", Version().IsMatch(options.Name) ? options.Name : options.Name + "-v0");
        json.WriteNumber("total_episodes", options.EpisodesOf(store));
        json.WriteNumber("total_steps", options.StepsOf(store));
        json.WriteString("data_format", "hdf5");
        json.WriteBoolean("jpeg_encoding", options.Images == ImageEncoding.Jpeg);
        json.WriteString("observation_space", Encoding.UTF8.GetString(Json(space =>
        {
            space.WriteString("type", "Dict");
            space.WriteStartObject("subspaces");
            Box(space, Image, "uint8", [store.ImageHeight, store.ImageWidth, 3], _ => "0", _ => "255");
            Box(space, Closed, "float32", [1], _ => "0.0", _ => "1.0");
            Box(space, Height, "float32", [1], _ => "-Infinity", _ => "Infinity");
            space.WriteEndObject();
        })));
        json.WriteString("action_space", Encoding.UTF8.GetString(Json(space =>
            Box(space, null, "float32", [ActionSpace.Dimensions], d => Number(store.Actions.Low[d]), d => Number(store.Actions.High[d])))));
        json.WriteNumber("dataset_size", Math.Round(bytes / 1e6, 1));
        json.WriteString("minari_version", "0.5.3");
    });

    private static string Number(float value) => ((double)value).ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Json(Action<Utf8JsonWriter> content)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    // Minari wants a bound for every number of a space, and Python's word for those without.
    private static void Box(Utf8JsonWriter json, string? name, string type, int[] shape, Func<int, string> low, Func<int, string> high)
    {
        if (name is not null) json.WriteStartObject(name);
        json.WriteString("type", "Box");
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        foreach (var size in shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WritePropertyName("low");
        Bounds(json, shape, low);
        json.WritePropertyName("high");
        Bounds(json, shape, high);
        if (name is not null) json.WriteEndObject();
    }

    private static void Bounds(Utf8JsonWriter json, ReadOnlySpan<int> shape, Func<int, string> bound)
    {
        json.WriteStartArray();
        for (var i = 0; i < shape[0]; i++)
            if (shape.Length > 1) Bounds(json, shape[1..], bound);
            else json.WriteRawValue(bound(i), skipInputValidation: true);
        json.WriteEndArray();
    }

    [GeneratedRegex(@"-v\d+$")]
    private static partial Regex Version();
}
