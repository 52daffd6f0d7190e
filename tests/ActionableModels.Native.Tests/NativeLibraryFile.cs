using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>The library that ./publish-native made.</summary>
internal static class NativeLibraryFile
{
    /// <summary>Its file.</summary>
    public static string Path { get; } = Repository.File("out/native/libactionable.so");

    /// <summary>Whether there is one.</summary>
    public static bool IsThere(string test) => Requirement.Program(Path, test + " (made by ./publish-native)");
}
