using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Terminal;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Cli;

/// <summary>What inspect says of a checkpoint or policy file.</summary>
internal sealed record CheckpointSummary(string Checkpoint, ModelFormat Format, string Network, string Output, string Method, long Step, long Steps,
    int CameraHeight, int CameraWidth, int InputHeight, int InputWidth, long Parameters, long MovingStatistics,
    long TowerMultiplyAdds, long ActionMultiplyAdds, IReadOnlyList<string> Layout, ActionSpace ActionSpace,
    TrainingSettings Training, IReadOnlyList<ParameterSummary> Tensors)
{
    public static CheckpointSummary Of(string path)
    {
        var model = PolicyModel.Read(path);
        var (header, spec, layout) = (model.Header, model.Header.Network, model.Layout);
        return new(path, model.Format, spec.Name, Choice.Name(spec.Output), header.Settings.Method, header.Step, header.Settings.Steps,
            header.CameraHeight, header.CameraWidth, spec.ImageHeight, spec.ImageWidth, layout.TrainableParameters,
            layout.Entries.Sum(e => e.Shape.Count) - layout.TrainableParameters, spec.TowerMultiplyAdds(), spec.ActionMultiplyAdds(),
            QEvaluator.LayoutOf(spec), header.Actions, header.Settings,
            [.. layout.Entries.OrderBy(e => e.Name, StringComparer.Ordinal).Select(ParameterSummary.Of)]);
    }

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine($"{Checkpoint}: {Choice.Name(Format)} of network {Network} ({Output}), method {Method}, step {Amount.Count(Step)} of {Amount.Count(Steps)}, "
            + $"seed {Training.Seed}");
        text.WriteLine($"camera {CameraHeight}x{CameraWidth}, network input {InputHeight}x{InputWidth}, "
            + $"{Amount.Count(Parameters)} trainable parameters");
        text.WriteLine($"multiply-adds: {Amount.Count(TowerMultiplyAdds)} of the tower for an image pair, "
            + $"{Amount.Count(ActionMultiplyAdds)} for each action");
        text.WriteLine($"action layout of q: {string.Join(", ", Layout)}");
        text.WriteLine();
        var bounds = new Table("action", "low", "high");
        for (var d = 0; d < ActionSpace.Dimensions; d++)
            bounds.Add(ActionSpace.Names[d], Amount.Short(ActionSpace.Low[d]), Amount.Short(ActionSpace.High[d]));
        bounds.Write(text);
        text.WriteLine();
        var tensors = new Table("parameter", "count", "shape");
        foreach (var tensor in Tensors) tensors.Add(tensor.Name, Amount.Count(tensor.Count), string.Join('×', tensor.Shape));
        tensors.Write(text);
    }
}

/// <summary>One tensor of a checkpoint.</summary>
internal sealed record ParameterSummary(string Name, int[] Shape, long Count)
{
    public static ParameterSummary Of(ParameterEntry entry) =>
        new(entry.Name, [.. Enumerable.Range(0, entry.Shape.Rank).Select(i => entry.Shape[i])], entry.Shape.Count);
}
