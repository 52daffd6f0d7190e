using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Latency;

/// <summary>
/// Progress of a measurement that must not be disturbed: drawn by a thread of its own, away from the deciding thread's core where there is
/// another one, straight into a buffer of fixed size. It allocates no managed memory, so that what is counted is the decisions' alone.
/// </summary>
internal sealed unsafe partial class SteadyProgress : IDisposable
{
    private const int BarCells = 20;
    private static readonly TimeSpan FirstDraw = TimeSpan.FromSeconds(2), Redraw = TimeSpan.FromSeconds(0.2),
        PlainLine = TimeSpan.FromSeconds(10);
    private readonly Sink? output;
    private readonly bool redraws;
    private readonly int columns;
    private readonly int? core;
    private readonly byte[] buffer = new byte[512];
    private readonly Thread thread;
    private readonly ManualResetEventSlim ready = new();
    private volatile Piece? piece;
    private volatile bool ended;
    private bool shown;
    private int length;

    /// <summary>Takes a text in UTF-8.</summary>
    internal delegate void Sink(ReadOnlySpan<byte> text);

    private sealed record Piece(byte[] Label, long Total, Func<long> Done, bool Seconds, long Started);

    /// <summary>Starts the thread: before the calling thread is kept on a core, which its new threads would be, too.</summary>
    /// <param name="quiet">Draws nothing.</param>
    /// <param name="core">The core of the progress thread; the system's choice if left out.</param>
    public SteadyProgress(bool quiet, int? core) : this(quiet ? null : StandardError(),
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb", Terminal.ProgressLine.TerminalWidth(), core)
    {
    }

    /// <summary>Draws elsewhere.</summary>
    internal SteadyProgress(Sink? output, bool redraws, int columns, int? core)
    {
        (this.output, this.redraws, this.columns, this.core) = (output, redraws, columns, core);
        thread = new Thread(Loop) { IsBackground = true, Name = "progress" };
        if (output is null) return;
        thread.Start();
        ready.Wait();
    }

    /// <summary>Shows a piece of work from here on.</summary>
    /// <param name="label">What is being done.</param>
    /// <param name="total">How much there is to do: decisions or, if there is no number, nanoseconds.</param>
    /// <param name="done">How many decisions are done; called on the progress thread.</param>
    /// <param name="seconds">The total is a time.</param>
    public void Begin(string label, long total, Func<long> done, bool seconds) =>
        piece = new(Encoding.UTF8.GetBytes(label), total, done, seconds, Stopwatch.GetTimestamp());

    /// <summary>Shows nothing from here on.</summary>
    public void End() => piece = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        ended = true;
        if (output is null) return;
        thread.Join();
        if (shown && redraws) output("\r\u001b[K"u8);
    }

    private void Loop()
    {
        if (core is { } own) Affinity.Pin(own);
        // What the first use of a method allocates is allocated before anything is measured.
        _ = Compose(new("warm-up"u8.ToArray(), 1, () => 1, false, 0), TimeSpan.FromSeconds(1));
        output!([]);
        ready.Set();
        long last = 0;
        while (!ended)
        {
            Thread.Sleep(50);
            if (piece is not { } current) continue;
            var (age, quiet) = (Stopwatch.GetElapsedTime(current.Started), Stopwatch.GetElapsedTime(last));
            if (age < FirstDraw || (last > current.Started && quiet < (redraws ? Redraw : PlainLine))) continue;
            last = Stopwatch.GetTimestamp();
            output(Compose(current, age));
            shown = true;
        }
    }

    // No string handlers: what is not compiled to the end yet would box their numbers.
    private ReadOnlySpan<byte> Compose(Piece current, TimeSpan age)
    {
        var done = current.Done();
        var share = Math.Clamp(current.Seconds ? age.TotalNanoseconds / current.Total : (double)done / current.Total, 0, 1);
        Line(current, age, done, share, bar: false);
        if (redraws)
        {
            // All but the bar is one byte for each column; the carriage return stands for the last one, where a terminal may wrap.
            if (length + BarCells + 1 <= columns) Line(current, age, done, share, bar: true);
            else length = Math.Min(length, columns);
        }
        Add(redraws ? "\u001b[K"u8 : "\n"u8);
        return buffer.AsSpan(0, length);
    }

    private void Line(Piece current, TimeSpan age, long done, double share, bool bar)
    {
        var left = share > 0 ? (long)Math.Min(age.TotalSeconds * (1 - share) / share, 1e6) : 0;
        length = 0;
        if (redraws) Add("\r"u8);
        Add(current.Label);
        Add(": "u8);
        for (var i = 0; bar && i < BarCells; i++) Add(i < (int)(share * BarCells) ? "━"u8 : "─"u8);
        if (bar) Add(" "u8);
        Add((long)(100 * share));
        Add(" %, "u8);
        Add(done);
        Add(" decisions, "u8);
        Add((long)(done / Math.Max(age.TotalSeconds, 1e-3)));
        Add("/s, "u8);
        Add(left / 60);
        Add(left % 60 < 10 ? ":0"u8 : ":"u8);
        Add(left % 60);
        Add(" left"u8);
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(buffer.AsSpan(length));
        length += text.Length;
    }

    private void Add(long number)
    {
        Utf8Formatter.TryFormat(number, buffer.AsSpan(length), out var written, new('N', 0));
        length += written;
    }

    // The first write of a console's stream allocates; that of the system does not.
    private static Sink StandardError()
    {
        if (OperatingSystem.IsLinux()) return WriteStandardError;
        var stream = Console.OpenStandardError();
        return text => stream.Write(text);
    }

    private static void WriteStandardError(ReadOnlySpan<byte> text)
    {
        const int standardError = 2;
        fixed (byte* bytes = text)
            // A progress line that cannot be written is no reason to end a measurement.
            _ = Write(standardError, bytes, (nuint)text.Length);
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte* bytes, nuint count);
}
