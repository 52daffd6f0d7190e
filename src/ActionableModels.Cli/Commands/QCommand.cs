using System.CommandLine;
using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Terminal;
using ActionableModels.Policies;

namespace ActionableModels.Cli.Commands;

/// <summary>Q-values of given actions for one image pair.</summary>
internal static class QCommand
{
    private const int MostAtATime = 64;
    private static readonly Option<string?> Actions = CommonOptions.Optional("--actions",
        "JSON list of rows in the checkpoint's action layout, in metres and radians (inspect shows it); with --data, the recorded action and state "
        + "if left out", "A.json");

    public static Command Create()
    {
        var command = new VerbCommand("q", "Print Q(s, a, g) of given actions for a current and a goal image; the image tower runs once.",
            "q --checkpoint runs/am/checkpoint.safetensors --image now.png --goal goal.png --actions actions.json --json", Run)
        {
            Examples = ["q --checkpoint runs/am/checkpoint.safetensors --data runs/clean --episode 3 --step 2"],
        }
            .With([CommonOptions.Checkpoint, .. ImagePair.Options, Actions, .. Devices.Options]);
        ImagePair.Validate(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Actions) is null && result.GetResult(RecordedStep.Data) is null) result.AddError($"{Actions.Name} is required without {RecordedStep.Data.Name}");
        });
        return command;
    }

    private static void Run(Invocation call)
    {
        var model = PolicyModel.Read(call.Get(CommonOptions.Checkpoint));
        var network = model.Header.Network;
        var layout = QEvaluator.LayoutOf(network);
        var given = call.Get(Actions) is { } file ? ActionRows.Read(file, layout) : null;
        var pair = ImagePair.Load(call, model.Header);
        var rows = given ?? QEvaluator.RowOf(network, pair.Recorded!.Action, pair.Recorded.State);
        var q = new float[rows.Length / layout.Count];
        using var device = call.OpenDevice();
        using var evaluator = new QEvaluator(device, model, Math.Min(q.Length, MostAtATime));
        evaluator.Evaluate(pair.Current, pair.Goal, rows, q);
        call.Note($"tower_passes: {evaluator.TowerPasses}");
        call.Result(new QResult(q, layout, pair.Recorded), text =>
        {
            if (call.Json) return;
            var table = new Table([.. layout, "Q"]);
            for (var r = 0; r < q.Length; r++)
                table.Add([.. rows.Skip(r * layout.Count).Take(layout.Count).Append(q[r])
                    .Select(v => v.ToString("0.####", CultureInfo.InvariantCulture))]);
            table.Write(text);
        });
    }
}

/// <summary>What q prints: Q of each row, and the names of a row's numbers; nothing was recorded where the images are files.</summary>
internal sealed record QResult(float[] Q, IReadOnlyList<string> Layout, RecordedStep? Recorded);
