using System.Numerics.Tensors;
using System.Text.Json;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Tests.Commands;
using ActionableModels.Compute.Cpu;
using ActionableModels.Storage;

namespace ActionableModels.Cli.Tests.Bench;

/// <summary>The command as a process: what it prints and writes.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-bench-tests-").FullName;

    [Fact]
    public void EveryWorkRunsAndCanBeRepeatedByOthers()
    {
        var json = Actionable.Json("bench", "--seconds", "0", "--batch", "1", "--threads", "2", "--exchange", folder);
        Assert.Equal(["machine", "device", "description", "instruction_set", "threads", "convolution", "commit", "results", "behaviour"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal((2, "auto"), (json.GetProperty("threads").GetInt32(), json.GetProperty("convolution").GetString()));
        Assert.Matches("^[0-9a-f]{12}$", json.GetProperty("behaviour").GetString());

        var results = json.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(Works.All.Select(work => work.Name), results.Select(result => result.GetProperty("work").GetString()));
        foreach (var result in results)
        {
            Assert.Equal(["work", "batch", "unit", "median", "p10", "p90", "p99", "runs", "rate", "rate_unit", "allocated_bytes", "peak_bytes",
                    "device_bytes"],
                result.EnumerateObject().Select(property => property.Name));
            Assert.Equal(("ms", 1), (result.GetProperty("unit").GetString(), result.GetProperty("runs").GetInt32()));
            Assert.True(result.GetProperty("median").GetDouble() > 0 && result.GetProperty("rate").GetDouble() > 0, $"{result}");
        }
        Assert.All(Works.All, work => CheckExchange(work));
    }

    [Fact]
    public void WorksAllocateNothing()
    {
        var json = Actionable.Json("bench", "--seconds", "0.6", "--threads", "2", "--work",
            "layer/conv2/forward/batch1,layer/conv16,tower/batch1,decision/compact-64,labels/compact-64", "--work", "step/compact-64");
        var results = json.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(8, results.Length);
        Assert.All(results, result => Assert.True(result.GetProperty("allocated_bytes").GetInt64() == 0, $"{result}"));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("behaviour").ValueKind);
    }

    [Fact]
    public void TheTableAndTheListNameEveryWork()
    {
        var run = Actionable.Run("bench", "--seconds", "0", "--work", "layer/conv16/forward", "--quiet");
        Assert.Equal(0, run.Code);
        Assert.Contains("\nlayer/conv16/forward ", run.Output);
        var listed = Actionable.Run("bench", "--list").Output;
        Assert.All(Works.All, work => Assert.Contains($"{work.Name} ", listed));
    }

    [Theory, InlineData("auto"), InlineData("direct")]
    public void TheBehaviourNumberIsThatOfTheConvolutionAskedFor(string convolution)
    {
        using var device = new CpuDevice(1, path: convolution == "direct" ? ConvolutionPath.Direct : ConvolutionPath.Auto);
        Assert.EndsWith($"\nbehaviour: {Behaviour.Number(device)}\n",
            Actionable.Run("bench", "--work", "behaviour", "--convolution", convolution, "--quiet").Output);
    }

    [Fact]
    public void AnExchangeFolderThatCannotBeWrittenIsNoticedBeforeTheWork()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        Actionable.Run("bench", "--work", "layer/conv16/forward", "--exchange", file).Fails(file, "choose another folder");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void CheckExchange(WorkKind work)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, work.FileName));
        Assert.Equal((work.Name, "1"), (file.Metadata["work"], work.FixedBatch ? "1" : file.Metadata["batch"]));
        if (work.Name.EndsWith("/whole", StringComparison.Ordinal)) return;
        foreach (var part in new[] { "input/", "parameter/", "output/" })
            Assert.Contains(file.Entries.Keys, name => name.StartsWith(part, StringComparison.Ordinal));
        foreach (var (name, entry) in file.Entries)
            if (entry.Dtype == SafetensorsDtype.F32) Assert.True(TensorPrimitives.IsFiniteAll(file.Float32(name)), $"{work.Name}: {name}");
        foreach (var output in new[] { "output/y", "output/dw", "output/map", "output/logits", "output/q" })
            if (file.Entries.ContainsKey(output))
                Assert.True(TensorPrimitives.StdDev(file.Float32(output)) > 1e-3f, $"{work.Name}: {output} is constant");
    }
}
