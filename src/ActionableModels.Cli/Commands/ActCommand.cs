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

    public static Command Create()
    {
        var command = new VerbCommand("act", "Print the best action for a current and a goal image, and its Q.",
            "act --checkpoint runs/am/checkpoint.safetensors --image now.png --goal goal.png --gripper-closed 0 --height 0.12", Run)
        {
            Examples = ["act --checkpoint runs/am/checkpoint.safetensors --data runs/clean --episode 3 --step 2"],
        }
            .With([CommonOptions.Checkpoint, .. ImagePair.Options, GripperClosed, Height, CommonOptions.Seed, .. Devices.Options]);
        ImagePair.Validate(command);
        return command;
    }

    private static void Run(Invocation call)
    {
        var model = PolicyModel.Read(call.Get(CommonOptions.Checkpoint));
        var pair = ImagePair.Load(call, model.Header);
        using var device = call.OpenDevice();
        using var policy = new GoalReachingPolicy(device, model);
        var action = new float[ActionSpace.Dimensions];
        float[] state = [call.Get(GripperClosed), call.Get(Height)];
        // What the dataset recorded counts, unless the command line says otherwise.
        if (pair.Recorded is { } at)
        {
            if (!call.IsGiven(GripperClosed)) state[0] = at.State[0];
            if (!call.IsGiven(Height)) state[1] = at.State[1];
        }
        var q = policy.Act(pair.Current, pair.Goal, state, new RandomKey(call.Seed, Streams.Policy, 0), action);
        call.Result(new ActResult(action, ActionSpace.Names, q, state[0], state[1], call.Seed, pair.Recorded), text =>
        {
            if (pair.Recorded is not null) text.WriteLine($"{"",-9} {"policy",8} {"recorded",9}");
            void Line(string name, float value, float? recorded = null) => text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-9} {value,8:0.0000}{(recorded is { } r ? $" {r,9:0.0000}" : "")}"));
            for (var d = 0; d < action.Length; d++) Line(ActionSpace.Names[d], action[d], pair.Recorded?.Action[d]);
            if (float.IsNaN(q)) text.WriteLine("Q         none (the policy is cloned)");
            else Line("Q", q);
        });
    }
}

/// <summary>What act prints; Q is not a number for a cloned policy, and nothing was recorded where the images are files.</summary>
internal sealed record ActResult(float[] Action, IReadOnlyList<string> Names, float Q, float GripperClosed, float Height, ulong Seed,
    RecordedStep? Recorded);
