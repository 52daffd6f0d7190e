using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Policies;

namespace ActionableModels.Control;

/// <summary>A model on a device of its own, warm and ready to decide.</summary>
internal sealed class ModelSlot : IDisposable
{
    private readonly Device device;
    private long lockedBytes;

    /// <summary>Opens the device, plans, warms up and locks the memory.</summary>
    /// <exception cref="ActionableException">One of these failed, or the model gives numbers that are not finite.</exception>
    public ModelSlot(Func<Device> open, PolicyModel model, ControllerOptions options, byte[] noise, Func<long> clock, uint number)
    {
        Number = number;
        device = open();
        try
        {
            Policy = new GoalReachingPolicy(device, model, options.Cem, options.Budget, clock);
            WarmUp = TimeSpan.FromTicks(Warm(options.Seed, noise) / TimeSpan.NanosecondsPerTick);
            (MemoryBytes, LockableBytes) = (Policy.MemoryBytes, Policy.LockableBytes);
            if (options.LockMemory) Lock();
            Description = device.Description;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Which model this is: 0 the first, one more with each swap.</summary>
    public uint Number { get; }
    /// <summary>Decides.</summary>
    public GoalReachingPolicy Policy { get; } = null!;
    /// <summary>Which goal of the controller the policy has; 0 for none of them.</summary>
    public long GoalVersion { get; private set; }
    /// <summary>Time of the last decision of the warm-up.</summary>
    public TimeSpan WarmUp { get; }
    /// <summary>Bytes of weights and activations.</summary>
    public long MemoryBytes { get; }
    /// <summary>Of them, those that can be locked in memory.</summary>
    public long LockableBytes { get; }
    /// <summary>Of them, locked in memory.</summary>
    public long LockedBytes => Volatile.Read(ref lockedBytes);
    /// <summary>The device in words.</summary>
    public string Description { get; } = "";

    /// <summary>Locks the memory as far as that is allowed; what is locked already stays so.</summary>
    public void Lock() => Volatile.Write(ref lockedBytes, Policy.LockMemory());

    /// <summary>Gives the policy a goal.</summary>
    public void SetGoal(ReadOnlySpan<byte> image, long version)
    {
        // A device that fails in the middle leaves neither the old goal nor the new one.
        GoalVersion = 0;
        Policy.SetGoal(image);
        GoalVersion = version;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Policy?.Dispose();
        device.Dispose();
    }

    private long Warm(ulong seed, byte[] noise)
    {
        var header = Policy.Header;
        var (state, action) = (new float[ActionSpace.StateDimensions], new float[ActionSpace.Dimensions]);
        return Rehearsal.Run(n =>
        {
            // The gripper's flag.
            state[0] = n % 2;
            if (n < Rehearsal.Images) Policy.SetGoal(Rehearsal.Image(noise, n));
            var seen = Rehearsal.Image(noise, (n + 1) % Rehearsal.Images);
            if (!Policy.Choose(seen, state, new RandomKey(seed, Streams.Policy, (ulong)n), long.MaxValue, action).Finite)
                throw new ActionableException(
                    $"the model of network '{header.Network.Name}' (step {header.Step}) gives numbers that are not finite on images of noise: "
                    + "use a model from before its training diverged");
        }, least: Rehearsal.Images + 1);
    }
}
