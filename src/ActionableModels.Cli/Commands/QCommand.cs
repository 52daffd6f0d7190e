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
    private static readonly Option<string> Actions = CommonOptions.Required("--actions",
        "JSON list of rows in the checkpoint's action layout, in metres and radians (inspect shows it)", "A.json");

    public static Command Create()
    {
        var command = new VerbCommand("q", "Print Q(s, a, g) of given actions for a current and a goal image; the image tower runs once.",
            "q --checkpoint runs/am/checkpoint.safetensors --image now.png --goal goal.png --actions actions.json --json", Run)
            .With([CommonOptions.Checkpoint, .. ImagePair.Options, Actions, .. Devices.Options]);
        ImagePair.Validate(command);
        return command;
    }

    private static void Run(Invocation call)
    {
        var model = PolicyModel.Read(call.Get(CommonOptions.Checkpoint));
        var layout = QEvaluator.LayoutOf(model.Header.Network);
        var rows = ActionRows.Read(call.Get(Actions), layout);
        var pair = ImagePair.Load(call, model.Header);
        var q = new float[rows.Length / layout.Count];
        using var device = call.OpenDevice();
        using var evaluator = new QEvaluator(device, model, Math.Min(q.Length, MostAtATime));
        evaluator.Evaluate(pair.Current, pair.Goal, rows, q);
        call.Note($"tower_passes: {evaluator.TowerPasses}");
        call.Result(new QResult(q, layout), text =>
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

/// <summary>What q prints: Q of each row, and the names of a row's numbers.</summary>
internal sealed record QResult(float[] Q, IReadOnlyList<string> Layout);
