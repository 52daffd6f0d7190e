using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Tests.Terminal;

public class ProgressLineTests
{
    private readonly FakeClock clock = new();
    private readonly StringWriter output = new() { NewLine = "\n" };

    private ProgressLine Line(long total, bool redraws, long initial = 0, int width = 120)
        => new("train", total, "steps", output, redraws, initial, () => width, clock);

    private void Run(ProgressLine line, double seconds, double stepsPerSecond, string? status = null, double tick = 0.01, long initial = 0)
    {
        for (var i = 1; i <= Math.Round(seconds / tick); i++)
        {
            clock.Now = TimeSpan.FromMilliseconds(Math.Round(1000 * i * tick));
            line.Update(initial + (long)Math.Round(i * tick * stepsPerSecond), status);
        }
    }

    [Fact]
    public void Short_work_shows_nothing()
    {
        using (var line = Line(90, redraws: true))
        {
            Run(line, 0.9, 100);
            line.Finish();
        }
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void A_terminal_is_redrawn_at_most_five_times_a_second()
    {
        using (var line = Line(1000, redraws: true))
        {
            Run(line, 5, 100, "loss 0.21");
            line.Finish("loss 0.20");
        }
        var draws = output.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(draws.Length, 18, 22);
        Assert.Equal("train: ━━━━━━━━━━────────── 50 % 500/1,000 steps, 100/s, 0:05 left, loss 0.21\u001b[K", draws[^2]);
        Assert.Equal("train: 500 steps in 0:05 (100/s), loss 0.20\u001b[K\n", draws[^1]);
    }

    [Fact]
    public void Elsewhere_a_plain_line_comes_every_ten_seconds()
    {
        using var line = Line(10_000, redraws: false);
        Run(line, 32, 100, tick: 0.1);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Equal("train: 31 % 3,100/10,000 steps, 100/s, 1:09 left", lines[3]);
        Assert.DoesNotContain('\r', output.ToString());
    }

    [Fact]
    public void Quiet_work_shows_nothing_and_is_never_due()
    {
        using var line = new ProgressLine("train", 10, "steps", null, redraws: true, clock: clock);
        clock.Now = TimeSpan.FromMinutes(1);
        Assert.False(line.Due);
        line.Update(5);
        line.Finish();
    }

    [Fact]
    public void A_resumed_run_does_not_count_earlier_work_as_speed()
    {
        using (var line = Line(2000, redraws: false, initial: 1000))
        {
            Run(line, 2, 10, initial: 1000);
            line.Finish();
        }
        Assert.Equal("train: 50 % 1,010/2,000 steps, 10/s, 1:39 left\ntrain: 1,020 steps in 0:02 (10/s)\n", output.ToString());
    }

    [Fact]
    public void The_rate_follows_a_change_of_speed()
    {
        using var line = Line(100_000, redraws: true);
        Run(line, 10, 100);
        for (var t = 10.1; t <= 40; t += 0.1)
        {
            clock.Now = TimeSpan.FromSeconds(t);
            line.Update(1000 + (long)((t - 10) * 1000));
        }
        var rate = double.Parse(output.ToString().Split(" steps, ")[^1].Split("/s")[0]);
        Assert.InRange(rate, 950, 1050);
    }

    [Fact]
    public void A_narrow_terminal_cuts_the_line()
    {
        using var line = Line(1000, redraws: true, width: 40);
        Run(line, 2, 100, new string('x', 100));
        Assert.All(output.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries), d => Assert.Equal(39, d.Replace("\u001b[K", "").Length));
    }

    [Fact]
    public void Unknown_totals_and_stalls_are_told()
    {
        using (var unknown = Line(0, redraws: false)) Run(unknown, 1, 50);
        Assert.Equal("train: 50 steps, 50/s, 0:01 so far\n", output.ToString());
        output.GetStringBuilder().Clear();
        clock.Now = TimeSpan.Zero;
        using var stalled = Line(10, redraws: false);
        Run(stalled, 1, 0);
        Assert.Equal("train: 0 % 0/10 steps, 0/s, waiting\n", output.ToString());
    }

    [Fact]
    public void Updates_between_draws_allocate_nothing()
    {
        using var line = Line(1000, redraws: true);
        line.Update(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) line.Update(i);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
