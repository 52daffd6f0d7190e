using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli;

/// <summary>From settings to an untrained checkpoint.</summary>
internal static class NetworkChoice
{
    /// <summary>The preset with the settings' overrides, its output as the objective needs it.</summary>
    public static NetworkSpec Network(TrainingSettings settings)
    {
        var spec = NetworkPresets.Get(settings.Preset);
        if (settings.GoalMerge is { } merge) spec = spec with { GoalMerge = merge };
        if (settings.Normalisation is { } normalisation) spec = spec with { Normalisation = normalisation };
        if (settings.Objective == Objective.BehaviouralCloning) spec = spec.WithActionOutput();
        return spec.Checked(settings.Preset);
    }

    /// <summary>An untrained checkpoint for a camera.</summary>
    /// <exception cref="ActionableException">The camera's images are smaller than the network's input.</exception>
    public static Checkpoint Create(Device device, TrainingSettings settings, ActionSpace actions, int cameraHeight, int cameraWidth)
    {
        var spec = Network(settings);
        if (cameraHeight < spec.ImageHeight || cameraWidth < spec.ImageWidth)
            throw new ActionableException($"images of {cameraHeight}×{cameraWidth} are smaller than the {spec.ImageHeight}×{spec.ImageWidth} "
                + $"input of preset '{spec.Name}'; choose a smaller preset");
        return Checkpoint.Create(device, new CheckpointHeader(spec, settings, actions, cameraHeight, cameraWidth, 0));
    }
}
