using System.CommandLine;
using ActionableModels.Cli.Latency;

namespace ActionableModels.Cli.Commands;

/// <summary>The child process that bench act starts as a load: of no use to people, so no help names it.</summary>
internal static class BusyCommand
{
    private static readonly Option<string> Cores = CommonOptions.Required("--cores", "cores to keep busy", "LIST");

    public static Command Create() => new Command(BusyLoad.Command, "Keep cores busy.") { Cores }.Hidden(parse =>
        BusyLoad.Serve([.. parse.GetValue(Cores)!.Split(',').Select(int.Parse)]));

    private static Command Hidden(this Command command, Action<ParseResult> run)
    {
        command.Hidden = true;
        command.SetAction(run);
        return command;
    }
}
