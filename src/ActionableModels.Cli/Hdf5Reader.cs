using System.Diagnostics;
using ActionableModels.Compute;

namespace ActionableModels.Cli;

/// <summary>Starts this very program as the process that reads HDF5 files: what SourceOptions.Hdf5Reader takes.</summary>
internal static class Hdf5Reader
{
    /// <summary>The hidden command that the process runs.</summary>
    public const string Command = "read-hdf5";

    /// <summary>How to start it.</summary>
    /// <exception cref="ActionableException">The path of this program is not known.</exception>
    public static ProcessStartInfo Start()
    {
        var program = Environment.ProcessPath ?? throw new ActionableException("the path of this program is not known: start it by its full path");
        var start = new ProcessStartInfo(program);
        // Started as `dotnet actionable.dll`, the program is dotnet.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "actionable.dll"));
        start.ArgumentList.Add(Command);
        return start;
    }
}
