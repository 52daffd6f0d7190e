namespace ActionableModels.Formats.Hdf5;

/// <summary>Reads HDF5 files for another process, through libhdf5.</summary>
public static class Hdf5Worker
{
    /// <summary>Serves requests until the input ends.</summary>
    public static void Run(Stream requests, Stream answers) => throw new NotImplementedException();
}
