using ActionableModels.Formats.Onnx;
using ActionableModels.Networks;
using ActionableModels.OnnxRuntime;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Onnx;

/// <summary>The binding of ONNX Runtime that these tests and the benchmarks measure with.</summary>
public sealed class OnnxRuntimeTests
{
    [OnnxRuntimeFact]
    public void ARunAllocatesNothingAndUsesTheCallersMemory()
    {
        using var folder = new OnnxFolder(new TestModel(NetworkPresets.Get("compact-32"), pairs: 1));
        var library = OnnxRuntimeLibrary.Open();
        Assert.Matches(@"^1\.\d+\.\d+$", library.Version);
        using var session = new OrtSession(library, folder[OnnxExport.HeadFile]);
        Assert.Equal(["map", "actions", "state"], session.Inputs);
        Assert.Equal(["q", "logit"], session.Outputs);
        using var map = OrtTensor.Floats(library, 1, 128, 1, 1);
        using var actions = OrtTensor.Floats(library, 4, 7);
        using var state = OrtTensor.Floats(library, 1, 2);
        using var logit = OrtTensor.Floats(library, 4);
        var pinned = GC.AllocateArray<float>(4, pinned: true);
        unsafe
        {
            fixed (float* memory = pinned)
            {
                using var q = OrtTensor.Floats(library, memory, 4);
                using var run = session.Bind(("map", map), ("actions", actions), ("state", state), ("q", q), ("logit", logit));
                run.Run();
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 100; i++) run.Run();
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
        Assert.All(pinned, (q, i) => Assert.Equal(1 / (1 + MathF.Exp(-logit.AsFloats[i])), q, 1e-6f));
    }

    [OnnxRuntimeFact]
    public void ErrorsAreItsOwnWords()
    {
        using var folder = new OnnxFolder(new TestModel(NetworkPresets.Get("compact-32"), pairs: 1));
        var library = OnnxRuntimeLibrary.Open();
        Assert.Contains("File doesn't exist", Assert.Throws<OrtException>(() => new OrtSession(library, folder["none.onnx"])).Message);
        using var session = new OrtSession(library, folder[OnnxExport.TowerFile]);
        using var small = OrtTensor.Bytes(library, 1, 31, 32, 3);
        using var image = OrtTensor.Bytes(library, 1, 32, 32, 3);
        using var map = OrtTensor.Floats(library, 1, 128, 1, 1);
        Assert.Contains("'goal'", Assert.Throws<OrtException>(() => session.Bind(("image", image), ("map", map))).Message);
        Assert.Contains("no 'picture'",
            Assert.Throws<OrtException>(() => session.Bind(("image", image), ("goal", image), ("map", map), ("picture", image))).Message);
        using var run = session.Bind(("image", small), ("goal", image), ("map", map));
        Assert.Contains("Got: 31 Expected: 32", Assert.Throws<OrtException>(run.Run).Message);
    }

    [Fact]
    public void AFileThatIsNoLibraryIsNamed() =>
        Assert.Contains("cannot be loaded", Assert.Throws<OrtException>(() => OrtLibrary.Open(Repository.File("README.md"))).Message);
}
