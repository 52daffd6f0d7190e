using System.CommandLine;
using System.Runtime.InteropServices;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;

namespace ActionableModels.Cli;

/// <summary>One run of a command: its options, where its output goes, and Ctrl+C.</summary>
internal sealed class Invocation : IDisposable
{
    private readonly ParseResult parse;
    private readonly CancellationTokenSource cancellation = new();
    private readonly PosixSignalRegistration[] signals;

    public Invocation(ParseResult parse)
    {
        this.parse = parse;
        signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel)];
    }

    /// <summary>Whether the result is one JSON object.</summary>
    public bool Json => Get(CommonOptions.Json);
    /// <summary>Whether progress and notes are left out.</summary>
    public bool Quiet => Get(CommonOptions.Quiet);
    /// <summary>The seed.</summary>
    public ulong Seed => Get(CommonOptions.Seed);
    /// <summary>Set at the first Ctrl+C; the second ends the process.</summary>
    public CancellationToken Cancellation => cancellation.Token;

    /// <summary>The value of an option, given or default.</summary>
    public T Get<T>(Option<T> option) => parse.GetValue(option)!;

    /// <summary>Whether the option stands on the command line.</summary>
    public bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>The device of --device, --threads, --convolution and --cores.</summary>
    public Device OpenDevice() => Devices.Open(this);

    /// <summary>A progress line on standard error.</summary>
    public ProgressLine Progress(string label, long total, string unit, long initial = 0) =>
        ProgressLine.OnStandardError(label, total, unit, Quiet, initial);

    /// <summary>A line for the person at the keyboard, on standard error.</summary>
    public void Note(string line)
    {
        if (!Quiet) Console.Error.WriteLine(line);
    }

    /// <summary>The result: for people on standard output, or with --json one object there and the text on standard error.</summary>
    public void Result(object json, Action<TextWriter> text)
    {
        if (!Json) text(Console.Out);
        else
        {
            if (!Quiet) text(Console.Error);
            JsonOut.Write(json);
        }
    }

    public void Dispose()
    {
        foreach (var signal in signals) signal.Dispose();
        cancellation.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        context.Cancel = !cancellation.IsCancellationRequested;
        cancellation.Cancel();
    }
}
