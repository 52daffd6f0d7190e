using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Evaluation;
using ActionableModels.Imaging;
using ActionableModels.Simulation;

namespace ActionableModels.Cli.Commands;

/// <summary>Measures the success of a policy over seeded goal images, or its Q on recorded steps.</summary>
internal static class EvalCommand
{
    private static readonly Option<string?> CheckpointFile = CommonOptions.Optional("--checkpoint",
        $"{CommonOptions.ModelFile}; not needed for random and script", "FILE");
    private static readonly Option<string> Policy = CommonOptions.New("--policy",
        $"what acts: {string.Join(", ", EvaluatedPolicies.Names)}; limited: the trained one within the default limits of a controller", EvaluatedPolicies.Trained);
    private static readonly Option<string?> Task = CommonOptions.Optional("--task",
        $"task: {string.Join(", ", Worlds.Tasks)}; the run's if left out, else {Worlds.DefaultTask}", "NAME");
    private static readonly Option<string?> Camera = CommonOptions.Optional("--camera",
        $"camera: {string.Join(", ", Worlds.Cameras)}; the run's if left out, else {Worlds.DefaultCamera}", "NAME");
    private static readonly Option<int> Episodes = CommonOptions.Number("--episodes",
        "episodes, each with a scene and a goal image of its own", 100, 1, 1_000_000);
    private static readonly Option<ImageSize?> Size = ImageSize.Option("--image-size",
        "size of the images where no checkpoint tells it; 48 if left out");
    private static readonly Option<string?> Output = CommonOptions.Optional("--output",
        $"write the result as JSON; report shows {string.Join(" and ", RunFolder.ResultPatterns)} of a run's folder, with --data or without", "FILE");
    private static readonly Option<string?> StripsFile = CommonOptions.Optional("--strips",
        $"write film strips of the first {Strips.Episodes} episodes", "FILE.png");

    private static readonly Option[] OfWorld = [Policy, Task, Camera, Episodes, Size, CommonOptions.Objects, StripsFile];

    public static Command Create()
    {
        var command = new VerbCommand("eval",
            "Measure the success rate of a policy over seeded goal images that no dataset holds; or, with --data, how Q and policy judge recorded steps.",
            "eval --checkpoint runs/am/checkpoint.safetensors --episodes 100 --output runs/am/eval.json --strips runs/am/strips.png", Run)
        {
            Examples = ["eval --checkpoint runs/am/checkpoint.safetensors --data runs/held-out --output runs/am/offline.json"],
        }.With([CheckpointFile, OfflineEvaluation.Data, OfflineEvaluation.Steps, Policy, Task, Camera, Episodes, Size, CommonOptions.Objects, Output, StripsFile,
            CommonOptions.Seed, .. Devices.Options]);
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (!Given(OfflineEvaluation.Data))
            {
                if (Given(OfflineEvaluation.Steps)) result.AddError("--steps goes with --data");
                return;
            }
            if (!Given(CheckpointFile)) result.AddError("--data needs a --checkpoint");
            foreach (var option in OfWorld.Where(Given)) result.AddError($"{option.Name} is of simulated worlds and does not go with --data");
        });
        return command;
    }

    private static void Run(Invocation call)
    {
        var (policyName, file) = (call.Get(Policy), call.Get(CheckpointFile));
        if (file is not null && call.Get(OfflineEvaluation.Data) is not null)
        {
            OfflineEvaluation.Run(call, file, call.Get(Output));
            return;
        }
        if (!EvaluatedPolicies.Names.Contains(policyName))
            throw new ActionableException(Names.Unknown("policy", policyName, EvaluatedPolicies.Names));
        if (file is null && policyName is EvaluatedPolicies.Trained or EvaluatedPolicies.Limited or EvaluatedPolicies.Untrained)
            throw new ActionableException($"--policy {policyName} needs a --checkpoint");
        var model = file is null ? null : PolicyModel.Read(file);
        var header = model?.Header;
        var recorded = file is null ? null : RunSettings.Beside(file);
        var recordedCamera = recorded?.Recording.GetValueOrDefault("camera");
        var task = call.Get(Task) ?? recorded?.Task ?? Worlds.DefaultTask;
        var camera = call.Get(Camera) ?? recordedCamera ?? Worlds.DefaultCamera;
        var objects = call.Get(CommonOptions.Objects)
            ?? (recorded?.Recording.GetValueOrDefault("objects") is { } text && int.TryParse(text, out var count) ? count : null);
        var size = header is null ? call.Get(Size) ?? new(48, 48) : new(header.CameraHeight, header.CameraWidth);
        var environment = new TabletopEnvironment(Worlds.Options(task, camera, size, objects));
        if (header is not null && !header.Actions.Equals(environment.Actions))
            throw new ActionableException($"{file}: its action bounds are not those of task '{task}'; "
                + "evaluate on the task that it was trained for");
        if (recorded is not null && (recorded.Task != task || recordedCamera is not null && recordedCamera != camera))
            call.Note($"note: {file} was trained on task '{recorded.Task}', camera '{recordedCamera}'; "
                + $"it is evaluated on task '{task}', camera '{camera}'");
        OutputFiles.Check(call.Get(Output), call.Get(StripsFile));

        using var device = call.OpenDevice();
        var policy = EvaluatedPolicies.Create(policyName, call, device, model, environment);
        using var owned = policy as IDisposable;
        var clock = Stopwatch.StartNew();
        var result = Evaluate(call, policy, environment, call.Get(Episodes), call.Seed, policyName);
        var report = EvaluationReport.Of(result, environment.Options, policyName, file, header, call.Seed, clock.Elapsed.TotalSeconds);
        if (call.Get(StripsFile) is { } strips)
        {
            var films = Strips.Of(result, environment.ImageHeight, environment.ImageWidth);
            OutputFiles.WritePng(strips, Montage.Stack([.. films.Select(film => film.Image)]));
        }
        if (call.Get(Output) is { } output) OutputFiles.WriteJson(output, report);
        call.Result(report, text => text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{policyName} on {task} ({camera} camera): success {result.Interval} episodes, grasped {100 * result.GraspRate:0.0} %")));
    }

    /// <summary>Evaluates with a progress line and Ctrl+C.</summary>
    internal static EvaluationResult Evaluate(Invocation call, Policies.IPolicy policy, TabletopEnvironment environment, int episodes,
        ulong seed, string name)
    {
        using var progress = call.Progress($"evaluating {name}", episodes, "episodes");
        var result = Evaluator.Run(policy, environment, episodes, seed, Strips.Episodes, done =>
        {
            progress.Update(done);
            call.Cancellation.ThrowIfCancellationRequested();
        });
        progress.Finish();
        return result;
    }
}
