namespace ActionableModels.Cli.Terminal;

/// <summary>
/// Live progress of one long piece of work. On a terminal one line is redrawn in place, at most five times a second; elsewhere a plain
/// line is written about every ten seconds. Nothing appears before the work has taken a second. Calls come from one thread.
/// </summary>
public sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan FirstDraw = TimeSpan.FromSeconds(1), Redraw = TimeSpan.FromSeconds(0.2), PlainLine = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RateMemory = TimeSpan.FromSeconds(5);
    private const int BarCells = 20;

    private readonly TextWriter? output;
    private readonly bool redraws;
    private readonly string label, unit;
    private readonly long initial, total;
    private readonly Func<int> width;
    private readonly TimeProvider clock;
    private readonly long started;
    private long nextDraw, lastDraw, lastDone, done;
    private double rate;
    private bool shown, ended;

    /// <summary>Starts the clock of a piece of work.</summary>
    /// <param name="label">What is being done.</param>
    /// <param name="total">How much there is to do; 0 when that is not known.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="output">Where the line goes; null for nowhere.</param>
    /// <param name="redraws">Whether the output is a terminal, on which the line is redrawn in place.</param>
    /// <param name="initial">How much was done before, by the run that this one continues.</param>
    /// <param name="width">The terminal's columns; 80 when not given.</param>
    /// <param name="clock">Where times come from; the system when not given.</param>
    public ProgressLine(string label, long total, string unit, TextWriter? output, bool redraws,
        long initial = 0, Func<int>? width = null, TimeProvider? clock = null)
    {
        (this.label, this.total, this.unit, this.output, this.redraws, this.initial) = (label, total, unit, output, redraws, initial);
        this.width = width ?? (() => 80);
        this.clock = clock ?? TimeProvider.System;
        started = lastDraw = this.clock.GetTimestamp();
        (lastDone, done) = (initial, initial);
        nextDraw = After(started, FirstDraw);
    }

    /// <summary>A progress line on standard error, or a silent one.</summary>
    public static ProgressLine OnStandardError(string label, long total, string unit, bool quiet, long initial = 0)
    {
        var terminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new ProgressLine(label, total, unit, quiet ? null : Console.Error, terminal, initial, TerminalWidth);
    }

    /// <summary>Whether the next <see cref="Update"/> draws: ask before making a status text on a hot path.</summary>
    public bool Due => output is not null && clock.GetTimestamp() >= nextDraw;

    /// <summary>Says how much is done; draws when it is time to.</summary>
    /// <param name="done">How much is done, what was done before included.</param>
    /// <param name="status">A short text for the end of the line.</param>
    public void Update(long done, string? status = null)
    {
        this.done = done;
        if (ended || !Due) return;
        var now = clock.GetTimestamp();
        MeasureRate(now);
        Draw(Text(now, status));
        nextDraw = After(now, redraws ? Redraw : PlainLine);
    }

    /// <summary>Ends the work with a line that tells how much was done in what time; silent if nothing was drawn before.</summary>
    /// <param name="status">A short text for the end of the line.</param>
    public void Finish(string? status = null)
    {
        if (ended || !shown) return;
        var elapsed = clock.GetElapsedTime(started);
        var average = (done - initial) / Math.Max(elapsed.TotalSeconds, 1e-3);
        Draw($"{label}: {Amount.Count(done)} {unit} in {Amount.Duration(elapsed)} ({Amount.Short(average)}/s){Suffix(status)}");
        Dispose();
    }

    /// <summary>Leaves the line as it stands.</summary>
    public void Dispose()
    {
        if (!ended && shown && redraws) output!.WriteLine();
        ended = true;
    }

    private void MeasureRate(long now)
    {
        var seconds = clock.GetElapsedTime(lastDraw, now).TotalSeconds;
        if (seconds <= 0) return;
        var latest = (done - lastDone) / seconds;
        rate = shown ? latest + (rate - latest) * Math.Exp(-seconds / RateMemory.TotalSeconds) : latest;
        (lastDraw, lastDone) = (now, done);
    }

    private string Text(long now, string? status)
    {
        var speed = $"{Amount.Short(rate)}/s";
        if (total <= 0)
            return $"{label}: {Amount.Count(done)} {unit}, {speed}, {Amount.Duration(clock.GetElapsedTime(started, now))} so far{Suffix(status)}";
        var share = Math.Clamp((double)done / total, 0, 1);
        var left = done >= total ? "0:00 left"
            : rate > 0 ? Amount.Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 1e8))) + " left"
            : "waiting";
        var bar = redraws ? $" {Bar(share)}" : "";
        return $"{label}:{bar} {(int)(100 * share)} % {Amount.Count(done)}/{Amount.Count(total)} {unit}, {speed}, {left}{Suffix(status)}";
    }

    private void Draw(string text)
    {
        if (redraws)
        {
            var columns = Math.Max(20, width()) - 1;
            output!.Write($"\r{(text.Length <= columns ? text : text[..(columns - 1)] + "…")}\u001b[K");
        }
        else output!.WriteLine(text);
        output!.Flush();
        shown = true;
    }

    private static string Bar(double share)
    {
        var full = (int)(share * BarCells);
        return new string('━', full) + new string('─', BarCells - full);
    }

    private static string Suffix(string? status) => string.IsNullOrEmpty(status) ? "" : $", {status}";

    private long After(long timestamp, TimeSpan time) => timestamp + (long)(time.TotalSeconds * clock.TimestampFrequency);

    /// <summary>Columns of the terminal; 80 where there is none.</summary>
    internal static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : 80;
        }
        catch (Exception fault) when (fault is IOException or PlatformNotSupportedException)
        {
            return 80;
        }
    }
}
