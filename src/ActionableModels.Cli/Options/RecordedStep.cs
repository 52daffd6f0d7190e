using System.CommandLine;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Evaluation;
using ActionableModels.Formats.InPlace;

namespace ActionableModels.Cli;

/// <summary>A step of a recorded episode, and a later frame of it that serves as the goal.</summary>
/// <param name="Dataset">Folder of the dataset.</param>
/// <param name="Episode">Episode.</param>
/// <param name="Step">Step t.</param>
/// <param name="GoalStep">Frame of the goal image.</param>
/// <param name="State">The robot's own state at t.</param>
/// <param name="Action">The action that was recorded at t.</param>
internal sealed record RecordedStep(string Dataset, int Episode, int Step, int GoalStep, float[] State, float[] Action)
{
    public static Option<string?> Data { get; } = CommonOptions.Optional("--data", "dataset to take both images from, and the state or action that is not given",
        "FOLDER");
    private static readonly Option<int> EpisodeOption = CommonOptions.Number("--episode", "episode of the dataset", 0, 0, int.MaxValue);
    private static readonly Option<int> StepOption = CommonOptions.Number("--step", "step of the episode whose image is the current one", 0, 0, int.MaxValue);
    private static readonly Option<int?> GoalStepOption = new("--goal-step") { Description = "later frame of the episode that is the goal; its last if left out" };

    /// <summary>The options that go with --data.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Data, EpisodeOption, StepOption, GoalStepOption];

    /// <summary>Reads the two frames.</summary>
    /// <exception cref="ActionableException">There is no such step or later goal, or camera or action bounds are not the checkpoint's.</exception>
    public static ImagePair Load(Invocation call, string folder, CheckpointHeader header)
    {
        using var store = EpisodeStore.Open(folder, frames: InPlaceFrames.Open);
        OfflineEvaluator.RequireFit(header, store);
        var (episode, step) = (call.Get(EpisodeOption), call.Get(StepOption));
        if (episode >= store.EpisodeCount)
            throw new ActionableException($"{folder}: there is no episode {episode}: it holds {store.EpisodeCount}, counted from 0");
        var steps = store.Steps(episode);
        var goal = call.Get(GoalStepOption) ?? steps;
        if (step >= steps || goal <= step || goal > steps)
            throw new ActionableException($"{folder}: episode {episode} has {steps} steps: give --step below that, and a --goal-step after it, at most {steps}");
        byte[] Image(int t)
        {
            var image = new byte[store.Header.ImageBytes];
            store.ReadImage(store.FirstFrame(episode) + t, image);
            return image;
        }
        return new(Image(step), Image(goal), new(folder, episode, step, goal, store.State(store.FirstFrame(episode) + step).ToArray(),
            store.Action(episode, step).ToArray()));
    }
}
