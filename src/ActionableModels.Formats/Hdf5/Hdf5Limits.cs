namespace ActionableModels.Formats.Hdf5;

/// <summary>What the process that reads HDF5 files may take before it is ended.</summary>
/// <param name="Patience">Longest time of one answer.</param>
/// <param name="Memory">Resident memory in bytes beyond what it had in the moment it was started, when its runtime was not loaded yet.</param>
public sealed record Hdf5Limits(TimeSpan Patience, long Memory)
{
    /// <summary>Longest time until the process can serve.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A minute, and 1 GiB.</summary>
    public static Hdf5Limits Default { get; } = new(TimeSpan.FromSeconds(60), 1L << 30);
}
