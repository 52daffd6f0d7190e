using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ActionableModels.Cli.Commands;
using ActionableModels.Compute;

namespace ActionableModels.Cli;

/// <summary>The `actionable` command: parses, runs, and turns every failure into one line and an exit code.</summary>
public static class CommandLine
{
    /// <summary>Exit codes: all done; failed; wrong usage; ended by Ctrl+C (the shells' convention).</summary>
    public const int Done = 0, Failed = 1, WrongUsage = 2, Interrupted = 130;

    /// <summary>Runs a command line and returns the exit code.</summary>
    public static int Run(string[] args)
    {
        try
        {
            var parse = Create().Parse(args);
            if (parse.Action is ParseErrorAction) return UsageErrors.Report(parse, args.Length == 0);
            return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            return Fail("interrupted", Interrupted);
        }
        catch (Exception fault)
        {
            if (Traces) Console.Error.WriteLine(fault);
            // Work on several threads wraps what went wrong.
            var cause = fault is AggregateException { InnerException: { } inner } ? inner : fault;
            return Fail(cause is ActionableException or IOException or UnauthorizedAccessException ? cause.Message
                : $"{cause.GetType().Name}: {cause.Message} (a fault of this program; run again with ACTIONABLE_TRACE=1 for its stack)", Failed);
        }
    }

    /// <summary>The commands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Actionable Models: goal-conditioned Q-learning from recorded robot images.")
        {
            DemoCommand.Create(), CollectCommand.Create(), ImportCommand.Create(), InspectCommand.Create(), InitCommand.Create(), TrainCommand.Create(),
            EvalCommand.Create(), ActCommand.Create(), QCommand.Create(), ExportCommand.Create(), ReportCommand.Create(), BenchCommand.Create(),
            DoctorCommand.Create(), ReadHdf5Command.Create(),
        };
        foreach (var option in root.Options.OfType<HelpOption>()) option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return root;
    }

    private static bool Traces => Environment.GetEnvironmentVariable("ACTIONABLE_TRACE") is { Length: > 0 } and not "0";

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
