using ActionableModels.Checkpoints;

namespace ActionableModels.Control;

/// <summary>A model that a controller decides with; all of one model, whatever is swapped meanwhile.</summary>
/// <param name="Number">0: the first; one more with each swap.</param>
/// <param name="Header">What it was trained as.</param>
/// <param name="HasQ">Whether it has Q-values.</param>
/// <param name="WarmUp">Time of a decision at the end of warming up.</param>
/// <param name="MemoryBytes">Bytes of weights and activations.</param>
/// <param name="LockableBytes">Of them, those that can be locked in memory: none on a device with memory of its own.</param>
/// <param name="LockedBytes">Of those, the ones that are.</param>
/// <param name="Device">What it computes on.</param>
public readonly record struct ModelInUse(
    uint Number, CheckpointHeader Header, bool HasQ, TimeSpan WarmUp, long MemoryBytes, long LockableBytes, long LockedBytes, string Device);
