using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Tests;

/// <summary>Threads stay where they are told to. Each test runs on a thread of its own: the test runner's are not pinned.</summary>
public sealed class AffinityTests
{
    [Fact]
    public void A_pinned_thread_may_run_on_its_core_alone() => OnLinux(() =>
    {
        var core = Affinity.Allowed()[^1];
        Affinity.Pin(core);
        Assert.Equal([core], Affinity.Allowed());
    });

    [Fact]
    public void Helpers_of_a_pinned_device_stay_on_their_core() => OnLinux(() =>
    {
        var core = Affinity.Allowed()[0];
        using var pool = new WorkerPool(2, core);
        var where = new int[2];
        pool.RunBoth(Record, Record);
        void Record()
        {
            var worker = Thread.CurrentThread.Name is null ? 0 : 1;
            where[worker] = Affinity.Allowed() is [var only] && only == core ? 1 : 2;
            // Long enough for the helper to come in.
            SpinWait.SpinUntil(() => where[0] != 0 && where[1] != 0, TimeSpan.FromSeconds(10));
        }
        Assert.Equal(1, where[1]);
    });

    [Fact]
    public void Helpers_have_neither_the_core_nor_the_priority_of_a_controllers_thread() => OnLinux(() =>
    {
        var allowed = Affinity.Allowed();
        Affinity.Pin(allowed[0]);
        var right = true;
        try
        {
            Affinity.Prioritise(1);
        }
        catch (DeviceException)
        {
            right = false;
        }
        // On the caller's own core a helper that the caller does not sleep for never runs.
        using var pool = new WorkerPool(2);
        var (helper, cores, realTime) = (0, Array.Empty<int>(), true);
        void Look()
        {
            if (Thread.CurrentThread.Name is not null)
            {
                (cores, realTime) = (Affinity.Allowed(), Affinity.IsRealTime);
                Volatile.Write(ref helper, 1);
            }
            // Long enough for the helper to come in.
            else for (var i = 0; i < 2000 && Volatile.Read(ref helper) == 0; i++) Thread.Sleep(5);
        }
        pool.RunBoth(Look, Look);
        Assert.Equal(1, helper);
        Assert.Equal(allowed, cores);
        Assert.Equal((right, false), (Affinity.IsRealTime, realTime));
        // Few machines that tests run on give it: no failure, whatever is required.
        if (!right) Console.Error.WriteLine("not tested: helpers of a thread with a SCHED_FIFO priority, which needs the right to one (ulimit -r)");
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(100_000)]
    public void A_core_that_is_not_there_is_refused(int core) => OnLinux(() =>
    {
        Assert.Contains($"core {core} ", Assert.ThrowsAny<ActionableException>(() => Affinity.Pin(core)).Message);
        Assert.ThrowsAny<ActionableException>(() => new CpuDevice(2, cores: [core]));
    });

    private static void OnLinux(Action test)
    {
        if (!OperatingSystem.IsLinux()) return;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        if (fault is not null) throw new AggregateException(fault);
    }
}
