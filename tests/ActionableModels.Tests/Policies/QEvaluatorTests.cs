using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Policies;

public sealed class QEvaluatorTests : IDisposable
{
    private const int Rows = 5, Width = 10;
    private readonly CpuDevice device = new(threads: 1);
    private readonly Checkpoint checkpoint;
    private readonly byte[] current = new byte[32 * 32 * 3], goal = new byte[32 * 32 * 3];
    private readonly float[] rows = new float[Rows * Width];

    public QEvaluatorTests()
    {
        checkpoint = Checkpoint.Create(device, new(NetworkPresets.Get("compact-32"), new TrainingSettings { Seed = 3 }, ActionSpace.QtOpt,
            32, 32, 0));
        for (var i = 0; i < current.Length; i++) (current[i], goal[i]) = ((byte)(i * 7), (byte)(i * 13));
        for (var i = 0; i < rows.Length; i++) rows[i] = Philox.Uniform(new RandomKey(1, 0, 0), (uint)i) - 0.5f;
    }

    [Fact]
    public void BatchesOfAnySizeGiveTheSameValuesAndRunTheTowerOnce()
    {
        Assert.Equal(["x", "y", "z", "sine of azimuth", "cosine of azimuth", "close", "open", "terminate", "gripper_closed", "height"],
            QEvaluator.LayoutOf(checkpoint.Header.Network));
        var (together, apart) = (new float[Rows], new float[Rows]);
        using var whole = new QEvaluator(device, checkpoint.Policy, Rows);
        using var parts = new QEvaluator(device, checkpoint.Policy, 2);
        whole.Evaluate(current, goal, rows, together);
        parts.Evaluate(current, goal, rows, apart);
        Assert.Equal(together, apart, (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.Equal(Rows, together.Distinct().Count());
        Assert.Equal((1, 1), (whole.TowerPasses, parts.TowerPasses));
    }

    [Fact]
    public void AnEvaluationAllocatesNothing()
    {
        using var evaluator = new QEvaluator(device, checkpoint.Policy, Rows);
        var q = new float[Rows];
        for (var i = 0; i < 50; i++) evaluator.Evaluate(current, goal, rows, q);
        var before = GC.GetAllocatedBytesForCurrentThread();
        evaluator.Evaluate(current, goal, rows, q);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void NumbersThatAreNotFiniteAreNamed()
    {
        using var evaluator = new QEvaluator(device, checkpoint.Policy, Rows);
        rows[2 * Width + 9] = float.NaN;
        Assert.Contains("row 2: height", Assert.Throws<ActionableException>(() =>
            evaluator.Evaluate(current, goal, rows, new float[Rows])).Message);
        Assert.Throws<ArgumentException>(() => evaluator.Evaluate(current, goal, rows.AsSpan(1), new float[Rows]));
    }

    public void Dispose() => device.Dispose();
}
