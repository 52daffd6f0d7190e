using System.Text.RegularExpressions;
using ActionableModels.Learning;

namespace ActionableModels.Cli.Tests.Commands;

public sealed partial class UsageTests
{
    public static TheoryData<string> Commands =>
        ["demo", "collect", "import", "inspect", "init", "train", "eval", "act", "q", "export", "report", "bench", "bench act", "doctor"];

    [Theory, MemberData(nameof(Commands))]
    public void HelpHasAnExampleThatParses(string command)
    {
        var help = Actionable.Run([.. command.Split(' '), "--help"]);
        Assert.Equal((0, ""), (help.Code, help.Error));
        var examples = help.Output.Split('\n').SkipWhile(line => line is not ("Example:" or "Examples:")).Skip(1).TakeWhile(line => line.Length > 0)
            .Select(line => line.Trim()).ToArray();
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.StartsWith($"actionable {command}", example);
            Assert.Empty(CommandLine.Create().Parse(example["actionable ".Length..]).Errors);
        });
    }

    [Fact]
    public void EverySettingOfTrainingIsAnOption()
    {
        var help = Actionable.Run("train", "--help").Output;
        foreach (var property in typeof(TrainingSettings).GetProperties())
            Assert.Contains($"  --{WordStart().Replace(property.Name, "-").ToLowerInvariant()} <", help);
        Assert.Contains("[default: 0.97]", help);
    }

    [Theory]
    [InlineData("", "a command is missing")]
    [InlineData("colect", "unknown command 'colect'; did you mean 'collect'?")]
    [InlineData("collect --ouput x", "unknown option '--ouput'; did you mean '--output'?")]
    [InlineData("collect", "--output")]
    [InlineData("collect --output x --episodes 0", "--episodes 0 is not within")]
    [InlineData("collect --output x --episodes many", "many")]
    [InlineData("collect --output x extra", "'extra' belongs to no option")]
    [InlineData("train --data x --output y --negatives exp-w", "did you mean 'exp-q'?")]
    [InlineData("train --data x --output y --monte-carlo-bound", "--monte-carlo-bound")]
    [InlineData("init --output x --camera-size 4x", "--camera-size '4x'")]
    [InlineData("import --source x", "give either --output or --mapping-template")]
    [InlineData("import --source x --output y --resume --force", "give either --resume or --force")]
    [InlineData("import --source x --output y --no-decode-check", "--no-decode-check goes with --in-place")]
    [InlineData("import --source x --output y --memory 5", "--memory '5' is no size such as 512M or 2G")]
    [InlineData("import --source x --output y --most-skipped few", "--most-skipped 'few' is neither a number such as 50 nor a share such as 1%")]
    [InlineData("import --source x --output y --on-error ignore", "known: skip, fatal")]
    [InlineData("import --source x --output y --crop-place left", "known: centre, random")]
    [InlineData("import --source x --output y --crop 12x", "--crop '12x'")]
    [InlineData("import --source x --output y --episodes 0", "--episodes 0 is not at least 1")]
    [InlineData("inspect --checkpoint x --verify", "--verify goes with --data")]
    [InlineData("inspect --checkpoint x --contact-sheet y", "--contact-sheet goes with --data")]
    [InlineData("inspect --checkpoint x --split train", "--split goes with --data")]
    [InlineData("inspect", "give either --data or --checkpoint")]
    [InlineData("act --checkpoint x --image y --goal z --height NaN", "--height")]
    [InlineData("act --checkpoint x --image y", "give either --image and --goal, or --data")]
    [InlineData("act --checkpoint x --image y --data z", "give either --image and --goal, or --data")]
    [InlineData("q --checkpoint x --actions a --image y --goal z --step 3", "--step goes with --data")]
    [InlineData("report --output x", "--run")]
    [InlineData("export --checkpoint x --output y --format onxx", "did you mean 'onnx'?")]
    [InlineData("export --checkpoint x --output y --format policy --actions 8", "--actions goes with --format onnx")]
    [InlineData("export --checkpoint x --output y --actions 0", "--actions 0 is not within 1 to 65536")]
    [InlineData("export --output y", "give either --checkpoint or --data")]
    [InlineData("export --checkpoint x --data z --output y", "give either --checkpoint or --data")]
    [InlineData("export --checkpoint x --output y --format rlds", "--format rlds goes with --data")]
    [InlineData("export --data x --output y --format policy", "--format policy goes with --checkpoint")]
    [InlineData("export --data x --output y --images floats", "--images goes with --format onnx")]
    [InlineData("export --checkpoint x --output y --layout kuka", "--layout goes with --data")]
    [InlineData("export --data x --output y --jpeg-quality 80", "--jpeg-quality goes with --encoding jpeg")]
    [InlineData("export --data x --output y --test-share 1", "--test-share 1 is not within 0 to below 1")]
    [InlineData("export --data x --output y --episodes 0", "--episodes 0 is not at least 1")]
    [InlineData("bench --work layer,towr/batch8", "unknown work 'towr/batch8'; did you mean 'tower/batch8'?")]
    [InlineData("bench --seconds 4000", "--seconds 4000 is not within 0 to 3600")]
    [InlineData("bench --batch 0", "--batch 0 is not within 1 to 4096")]
    [InlineData("bench --convolution winograd", "known: auto, direct")]
    [InlineData("bench atc", "unknown command 'atc'; did you mean 'act'?")]
    [InlineData("bench act --decisions 0", "--decisions 0 is not within 1 to 1000000000")]
    [InlineData("bench act --rate 0", "--rate 0 is not within")]
    [InlineData("bench act --rat 5", "unknown option '--rat'; did you mean '--rate'?")]
    [InlineData("bench act --load some", "known: none, beside, both")]
    [InlineData("bench act --preset compact-64 --checkpoint x", "give either --checkpoint or --preset")]
    [InlineData("bench act --budget 5 --budget-sweep", "give either --budget or --budget-sweep")]
    [InlineData("doctor --precision fp16", "known: bf16, tf32, fp32")]
    public void WrongUsageIsExitCode2(string line, string message)
    {
        var result = Actionable.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.Code);
        Assert.Equal("", result.Output);
        Assert.StartsWith("error: ", result.Error);
        Assert.Contains(message, result.Error);
        Assert.Contains("--help'", result.Error);
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();
}
