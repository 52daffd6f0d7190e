using System.CommandLine;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Formats.Onnx;

namespace ActionableModels.Cli.Commands;

/// <summary>Writes a policy or a dataset for other programs.</summary>
internal static class ExportCommand
{
    private const string Onnx = "onnx", Policy = "policy", PolicyFile = "policy.safetensors";
    private static readonly Option<string?> Model = CommonOptions.Optional("--checkpoint", CommonOptions.ModelFile, "FILE");
    private static readonly Option<string?> Data = CommonOptions.Optional("--data", "folder of a dataset", "FOLDER");
    private static readonly Option<string> Output = CommonOptions.Required("--output", "folder that the files are written to", "FOLDER");
    private static readonly Option<string> Format = Choice.Among("--format",
        $"of a policy, {Onnx}: image tower, head, and both in one, opset {OnnxExport.Opset}; {Policy}: the weights alone, as safetensors; "
        + $"of a dataset, {string.Join(", ", DatasetExport.Formats)}; {Onnx} or {DatasetExport.DefaultFormat} if left out",
        [Onnx, Policy, .. DatasetExport.Formats], null);
    private static readonly Option<int?> Actions = new("--actions")
    {
        Description = $"{Onnx}: the number of actions of each call, so that a runtime can plan ahead; as many as the caller gives if left out",
        HelpName = "A",
    };
    private static readonly Option<string> Images = Choice.Option<OnnxImages>("--images",
        $"{Onnx}: images enter as the camera's bytes, or as floats within 0 to 1, cut to the network's size by the caller", OnnxImages.Bytes);
    private static readonly Option<bool> Force = new("--force") { Description = "replace existing files" };

    public static Command Create()
    {
        Actions.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var count) && count is < 1 or > 65536)
                result.AddError($"--actions {token.Value} is not within 1 to 65536");
        });
        var command = new VerbCommand("export",
            "Write a trained policy (ONNX graphs, or the file that libactionable opens) or a recorded dataset for other programs.",
            "export --checkpoint runs/am/checkpoint.safetensors --output runs/am/onnx --format onnx", Run)
        {
            Examples = ["export --data runs/clean --output runs/tfds --format rlds --layout mt_opt --encoding jpeg --test-share 0.1"],
            Lists = [("Formats of datasets:", DatasetExport.Descriptions)],
        }.With([Model, Data, Output, Format, Actions, Images, .. DatasetExport.Options, Force]);
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            var dataset = Given(Data);
            if (dataset == Given(Model))
            {
                result.AddError("give either --checkpoint or --data");
                return;
            }
            var format = result.GetValue(Format);
            if (format is not null && DatasetExport.Formats.Contains(format) != dataset)
                result.AddError($"{Format.Name} {format} goes with {(dataset ? Model : Data).Name}");
            foreach (var option in DatasetExport.Options)
                if (!dataset && Given(option)) result.AddError($"{option.Name} goes with {Data.Name}");
            foreach (var option in (Option[])[Actions, Images])
                if ((dataset || format == Policy) && Given(option)) result.AddError($"{option.Name} goes with --format {Onnx}");
            DatasetExport.Check(result);
        });
        return command;
    }

    private static void Run(Invocation call)
    {
        var (folder, format) = (call.Get(Output), call.Get(Format));
        if (call.Get(Data) is { } data) DatasetExport.Run(call, data, format ?? DatasetExport.DefaultFormat, folder, call.Get(Force));
        else RunPolicy(call, call.Get(Model)!, format ?? Onnx, folder);
    }

    private static void RunPolicy(Invocation call, string checkpoint, string format, string folder)
    {
        string[] files = [.. (format == Onnx ? OnnxExport.Files : [PolicyFile]).Select(name => Path.Combine(folder, name))];
        OutputFiles.Check(files);
        if (files.FirstOrDefault(File.Exists) is { } old && !call.Get(Force))
            throw new ActionableException($"{old}: exists already; replace it with --force or choose another folder");
        var model = PolicyModel.Read(checkpoint);
        OutputFiles.Prepare(files[0]);
        ExportedFile[] written;
        if (format == Onnx)
        {
            var form = new OnnxForm(call.Get(Actions), Choice.Parse<OnnxImages>(call.Get(Images)));
            written = [.. OnnxExport.Write(model, folder, form).Select(file => new ExportedFile(file.Path, file.Bytes,
                [.. file.Inputs.Select(input => input.ToString())], [.. file.Outputs.Select(output => output.ToString())]))];
        }
        else
        {
            model.Write(files[0]);
            written = [new(files[0], new FileInfo(files[0]).Length, [], [])];
        }
        call.Result(new ExportResult(checkpoint, format, model.Header.Network.Name, format == Onnx ? OnnxExport.Opset : null, written), text =>
        {
            foreach (var file in written)
                text.WriteLine($"{file.Path}: {Amount.Bytes(file.Bytes)}"
                    + (file.Inputs.Length == 0 ? "" : $"; {string.Join(", ", file.Inputs)} -> {string.Join(", ", file.Outputs)}"));
        });
    }
}

/// <summary>What export prints; opset is null for formats that have none.</summary>
internal sealed record ExportResult(string Checkpoint, string Format, string Network, int? Opset, ExportedFile[] Files);

/// <summary>A file that export wrote, and what its graph, if it has one, takes and gives.</summary>
internal sealed record ExportedFile(string Path, long Bytes, string[] Inputs, string[] Outputs);
