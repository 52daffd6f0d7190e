using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Control;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Control;

/// <summary>After the warm-up a decision allocates nothing, collects nothing and waits for no page.</summary>
[Collection(nameof(AllocationTests))]
public sealed unsafe partial class RealTimeTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    [Fact]
    public void A_thousand_decisions_neither_allocate_nor_collect_nor_fault()
    {
        using var controller = new PolicyController(ControlWorld.OneThread, ControlWorld.Model(), new() { Budget = TimeSpan.FromSeconds(1) });
        controller.SetGoal(ControlWorld.Image(1000));
        var images = Enumerable.Range(0, 10).Select(n => ControlWorld.Image((ulong)n)).ToArray();
        void Act(int times)
        {
            for (var n = 0; n < times; n++)
            {
                controller.Act(images[n % images.Length], ControlWorld.State, PolicyController.Now, out _);
                controller.Newest(out _);
            }
        }
        // The runtime compiles methods anew for some time: their pages are new then.
        var (most, quiet) = (PolicyController.Now + 20_000_000_000, false);
        while (!quiet && PolicyController.Now < most)
        {
            Act(1000);
            var (collections, before, bytes) = (GC.CollectionCount(0), Faults(), GC.GetAllocatedBytesForCurrentThread());
            Act(1000);
            var (allocated, after) = (GC.GetAllocatedBytesForCurrentThread() - bytes, Faults());
            Assert.Equal((0, 0L), (GC.CollectionCount(0) - collections, allocated));
            Assert.Equal(0, after.Major - before.Major);
            quiet = after.Minor == before.Minor;
        }
        Assert.True(quiet, "every thousand decisions touch pages that were not there");
        Assert.Equal(0UL, controller.Counters.Held);
    }

    [Theory]
    [OnDevice("cpu")]
    [OnDevice("opencl")]
    [OnDevice("cuda")]
    public void Decisions_goals_and_evaluations_allocate_nothing_on_any_device(string name)
    {
        foreach (var budget in (TimeSpan?[])[null, TimeSpan.FromDays(1)])
        {
            using var controller = new PolicyController(() => TestDevices.Open(name), ControlWorld.Model(), new() { Cem = new(2, 40, 4), Budget = budget, Deadline = null });
            byte[] goal = ControlWorld.Image(1000), seen = ControlWorld.Image(1), blank = new byte[seen.Length];
            float[] actions = new float[50 * 7], q = new float[50];
            // Assertions allocate.
            bool All() => controller.SetGoal(goal) == ControlStatus.Ok && controller.Act(seen, ControlWorld.State, 0, out _) == ControlStatus.Ok
                && controller.Act(blank, ControlWorld.State, 0, out _) == ControlStatus.Held
                && controller.Evaluate(seen, ControlWorld.State, actions, q) == ControlStatus.Ok
                && controller.Newest(out _) == ControlStatus.Held && controller.Counters.Decisions > 0 && controller.Latency(0.99) > 0;
            var good = true;
            for (var i = 0; i < 5; i++) good &= All();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5; i++) good &= All();
            Assert.Equal((0L, true), (GC.GetAllocatedBytesForCurrentThread() - before, good));
        }
    }

    [Theory]
    [OnDevice("cpu")]
    [OnDevice("opencl")]
    [OnDevice("cuda")]
    public void A_controller_gives_the_policys_actions_on_any_device_and_swaps_there(string name)
    {
        PolicyController Open(ulong seed) => new(() => TestDevices.Open(name), ControlWorld.Model(seed), new() { Cem = new(2, 16, 4), LimitRate = false, Deadline = null });
        using PolicyController controller = Open(41), other = Open(43);
        byte[] goal = ControlWorld.Image(1000), seen = ControlWorld.Image(1);
        using var policy = new GoalReachingPolicy(devices[name], ControlWorld.Model(), new(2, 16, 4));
        var action = new float[7];
        controller.SetGoal(goal);
        other.SetGoal(goal);
        for (var n = 0UL; n < 3; n++)
        {
            if (n == 2) controller.Swap(ControlWorld.Model(43));
            var q = policy.Act(seen, goal, ControlWorld.State, new(0, Streams.Policy, n), action);
            Assert.Equal(ControlStatus.Ok, controller.Act(seen, ControlWorld.State, 0, out var decision));
            other.Act(seen, ControlWorld.State, 0, out var swapped);
            Assert.Equal(n < 2 ? action : ControlWorld.Numbers(swapped), ControlWorld.Numbers(decision));
            Assert.Equal(n < 2 ? q : swapped.Q, decision.Q);
        }
    }

    [Fact]
    public void Swapping_leaves_no_large_objects_for_which_the_loop_would_stop()
    {
        using var folder = new Storage.TemporaryFolder();
        using (var device = ControlWorld.OneThread())
            Checkpoint.Create(device, new(NetworkPresets.Get("compact-64"), new(), ActionSpace.QtOpt, 64, 64, 0)).Policy.Write(folder["model"]);
        using var controller = new PolicyController(ControlWorld.OneThread, PolicyModel.Read(folder["model"]), new() { Deadline = null });
        void Swap()
        {
            PolicyModel? model = null;
            controller.Swap(() => model = PolicyModel.Read(folder["model"]));
            model!.Recycle();
        }
        var image = Rehearsal.Image(Rehearsal.Noise(64 * 64 * 3), 0).ToArray();
        var done = false;
        Assert.Equal(ControlStatus.Ok, controller.SetGoal(image));
        var held = 0;
        var loop = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
                if (controller.Act(image, ControlWorld.State, 0, out _) != ControlStatus.Ok) held++;
        });
        loop.Start();
        Swap();
        GC.Collect();
        var (whole, all) = (GC.CollectionCount(2), GC.CollectionCount(0));
        for (var i = 0; i < 50; i++) Swap();
        (whole, all) = (GC.CollectionCount(2) - whole, GC.CollectionCount(0) - all);
        Volatile.Write(ref done, true);
        loop.Join();
        Console.Error.WriteLine($"50 swaps: {whole} of {all} collections of all generations");
        Assert.Equal((0, 0), (whole, held));
    }

    [Fact]
    public void Memory_is_locked_where_that_is_allowed_and_a_warm_decision_is_timed()
    {
        using var device = ControlWorld.OneThread();
        using PolicyController locked = new(ControlWorld.OneThread, ControlWorld.Model()),
            free = new(ControlWorld.OneThread, ControlWorld.Model(), new() { LockMemory = false });
        Assert.Equal((0L, locked.MemoryBytes), (free.LockedBytes, free.MemoryBytes));
        Assert.True(locked.MemoryBytes > 100_000);
        Assert.InRange(locked.WarmUp, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5));
        Assert.Equal(device.Description, locked.DeviceDescription);
        // A model and what is published of it.
        if (!Requirement.Met(Limit() > locked.MemoryBytes + (64 << 10), "a larger limit of locked memory", nameof(Memory_is_locked_where_that_is_allowed_and_a_warm_decision_is_timed)))
            return;
        Assert.Equal(locked.MemoryBytes, locked.LockedBytes);
        // Locks go with the old model, and the new one has them even where there is room for one only.
        var before = LockedKilobytes();
        Assert.InRange(before, locked.MemoryBytes >> 10, long.MaxValue);
        for (var i = 0; i < 5; i++) locked.Swap(ControlWorld.Model(43));
        Assert.Equal((locked.MemoryBytes, before), (locked.LockedBytes, LockedKilobytes()));
        locked.Dispose();
        Assert.Equal(0, LockedKilobytes());
    }

    [Fact]
    public void Now_is_the_systems_monotonic_clock()
    {
        const int monotonic = 1;
        for (var i = 0; i < 1000; i++)
        {
            var (before, now, after) = (Clock(monotonic), PolicyController.Now, Clock(monotonic));
            Assert.InRange(now, before, after);
        }
    }

    private static long LockedKilobytes() =>
        long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmLck", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    private static long Clock(int which)
    {
        var time = stackalloc long[2];
        Assert.Equal(0, GetTime(which, time));
        return time[0] * 1_000_000_000 + time[1];
    }

    private static long Limit()
    {
        const int lockedMemory = 8;
        var limits = stackalloc long[2];
        Assert.Equal(0, GetLimit(lockedMemory, limits));
        // Infinity is all bits.
        return limits[0] < 0 ? long.MaxValue : limits[0];
    }

    private static (long Minor, long Major) Faults()
    {
        // Two times of 16 bytes, four sizes, minor and major faults, eight more.
        const int thread = 1;
        var usage = stackalloc long[18];
        Assert.Equal(0, GetUsage(thread, usage));
        return (usage[8], usage[9]);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, long* limits);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, long* usage);
}
