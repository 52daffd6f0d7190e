using System.Diagnostics;

namespace ActionableModels.Formats.Sources;

/// <summary>How a source is opened.</summary>
/// <param name="Split">A split, or part of one as TFDS writes it: train, test[:10], train[:90%]; null: train, or the only one.</param>
/// <param name="LargestRecord">A longer record or decompressed value, in bytes, is a fault.</param>
/// <param name="Hdf5Reader">
/// Starts the program that runs <see cref="Hdf5.Hdf5Worker"/>, so that a damaged file can end that process and never this one; null: HDF5
/// files are read in this process, which is for files that one trusts.
/// </param>
/// <param name="Hdf5Limits">Time and memory that the program may take; null: <see cref="Hdf5.Hdf5Limits.Default"/>.</param>
public sealed record SourceOptions(string? Split = null, long LargestRecord = SourceOptions.DefaultLargestRecord, Func<ProcessStartInfo>? Hdf5Reader = null,
    Hdf5.Hdf5Limits? Hdf5Limits = null)
{
    /// <summary>The longest record that is read unless one says otherwise, and the longest that is written; in bytes.</summary>
    public const long DefaultLargestRecord = 256L << 20;
}
