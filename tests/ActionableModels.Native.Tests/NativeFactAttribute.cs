using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>A test of libactionable.so; skipped where ./publish-native has not made it, and a failure there with ACTIONABLE_REQUIRE_ALL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute() => Skip = NativeLibraryFile.Skip;
}

/// <summary>The same with rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeTheoryAttribute : TheoryAttribute
{
    public NativeTheoryAttribute() => Skip = NativeLibraryFile.Skip;
}
