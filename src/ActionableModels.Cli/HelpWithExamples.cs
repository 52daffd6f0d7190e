using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ActionableModels.Cli;

/// <summary>The usual help, then the command's lists, examples and the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parse)
    {
        var code = usual.Invoke(parse);
        var output = parse.InvocationConfiguration.Output;
        var command = parse.CommandResult.Command;
        string[] examples = command is VerbCommand verb ? [verb.Example, .. verb.Examples]
            : [.. command.Subcommands.OfType<VerbCommand>().Select(sub => sub.Example)];
        foreach (var (title, lines) in (command as VerbCommand)?.Lists ?? [])
        {
            output.WriteLine(title);
            foreach (var line in lines) output.WriteLine($"  {line}");
            output.WriteLine();
        }
        output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
        foreach (var example in examples) output.WriteLine($"  actionable {example}");
        output.WriteLine();
        output.WriteLine("Exit codes: 0 done, 1 failed (one line says why; no file is left half written), 2 wrong usage, 130 interrupted.");
        return code;
    }
}
