using System.Globalization;
using System.Text.Json;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Storage;

namespace ActionableModels.Checkpoints;

/// <summary>What a checkpoint is a checkpoint of; stored as safetensors metadata.</summary>
/// <param name="Network">The network.</param>
/// <param name="Settings">The training settings; with the step they fix the data position and every random number.</param>
/// <param name="Actions">The action space.</param>
/// <param name="CameraHeight">Camera image height.</param>
/// <param name="CameraWidth">Camera image width.</param>
/// <param name="Step">Gradient steps done.</param>
public sealed record CheckpointHeader(NetworkSpec Network, TrainingSettings Settings, ActionSpace Actions, int CameraHeight,
    int CameraWidth, long Step)
{
    private const string CheckpointFormat = "actionable-models checkpoint", PolicyFormat = "actionable-models policy";
    private const string Version = "1";
    // An image of 96 MiB: 8K cameras have 33,177,600 pixels.
    private const long MostPixels = 1 << 25;

    /// <summary>The header as safetensors metadata.</summary>
    internal Dictionary<string, string> ToMetadata(ModelFormat format = ModelFormat.Checkpoint) => new()
    {
        ["format"] = format == ModelFormat.Policy ? PolicyFormat : CheckpointFormat,
        ["version"] = Version,
        ["network"] = Network.ToJson(),
        ["settings"] = Settings.ToJson(),
        ["action_space"] = JsonSerializer.Serialize(Actions, HeaderJson.Default.ActionSpace),
        ["camera"] = string.Create(CultureInfo.InvariantCulture, $"{CameraHeight}x{CameraWidth}"),
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Reads and checks the header of an open file.</summary>
    /// <exception cref="ActionableException">The file is not a model of this version.</exception>
    internal static CheckpointHeader Read(SafetensorsSource file, out ModelFormat format)
    {
        string Field(string key) => file.Metadata.TryGetValue(key, out var text) ? text
            : throw new ActionableException(
                $"{file.Name}: not a checkpoint (metadata '{key}' is missing); give a file that train or init wrote");
        format = Field("format") switch
        {
            CheckpointFormat => ModelFormat.Checkpoint,
            PolicyFormat => ModelFormat.Policy,
            var other => throw new ActionableException($"{file.Name}: not a checkpoint (its format is '{FileFault.Show(other, 40)}')"),
        };
        if (Field("version") != Version)
            throw new ActionableException(
                $"{file.Name}: checkpoint version '{FileFault.Show(Field("version"), 40)}' is not known here (known: {Version}); use a newer actionable");
        var camera = Field("camera").Split('x');
        if (camera.Length != 2 || !Whole(camera[0], int.MaxValue, out var height) || !Whole(camera[1], int.MaxValue, out var width)
            || !Whole(Field("step"), long.MaxValue, out var step))
            throw new ActionableException($"{file.Name}: camera size or step in the metadata is not valid");
        ActionSpace? space;
        try
        {
            space = JsonSerializer.Deserialize(Field("action_space"), HeaderJson.Default.ActionSpace);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ActionableException($"{file.Name}: the action space in the metadata cannot be read", e);
        }
        if (space is null) throw new ActionableException($"{file.Name}: the action space in the metadata is null");
        return new CheckpointHeader(NetworkSpec.FromJson(Field("network"), file.Name),
            TrainingSettings.FromJson(Field("settings"), file.Name), space.Checked(file.Name), (int)height, (int)width, step).Checked(file.Name);
    }

    /// <summary>Checks that network, settings and camera fit each other, and returns the header.</summary>
    /// <exception cref="ActionableException">They do not; the message says what.</exception>
    internal CheckpointHeader Checked(string where)
    {
        if (CameraHeight is < 1 or > DatasetHeader.LargestImageSide || CameraWidth is < 1 or > DatasetHeader.LargestImageSide)
            throw new ActionableException(
                $"{where}: a camera of {CameraHeight}×{CameraWidth} is not within 1 to {DatasetHeader.LargestImageSide} pixels");
        if ((long)CameraHeight * CameraWidth > MostPixels)
            throw new ActionableException($"{where}: a camera of {CameraHeight}×{CameraWidth} has more than {MostPixels} pixels");
        if (CameraHeight < Network.ImageHeight || CameraWidth < Network.ImageWidth)
            throw new ActionableException(
                $"{where}: images of {CameraHeight}×{CameraWidth} are smaller than the {Network.ImageHeight}×{Network.ImageWidth} input of network {FileFault.Quote(Network.Name)}; choose a preset for this camera");
        if (Settings.Objective == Objective.BehaviouralCloning != (Network.Output == NetworkOutput.Action))
            throw new ActionableException(
                $"{where}: objective {Settings.Objective} does not go with a network that outputs {Network.Output}; give a checkpoint that train or init wrote");
        if (Step < 0 || Step > Settings.Steps)
            throw new ActionableException($"{where}: step {Step} is not within 0 to the {Settings.Steps} of the run");
        return this;
    }

    private static bool Whole(string text, long most, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;
}
