using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.Kernels;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>Work that is recorded as a graph does what it does without being recorded, and costs one launch.</summary>
public sealed class CudaSequenceTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private static readonly Kernel fill = new("fill", "fill", 256);

    private static float[] Read(Device device, Tensor tensor)
    {
        var values = new float[tensor.Count];
        device.Download<float>(tensor, values);
        return values;
    }

    /// <summary>What some calls asked of the driver.</summary>
    private static CudaStatistics Asked(CudaDevice device, Action calls)
    {
        var before = device.Statistics;
        calls();
        var after = device.Statistics;
        return new(after.Launches - before.Launches, after.GraphLaunches - before.GraphLaunches, after.Recordings - before.Recordings,
            after.NodeUpdates - before.NodeUpdates);
    }

    [Theory, OnDevice("cuda")]
    public void A_run_is_one_launch_and_updates_what_changed(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(300)), y = arena.Allocate(Shape.Of(300)), u = arena.Allocate(Shape.Of(4));
        var call = new KernelCall(device);
        float a = 1, b = 2;
        var upload = new float[] { 1, 2, 3, 4 };
        var target = y;
        var groups = 2;
        using var work = device.Sequence(() =>
        {
            call.Begin(fill).Add(x).Add(a).Add(x.Count).Run(groups);
            device.Upload<float>(upload, u);
            call.Begin(fill).Add(target).Add(b).Add(target.Count).Run(groups);
        });
        void Expect(float xs, float ys)
        {
            Assert.All(Read(device, x), v => Assert.Equal(xs, v));
            Assert.All(Read(device, y), v => Assert.Equal(ys, v));
            Assert.Equal(upload, Read(device, u));
        }

        Assert.Equal(new CudaStatistics(0, 1, 1, 0), Asked(device, work.Run));
        Expect(1, 2);
        Assert.Equal(new CudaStatistics(0, 1, 0, 0), Asked(device, work.Run));
        Expect(1, 2);
        a = 5;
        Assert.Equal(new CudaStatistics(0, 1, 0, 1), Asked(device, work.Run));
        Expect(5, 2);
        (a, b) = (6, 7);
        Assert.Equal(new CudaStatistics(0, 1, 0, 2), Asked(device, work.Run));
        Expect(6, 7);
        groups = 1;
        Assert.Equal(new CudaStatistics(0, 1, 0, 2), Asked(device, work.Run));
        Expect(6, 7);
        upload = [4, 3, 2, 1];
        Assert.Equal(new CudaStatistics(0, 1, 0, 0), Asked(device, work.Run));
        Expect(6, 7);
        device.Upload<float>(new float[300], y);
        target = x;
        Assert.Equal(new CudaStatistics(0, 1, 0, 1), Asked(device, work.Run));
        Expect(7, 0);
    }

    /// <summary>Twice, so that the second run goes through the recorded graph; what is changed in place goes on from the first.</summary>
    [Theory, OnDevice("cuda")]
    public void Every_operation_gives_the_bits_that_it_gives_directly(string name)
    {
        var device = (CudaDevice)devices[name];
        foreach (var c in Cases.All.Where(c => !c.Large))
        {
            using DeviceTensors direct = new(device), recorded = new(device);
            Action now = c.Prepare(direct), later = c.Prepare(recorded);
            using var work = device.Sequence(later);
            for (var run = 0; run < 2; run++)
            {
                now();
                var asked = Asked(device, work.Run);
                Assert.True(asked is { Launches: 0, GraphLaunches: <= 1, NodeUpdates: 0 } && asked.Recordings <= 1 - run, $"{c.Name}: run {run} was {asked}");
                for (var k = 0; k < direct.Outputs.Count; k++)
                    Assert.True(direct.Raw(direct.Outputs[k]).AsSpan().SequenceEqual(recorded.Raw(recorded.Outputs[k])), $"{c.Name}: output {k} of run {run} differs");
            }
        }
    }

    /// <summary>What is done before a run finds what the last one left, though the uploads of this one are staged already.</summary>
    [Theory]
    [OnDevice("cpu")]
    [OnDevice("cuda")]
    public void The_last_run_can_be_read_before_the_next(string name)
    {
        var device = devices[name];
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(8)), y = arena.Allocate(Shape.Of(8));
        var values = new float[8];
        using var work = device.Sequence(() =>
        {
            device.Upload<float>(values, x);
            device.Copy(x, y);
        });
        for (var run = 1; run < 6; run++)
        {
            Array.Fill(values, run);
            work.Run(() => Assert.All(Read(device, y), v => Assert.Equal(run - 1, v)));
        }
        Assert.Throws<InvalidOperationException>(() => work.Run(() => throw new InvalidOperationException()));
        Assert.All(Read(device, y), v => Assert.Equal(5, v));
        Array.Fill(values, 7);
        work.Run();
        Assert.All(Read(device, y), v => Assert.Equal(7, v));
    }

    [Theory, OnDevice("cuda")]
    public void Other_operations_are_recorded_again(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(3)), y = arena.Allocate(Shape.Of(3));
        var call = new KernelCall(device);
        var steps = "";
        var next = 0f;
        float[] small = [0], large = [0, 0, 0];
        using var work = device.Sequence(() =>
        {
            foreach (var step in steps)
            {
                next++;
                if (step == 'x') call.Begin(fill).Add(x).Add(next).Add(x.Count).Run(1);
                else if (step == 'y') call.Begin(fill).Add(y).Add(next).Add(y.Count).Run(1);
                else if (step == 's') Upload(small);
                else Upload(large);
            }

            void Upload(float[] values)
            {
                values.AsSpan().Fill(next);
                device.Upload<float>(values, x);
            }
        });

        Run("xsy", 1, 1, [2, 1, 1], [3, 3, 3]);
        Run("xsy", 0, 1, [5, 4, 4], [6, 6, 6]);
        Run("xxy", 1, 1, [8, 8, 8], [9, 9, 9]);
        Run("xx", 1, 1, [11, 11, 11], [9, 9, 9]);
        Run("xxsls", 1, 1, [16, 15, 15], [9, 9, 9]);
        Run("xxlss", 1, 1, [21, 19, 19], [9, 9, 9]);
        Run("", 0, 0, [21, 19, 19], [9, 9, 9]);
        Run("y", 1, 1, [21, 19, 19], [22, 22, 22]);
        Run("y", 0, 1, [21, 19, 19], [23, 23, 23]);

        void Run(string now, int recordings, int launches, float[] xs, float[] ys)
        {
            steps = now;
            var asked = Asked(device, work.Run);
            Assert.Equal((recordings, launches, 0), (asked.Recordings, asked.GraphLaunches, asked.Launches));
            Assert.Equal(xs, Read(device, x));
            Assert.Equal(ys, Read(device, y));
        }
    }

    /// <summary>The host prepares many runs before the device has done the first: no run may see the uploads of another.</summary>
    [Theory, OnDevice("cuda")]
    public void Runs_that_are_queued_keep_their_own_uploads(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        const int size = 1 << 18, runs = 20;
        Tensor x = arena.Allocate(Shape.Of(size)), kept = arena.Allocate(Shape.Of(runs, size));
        var rows = Enumerable.Range(0, runs).Select(i => kept.Rows(i, 1)).ToArray();
        var values = new float[size];
        var run = 0;
        using var work = device.Sequence(() =>
        {
            values.AsSpan().Fill(run);
            device.Upload<float>(values, x);
            device.Copy(x.Reshape(Shape.Of(1, size)), rows[run]);
        });
        for (; run < runs; run++) work.Run();
        for (var i = 0; i < runs; i++) Assert.All(Read(device, rows[i]), v => Assert.Equal(i, v));
    }

    [Theory, OnDevice("cuda")]
    public void A_run_allocates_nothing(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(300)), u = arena.Allocate(Shape.Of(300));
        var call = new KernelCall(device);
        var values = new float[300];
        var step = 0;
        using var work = device.Sequence(() =>
        {
            call.Begin(fill).Add(x).Add((float)step).Add(x.Count).Run(2);
            device.Upload<float>(values, u);
        });
        work.Run();
        work.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (; step < 100; step++)
        {
            values.AsSpan().Fill(step);
            work.Run();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All([.. Read(device, x), .. Read(device, u)], value => Assert.Equal(99, value));
    }

    [Theory, OnDevice("cuda")]
    public void Work_may_not_wait(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        var x = arena.Allocate(Shape.Of(4));
        using var inner = device.Sequence(() => { });
        foreach (var forbidden in new Action[] { () => Read(device, x), device.Synchronize, inner.Run })
        {
            using var work = device.Sequence(forbidden);
            Assert.Throws<InvalidOperationException>(work.Run);
        }
        Assert.All(Read(device, x), value => Assert.Equal(0, value));
    }

    [Theory, OnDevice("cuda")]
    public void Work_that_throws_does_nothing_and_can_be_run_again(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        var x = arena.Allocate(Shape.Of(4));
        var call = new KernelCall(device);
        var (value, fails) = (1f, false);
        using var work = device.Sequence(() =>
        {
            call.Begin(fill).Add(x).Add(value).Add(x.Count).Run(1);
            if (fails) throw new ArithmeticException();
            call.Begin(fill).Add(x).Add(value + 0.5f).Add(x.Count).Run(1);
        });
        work.Run();
        Assert.Equal(1.5f, Read(device, x)[0]);
        (value, fails) = (2, true);
        Assert.Throws<ArithmeticException>(work.Run);
        Assert.Equal(1.5f, Read(device, x)[0]);
        (value, fails) = (1, false);
        work.Run();
        Assert.Equal(1.5f, Read(device, x)[0]);
        (value, fails) = (3, false);
        work.Run();
        Assert.Equal(3.5f, Read(device, x)[0]);
    }
}
