using System.CommandLine;
using System.Globalization;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Policies;

namespace ActionableModels.Cli.Commands;

/// <summary>The best action for one image pair.</summary>
internal static class ActCommand
{
    private static readonly Option<int> GripperClosed = CommonOptions.Number("--gripper-closed", "whether the gripper is closed, 0 or 1",
        0, 0, 1);
    private static readonly Option<float> Height = CommonOptions.Finite("--height", "height of the gripper above the table, metres", 0.1f);

    public static Command Create() => new VerbCommand("act", "Print the best action for a current and a goal image, and its Q.",
        "act --checkpoint runs/am/checkpoint.safetensors --image now.png --goal goal.png --gripper-closed 0 --height 0.12", Run)
        .With([CommonOptions.Checkpoint, ImagePair.CurrentOption, ImagePair.GoalOption, GripperClosed, Height, CommonOptions.Seed,
            .. Devices.Options]);

    private static void Run(Invocation call)
    {
        var model = PolicyModel.Read(call.Get(CommonOptions.Checkpoint));
        var pair = ImagePair.Load(call, model.Header);
        using var device = call.OpenDevice();
        using var policy = new GoalReachingPolicy(device, model);
        var action = new float[ActionSpace.Dimensions];
        float[] state = [call.Get(GripperClosed), call.Get(Height)];
        var q = policy.Act(pair.Current, pair.Goal, state, new RandomKey(call.Seed, Streams.Policy, 0), action);
        call.Result(new ActResult(action, ActionSpace.Names, q, state[0], state[1], call.Seed), text =>
        {
            void Line(string name, float value) => text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-9} {value,8:0.0000}"));
            for (var d = 0; d < action.Length; d++) Line(ActionSpace.Names[d], action[d]);
            if (float.IsNaN(q)) text.WriteLine("Q         none (the policy is cloned)");
            else Line("Q", q);
        });
    }
}

/// <summary>What act prints; Q is not a number for a cloned policy.</summary>
internal sealed record ActResult(float[] Action, IReadOnlyList<string> Names, float Q, float GripperClosed, float Height, ulong Seed);
