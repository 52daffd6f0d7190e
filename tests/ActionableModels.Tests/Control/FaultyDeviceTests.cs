using System.Runtime.InteropServices;
using ActionableModels.Control;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Control;

/// <summary>A GPU that is lost under a controller. The driver's stand-in loses it for the whole program, so that no other test may run meanwhile.</summary>
[Collection(nameof(AllocationTests))]
public sealed unsafe class FaultyDeviceTests
{
    [StandInFact]
    public void A_device_that_is_lost_holds_with_its_words_from_then_on()
    {
        var missing = TestDevices.Missing("cuda");
        if (!Requirement.Met(missing is null && Environment.GetEnvironmentVariable(StandIn.Variable) == StandIn.File, "the driver's stand-in as CUDA's driver",
            nameof(A_device_that_is_lost_holds_with_its_words_from_then_on))) return;
        using var controller = new PolicyController(() => TestDevices.Open("cuda"), ControlWorld.Model(), new() { Cem = new(1, 8, 2), Deadline = null });
        var (seen, goal, q) = (ControlWorld.Image(1), ControlWorld.Image(1000), new float[1]);
        Assert.Equal(ControlStatus.Ok, controller.SetGoal(goal));
        Assert.Equal(ControlStatus.Ok, controller.Act(seen, ControlWorld.State, 0, out _));
        FailAtKernel(5);
        for (var n = 1UL; n <= 2; n++)
        {
            Assert.Equal(ControlStatus.Held, controller.Act(seen, ControlWorld.State, 0, out var decision));
            Assert.Equal((Interventions.Fault | Interventions.Unstamped, n, -1f), (decision.Interventions, decision.Index, decision.Q));
            Assert.Equal(controller.Hold.ToArray(), ControlWorld.Numbers(decision));
            Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", controller.Message);
        }
        Assert.Equal(ControlStatus.Device, controller.SetGoal(seen));
        Assert.Equal(ControlStatus.Device, controller.Evaluate(seen, ControlWorld.State, new float[7], q));
        Assert.Equal(-1, q[0]);
        Assert.Equal((3UL, 2UL, 2UL), (controller.Counters.Decisions, controller.Counters.Held, controller.Counters.Fault));
    }

    private static void FailAtKernel(int which)
    {
        // The very library that the device is on.
        var set = (delegate* unmanaged<byte*, nint, int>)NativeLibrary.GetExport(NativeLibrary.Load(StandIn.File), "standinSet");
        fixed (byte* name = "fail_launch\0"u8) Assert.Equal(1, set(name, which));
    }
}
