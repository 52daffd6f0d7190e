using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Storage;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Learning;

/// <summary>Training, decisions and values on other devices against the cpu's, and against themselves to the bit.</summary>
public sealed class DeviceTrainingTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private const int D = ActionSpace.Dimensions;

    /// <summary>
    /// Training is chaotic: roundings grow until a negative or a CEM elite is another one, and from there the runs part. So the run is short and
    /// the bounds tight, relative to losses of about 1 and parameters below 1. Measured on PoCL over 40 steps: 1e-6 and 3e-7.
    /// </summary>
    private const long Steps = 30;
    private const double LossBound = 1e-5, ParameterBound = 2e-6;

    private static byte[] Image(ulong number) =>
        [.. Enumerable.Range(0, TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3).Select(i => (byte)(Philox.Word(new RandomKey(6, 971, number), (uint)i) >> 24))];

    private Checkpoint Start(TrainingSettings settings) => TinyWorld.Start(devices["cpu"], settings);

    [Theory, EachForm("opencl"), EachForm("cuda")]
    public void Losses_are_those_of_the_cpu(string name, string form)
    {
        using var world = new TinyWorld();
        var settings = TrainingForms.All[form] with { Steps = Steps };
        // The gradient of a bias before normalisation is 0 but for rounding, and Adam moves it by its whole rate whichever way that points.
        if (settings.Normalisation == Normalisation.Batch) settings = settings with { Optimizer = OptimizerKind.Momentum };
        var start = Start(settings);
        using Trainer expected = new(devices["cpu"], world.Store, start), actual = new(devices[name], world.Store, start);
        var changed = false;
        while (expected.Step < Steps)
        {
            expected.Advance();
            actual.Advance();
            double loss = expected.TakeMetrics()[TrainingMetrics.TotalLoss], other = actual.TakeMetrics()[TrainingMetrics.TotalLoss];
            Assert.True(Math.Abs(loss - other) <= LossBound * Math.Max(1, loss), $"{form}, step {expected.Step}: loss {other} on {name}, {loss} on the cpu");
            changed |= loss != other;
        }
        var (values, others) = (expected.ToCheckpoint().Values, actual.ToCheckpoint().Values);
        var worst = values.Zip(others, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= ParameterBound, $"{form}: a parameter differs by {worst} after {Steps} steps");
        Assert.True(changed, "the losses are equal to the bit: both runs were on one device");
    }

    [Theory]
    [OnDevice("opencl", "default")]
    [OnDevice("opencl", "everything")]
    [OnDevice("opencl", "gcbc")]
    [OnDevice("cuda", "default")]
    [OnDevice("cuda", "everything")]
    [OnDevice("cuda", "gcbc")]
    public void A_run_resumed_at_any_step_ends_with_the_bytes_of_an_unbroken_one(string name, string form)
    {
        using var world = new TinyWorld();
        var settings = TrainingForms.All[form];
        var start = Start(settings);
        var unbroken = world.Train(devices[name], start, settings.Steps);
        var saved = world.Bytes(start);
        for (var step = 1L; step < settings.Steps; step++)
        {
            saved = world.Train(devices[name], Parse(saved), step);
            Assert.True(unbroken.AsSpan().SequenceEqual(world.Train(devices[name], Parse(saved), settings.Steps)), $"{form}: resumed after step {step}");
        }
        Assert.False(unbroken.AsSpan().SequenceEqual(world.Train(devices["cpu"], start, settings.Steps)), "the bytes are the cpu's");
    }

    [Theory]
    [OnDevice("opencl", "default")]
    [OnDevice("opencl", "everything")]
    [OnDevice("opencl", "gcbc")]
    [OnDevice("cuda", "default")]
    [OnDevice("cuda", "everything")]
    [OnDevice("cuda", "gcbc")]
    public void Decisions_and_values_are_those_of_the_cpu(string name, string form)
    {
        var checkpoint = Start(TrainingForms.All[form]);
        using GoalReachingPolicy expected = new(devices["cpu"], checkpoint.Policy), actual = new(devices[name], checkpoint.Policy);
        var (action, other) = (new float[D], new float[D]);
        List<float> actions = [];
        for (var k = 0UL; k < 10; k++)
        {
            var key = new RandomKey(1, Streams.Policy, k);
            float q = expected.Act(Image(k), Image(k + 1), [k % 2, 0.1f], key, action), qOther = actual.Act(Image(k), Image(k + 1), [k % 2, 0.1f], key, other);
            if (form != "gcbc") Assert.Equal(q, qOther, 1e-5f);
            for (var d = 0; d < D; d++) Assert.Equal(action[d], other[d], 1e-4f);
            actions.AddRange(action);
        }
        Assert.True(actions.Distinct().Count() > 10, "all decisions are alike");
        if (form == "gcbc") return;
        using QEvaluator evaluator = new(devices["cpu"], checkpoint.Policy, 4), evaluatorOther = new(devices[name], checkpoint.Policy, 4);
        float[] values = TinyWorld.Q(evaluator, Image(1), Image(2), [0, 0.1f], actions.ToArray()),
            others = TinyWorld.Q(evaluatorOther, Image(1), Image(2), [0, 0.1f], actions.ToArray());
        Assert.Equal(values, others, (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.True(values.Distinct().Count() > 5, "all values are alike");
    }

    private static Checkpoint Parse(byte[] bytes)
    {
        using var file = SafetensorsFile.Parse(bytes, "memory");
        return Checkpoint.Read(file);
    }

    /// <summary>A row for every form.</summary>
    private sealed class EachFormAttribute(string device) : OnDeviceAttribute(device)
    {
        protected override IEnumerable<object[]> Rows => TrainingForms.All.Keys.Select(form => (object[])[form]);
    }
}
