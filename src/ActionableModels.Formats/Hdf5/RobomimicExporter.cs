using System.Text;
using System.Text.Json;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Mappings;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// Writes one robomimic file, demo.hdf5. A demo of T transitions has T rows of obs and of next_obs, so that nothing is lost; the last reward is 1
/// where the episode succeeded; the demos of the share for validation are in the filter key valid, the others in train.
/// </summary>
internal sealed class RobomimicExporter : IDatasetExporter
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "demo.hdf5";

    private const string Own = "actionable", Image = "agentview_image", Closed = "gripper_closed", Height = "height";

    public string Format => "robomimic";
    public string Description => $"one file {FileName} with obs/{Image}, obs/{Closed}, obs/{Height} and next_obs, for robomimic and h5py";
    public IReadOnlyList<string> Layouts { get; } = [Own];
    public bool Splits => true;

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation)
    {
        if (options.Layout is { } layout && layout != Own)
            throw new ActionableException($"robomimic files have no layout {FileFault.Quote(layout)}: choose {Own}");
        if (options.Images != ImageEncoding.Lossless)
            throw new ActionableException("robomimic files hold raw images, not JPEG files: export without JPEG, or to Minari or RLDS");
        var (episodes, validation) = (options.EpisodesOf(store), options.ValidationOf(store));
        AtomicFile.CreateFolder(folder);
        var path = Path.Combine(folder, FileName);
        var mapping = EpisodeMapping.PathBeside(path);
        Hdf5Output.Write(path, output =>
        {
            output.Group("/data");
            output.Attribute("/data", "total", options.StepsOf(store));
            output.Attribute("/data", "env_args", Environment(options.Name));
            var (train, valid) = (new List<string>(), new List<string>());
            for (var episode = 0; episode < episodes; episode++)
            {
                cancellation.ThrowIfCancellationRequested();
                (episode < episodes - validation ? train : valid).Add($"demo_{episode}");
                Demo(output, store, episode);
                progress?.Invoke(episode + 1);
            }
            output.Group("/mask");
            output.Texts("/mask/train", train);
            if (valid.Count > 0) output.Texts("/mask/valid", valid);
        });
        AtomicFile.WriteBytes(mapping, Encoding.UTF8.GetBytes(EpisodeMapping.OfExport(Format, store.Actions)));
        return [path, mapping];
    }

    private static void Demo(Hdf5Output output, EpisodeStore store, int episode)
    {
        var (steps, first, group) = (store.Steps(episode), store.FirstFrame(episode), $"/data/demo_{episode}");
        output.Group(group);
        output.Attribute(group, "num_samples", steps);
        output.Attribute(group, "policy", store.Policy(episode));
        output.Attribute(group, "success", store.Success(episode) ? 1 : 0);
        output.Floats($"{group}/actions", store.ActionsOf(episode), steps, ActionSpace.Dimensions);
        var (rewards, dones) = (new float[steps], new float[steps]);
        if (steps > 0) (rewards[^1], dones[^1]) = (store.Success(episode) ? 1 : 0, 1);
        output.Floats($"{group}/rewards", rewards, steps);
        output.Floats($"{group}/dones", dones, steps);
        Observations(output, store, $"{group}/obs", first, steps);
        Observations(output, store, $"{group}/next_obs", first + 1, steps);
    }

    private static void Observations(Hdf5Output output, EpisodeStore store, string group, long first, int count)
    {
        output.Group(group);
        var (closed, height) = (new float[count], new float[count]);
        for (var t = 0; t < count; t++) (closed[t], height[t]) = (store.State(first + t)[0], store.State(first + t)[1]);
        output.Floats($"{group}/{Closed}", closed, count, 1);
        output.Floats($"{group}/{Height}", height, count, 1);
        var image = new byte[store.Header.ImageBytes];
        using var rows = output.Rows($"{group}/{Image}", count, store.ImageHeight, store.ImageWidth, 3);
        for (var t = 0; t < count; t++)
        {
            store.ReadImage(first + t, image);
            rows.Add(image);
        }
    }

    // robomimic asks for the simulator that a dataset is from; 2 is its number of environments of gym.
    private static string Environment(string name)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("env_name", name);
            json.WriteNumber("env_type", 2);
            json.WriteStartObject("env_kwargs");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
