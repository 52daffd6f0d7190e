using ActionableModels.OnnxRuntime;

namespace ActionableModels.Tests.Shared;

/// <summary>ONNX Runtime where this machine has it; tests/fetch-onnxruntime brings it.</summary>
internal static class OnnxRuntimeLibrary
{
    private static readonly string? file = OrtLibrary.Find(Repository.File(""));

    /// <summary>Why tests with it are skipped; null where they run, and with ACTIONABLE_REQUIRE_ALL, where they fail without it.</summary>
    public static string? Skip => Requirement.All || file is not null ? null : "no ONNX Runtime: tests/fetch-onnxruntime brings it";

    /// <summary>The library.</summary>
    public static OrtLibrary Open() =>
        OrtLibrary.Open(file ?? throw new OrtException("there is no ONNX Runtime: tests/fetch-onnxruntime brings it"));
}

/// <summary>A test in ONNX Runtime: skipped with its reason where it is not installed, a failure there with ACTIONABLE_REQUIRE_ALL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxRuntimeFactAttribute : FactAttribute
{
    /// <summary>Marks the test.</summary>
    public OnnxRuntimeFactAttribute() => Skip = OnnxRuntimeLibrary.Skip;
}

/// <summary>The same for a test with rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxRuntimeTheoryAttribute : TheoryAttribute
{
    /// <summary>Marks the test.</summary>
    public OnnxRuntimeTheoryAttribute() => Skip = OnnxRuntimeLibrary.Skip;
}
