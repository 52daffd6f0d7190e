using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>The library that ./publish-native made.</summary>
internal static class NativeLibraryFile
{
    /// <summary>Its file.</summary>
    public static string Path { get; } = Repository.File("out/native/libactionable.so");

    /// <summary>Why tests of it are skipped; null where they run.</summary>
    public static string? Skip => !Requirement.All && !File.Exists(Path) ? $"no {Path}: ./publish-native makes it" : null;
}
