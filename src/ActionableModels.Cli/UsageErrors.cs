using System.CommandLine;
using System.CommandLine.Parsing;

namespace ActionableModels.Cli;

/// <summary>Says what is wrong with a command line: one line per mistake, the nearest names, where to read on.</summary>
internal static class UsageErrors
{
    public static int Report(ParseResult parse, bool empty)
    {
        var command = parse.CommandResult.Command;
        var verb = string.Join(' ', parse.CommandResult.Path());
        if (empty)
            Console.Error.WriteLine($"error: a command is missing; known: {string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}");
        else if (parse.UnmatchedTokens.Count > 0)
            foreach (var token in Mistakes(parse.UnmatchedTokens)) Console.Error.WriteLine($"error: {Unmatched(command, token)}");
        else
            foreach (var error in parse.Errors) Console.Error.WriteLine($"error: {error.Message.ReplaceLineEndings(" ")}");
        Console.Error.WriteLine($"see '{verb} --help'");
        return CommandLine.WrongUsage;
    }

    private static IEnumerable<string> Path(this CommandResult result) => result.Parent is CommandResult parent
        ? parent.Path().Append(result.Command.Name) : ["actionable"];

    // What follows an unknown option is its value, not another mistake.
    private static IEnumerable<string> Mistakes(IReadOnlyList<string> tokens) => tokens.Any(IsOption) ? tokens.Where(IsOption) : tokens;

    private static bool IsOption(string token) => token.StartsWith('-');

    private static string Unmatched(Command command, string token) => command is not VerbCommand
        || (!IsOption(token) && command.Subcommands.Any(c => !c.Hidden))
        ? Names.Unknown("command", token, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))
        : IsOption(token) ? Names.Unknown("option", token, command.Options.Select(o => o.Name))
        : $"'{token}' belongs to no option";
}
