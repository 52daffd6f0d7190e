using ActionableModels.Compute;

namespace ActionableModels.Formats;

/// <summary>A library of the machine that some formats need.</summary>
/// <param name="Name">Its name.</param>
/// <param name="For">What needs it.</param>
/// <param name="Version">Its version; null where it is missing or cannot be used.</param>
/// <param name="Fault">Where it cannot be used: why, and what to do.</param>
public sealed record FormatLibrary(string Name, string For, string? Version, string? Fault)
{
    /// <summary>Looks for all of them.</summary>
    public static IReadOnlyList<FormatLibrary> All() => [Images.TurboJpegLibrary.Look(), Hdf5.Hdf5Library.Look()];

    internal static FormatLibrary Look(string name, string use, string install, Func<string?> version)
    {
        try
        {
            var found = version();
            return new(name, use, found, found is null ? $"missing: {install}" : null);
        }
        catch (ActionableException fault)
        {
            return new(name, use, null, fault.Message);
        }
    }
}
