using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Storage;

namespace ActionableModels.Tests.Learning;

/// <summary>A step is a function of settings, data, step and parameters: of no run before it and of no number of threads.</summary>
public sealed class TrainerTests
{
    private static readonly TrainingSettings Default = TinyWorld.Settings;

    public static TheoryData<string> FormNames => new(TrainingForms.All.Keys);

    private static Checkpoint Start(TrainingSettings settings)
    {
        using var device = new CpuDevice(1);
        return TinyWorld.Start(device, settings);
    }

    private static Checkpoint Parse(byte[] bytes)
    {
        using var file = SafetensorsFile.Parse(bytes, "memory");
        return Checkpoint.Read(file);
    }

    [Theory]
    [MemberData(nameof(FormNames))]
    public void A_run_resumed_at_any_step_ends_with_the_bytes_of_an_unbroken_one(string form)
    {
        using var world = new TinyWorld();
        var settings = TrainingForms.All[form];
        var start = Start(settings);
        var unbroken = world.Train(start, settings.Steps, 2);
        var saved = world.Bytes(start);
        for (var step = 1L; step < settings.Steps; step++)
        {
            var previous = saved;
            saved = world.Train(Parse(saved), step, 1);
            Assert.False(saved.AsSpan().SequenceEqual(previous), $"step {step} changed nothing");
            Assert.True(unbroken.AsSpan().SequenceEqual(world.Train(Parse(saved), settings.Steps, 1)),
                $"{form}: resumed after step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(FormNames))]
    public void Bytes_do_not_depend_on_threads(string form)
    {
        using var world = new TinyWorld();
        // Large enough that convolutions and reductions are cut into several units.
        var settings = TrainingForms.All[form] with { Batch = 48, Steps = 2 };
        var start = Start(settings);
        var one = world.Train(start, settings.Steps, 1);
        Assert.True(one.AsSpan().SequenceEqual(world.Train(start, settings.Steps, 2)), "2 threads differ");
        Assert.True(one.AsSpan().SequenceEqual(world.Train(start, settings.Steps, 3)), "3 threads differ");
    }

    [Fact]
    public void Every_form_and_every_seed_trains_something_else()
    {
        using var world = new TinyWorld();
        // The same parameters at the start wherever the network is the same, so that only the training can tell the runs apart.
        var seen = new Dictionary<string, string>();
        foreach (var (name, settings) in TrainingForms.All.Append(new("another seed", Default with { Seed = 4 })))
        {
            using var device = new CpuDevice(1);
            using var trainer = new Trainer(device, world.Store, Start(settings));
            while (trainer.Step < settings.Steps) trainer.Advance();
            var values = string.Join(' ', trainer.ToCheckpoint().Values);
            Assert.True(seen.TryAdd(values, name), $"'{name}' trained the very parameters of '{seen[values]}'");
        }
    }

    [Fact]
    public void The_lagged_target_is_the_average_of_the_last_multiple_of_the_lag()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var settings = Default with { TargetNetworks = 2, LagSteps = 2 };
        var start = Start(settings);
        using var trainer = new Trainer(device, world.Store, start);
        var expected = start.Average;
        while (trainer.Step < settings.Steps)
        {
            trainer.Advance();
            var now = trainer.ToCheckpoint();
            if (trainer.Step % 2 == 0) expected = now.Average;
            else Assert.NotEqual(now.Average, now.Lagged);
            Assert.Equal(expected, now.Lagged);
        }
    }

    [Fact]
    public void The_average_follows_the_parameters_at_its_rate_and_takes_the_moving_statistics_as_they_are()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var settings = Default with { Normalisation = Normalisation.Batch };
        var before = Start(settings);
        using var trainer = new Trainer(device, world.Store, before);
        for (var step = 0; step < 3; step++)
        {
            trainer.Advance();
            var now = trainer.ToCheckpoint();
            for (var i = 0; i < now.Layout.TrainedCount; i++)
                Assert.Equal(before.Average[i] + settings.AverageRate * (now.Values[i] - before.Average[i]), now.Average[i], 1e-6f);
            Assert.Equal(now.Values[(int)now.Layout.TrainedCount..], now.Average[(int)now.Layout.TrainedCount..]);
            Assert.NotEqual(before.Values[(int)now.Layout.TrainedCount..], now.Values[(int)now.Layout.TrainedCount..]);
            before = now;
        }
    }

    [Fact]
    public void The_end_of_a_run_is_an_error_and_not_an_endless_wait()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        using var trainer = new Trainer(device, world.Store, Start(Default with { Steps = 1 }));
        trainer.Advance();
        Assert.Throws<InvalidOperationException>(trainer.Advance);
    }

    [Fact]
    public void A_checkpoint_without_its_optimizer_state_is_not_resumed()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var settings = Default with { TargetNetworks = 2 };
        var whole = Parse(world.Train(Start(settings), 2, 1));
        Checkpoint Without(bool lagged, bool first, bool second) => new(whole.Header, whole.Layout, whole.Values, whole.Average,
            lagged ? null : whole.Lagged, first ? null : whole.FirstMoment, second ? null : whole.SecondMoment);
        foreach (var part in new[] { Without(true, false, false), Without(false, true, false), Without(false, false, true) })
            Assert.Contains("no optimizer state", Assert.Throws<ActionableException>(() =>
                new Trainer(device, world.Store, part).Dispose()).Message);
        new Trainer(device, world.Store, Without(false, false, false)).Dispose();
    }

    [Fact]
    public void Other_datasets_are_refused()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var start = Start(Default);
        Checkpoint With(CheckpointHeader header) => new(header, start.Layout, start.Values, start.Average, null, null, null);
        string Refuse(Checkpoint checkpoint) => Assert.Throws<ActionableException>(() =>
            new Trainer(device, world.Store, checkpoint).Dispose()).Message;
        Assert.Contains("images are 11×10, the checkpoint's camera is 11×12", Refuse(With(start.Header with { CameraWidth = 12 })));
        Assert.Contains("action bounds differ", Refuse(With(start.Header with { Actions = TabularWorld.Space })));
    }

    [Fact]
    public void The_probe_of_Q_counts_every_row_and_leaves_the_parameters_alone()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var settings = Default with { ExclusionDistance = 0 };
        using var trainer = new Trainer(device, world.Store, Start(settings));
        trainer.Advance();
        var before = world.Bytes(trainer.ToCheckpoint());
        var (seen, negative) = trainer.ProbeQ(3);
        Assert.Equal((3 * settings.Batch, 3 * settings.Batch * settings.NegativeDraws), (seen.Length, negative.Length));
        Assert.All(seen.Concat(negative), q => Assert.InRange(q, 0f, 1f));
        Assert.Equal(before, world.Bytes(trainer.ToCheckpoint()));
    }

    [Fact]
    public void Metrics_average_over_the_steps_since_the_last_row()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var columns = TrainingMetrics.Columns.ToList();
        var timed = columns.FindIndex(name => name.StartsWith("speed", StringComparison.Ordinal));
        var settings = Default with { ExclusionDistance = 1.2f };
        using var each = new Trainer(device, world.Store, Start(settings));
        var rows = new List<double[]>();
        while (each.Step < settings.Steps)
        {
            each.Advance();
            rows.Add(each.TakeMetrics());
        }
        using var together = new Trainer(device, world.Store, Start(settings));
        while (together.Step < settings.Steps) together.Advance();
        var row = together.TakeMetrics();
        Assert.Equal(columns.Count, row.Length);
        for (var c = 0; c < timed; c++)
            if (columns[c] != "q/negative") Assert.Equal(rows.Average(r => r[c]), row[c], 1e-6);
        Assert.Equal(row[TrainingMetrics.TotalLoss], row[columns.IndexOf("loss/seen")] + row[columns.IndexOf("loss/negative")], 1e-9);
        Assert.All(row[timed..], time => Assert.True(double.IsFinite(time) && time >= 0));
        Assert.True(row[timed] > 0);
        Assert.All(together.TakeMetrics(), value => Assert.Equal(0, value));
    }
}
