using System.Diagnostics;
using System.Text;
using ActionableModels.Cli.Latency;

namespace ActionableModels.Cli.Tests.Latency;

public class SteadyProgressTests
{
    [Theory]
    [InlineData(true, 120, false, "\rbench act: ━━━━━━━━━━────────── 50 %, 1,234,567 decisions, ")]
    [InlineData(true, 40, false, "\rbench act: 50 %, 1,234,567 decisions, ")]
    [InlineData(false, 80, false, "bench act: 50 %, 1,234,567 decisions, ")]
    [InlineData(false, 80, true, "bench act: 100 %, 1,234,567 decisions, ")]
    public void The_line_says_how_far_the_work_is(bool redraws, int columns, bool seconds, string start)
    {
        var written = new MemoryStream();
        using (var progress = new SteadyProgress(text => written.Write(text), redraws, columns, core: null))
        {
            progress.Begin("bench act", seconds ? 1_000_000 : 2_469_134, () => 1_234_567, seconds);
            WaitFor(() => written.Length > 0);
            progress.End();
        }
        var line = Encoding.UTF8.GetString(written.ToArray());
        Assert.StartsWith(start, line);
        if (redraws) Assert.EndsWith("\r\u001b[K", line);
        else Assert.Matches(@"/s, \d+:\d\d left\n$", line);
        if (columns != 40) return;
        foreach (var part in line.Split('\r', StringSplitOptions.RemoveEmptyEntries))
            Assert.InRange(part.Replace("\u001b[K", "").Length, 0, 39);
    }

    [Theory, InlineData(104), InlineData(112)]
    public void The_bar_is_there_only_if_the_whole_line_fits(int columns)
    {
        var written = new MemoryStream();
        using (var progress = new SteadyProgress(text => written.Write(text), redraws: true, columns, core: null))
        {
            // At least 88 columns, 21 more with the bar.
            progress.Begin("bench act, beside the load, budget 100 %", 2_469_134, () => 1_234_567, seconds: false);
            WaitFor(() => written.Length > 0);
            progress.End();
        }
        var line = Encoding.UTF8.GetString(written.ToArray()).Split('\r')[1].Replace("\u001b[K", "");
        Assert.InRange(line.Length, 80, columns - 1);
        Assert.EndsWith(" left", line);
        Assert.Equal(line.Length > 100, line.Contains('━'));
    }

    private static void WaitFor(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "nothing was drawn");
            Thread.Sleep(20);
        }
    }
}
