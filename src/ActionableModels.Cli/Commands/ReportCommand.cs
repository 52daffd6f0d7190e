using System.CommandLine;
using System.Text;
using ActionableModels.Cli.Report;

namespace ActionableModels.Cli.Commands;

/// <summary>Writes the HTML page of runs.</summary>
internal static class ReportCommand
{
    private static readonly Option<string[]> Runs = new("--run")
    {
        Description = "folder of a run; more than one are shown side by side",
        Required = true,
        HelpName = "RUN",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string> Output = CommonOptions.Required("--output", "page to write", "FILE.html");

    public static Command Create() =>
        new VerbCommand("report", "Write one self-contained HTML page: success, learning curves, Q-value histograms, film strips.",
        "report --run runs/am --output runs/am/report.html", Run).With(Runs, Output);

    private static void Run(Invocation call)
    {
        var (runs, output) = (call.Get(Runs), call.Get(Output));
        OutputFiles.Check(output);
        Write(output, RunReport.Build(RunData.Read(runs)));
        call.Result(new ReportResult(output, runs), text => text.WriteLine($"{output}: report of {string.Join(", ", runs)}"));
    }

    /// <summary>Writes a page.</summary>
    internal static void Write(string path, ReportData data) =>
        OutputFiles.WriteBytes(path, Encoding.UTF8.GetBytes(HtmlReport.Render(data)));
}

/// <summary>What report prints.</summary>
internal sealed record ReportResult(string Report, string[] Runs);
