using System.Security.Cryptography;
using ActionableModels.Compute;
using ActionableModels.Formats.Onnx;
using ActionableModels.Networks;

namespace ActionableModels.Formats.Tests.Onnx;

/// <summary>What stands in the files, read back by a reader of its own.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-onnx-").FullName;

    [Theory]
    [InlineData("compact-48", GoalMerge.Channels, Normalisation.None, NetworkOutput.QValue)]
    [InlineData("compact-64", GoalMerge.Towers, Normalisation.Batch, NetworkOutput.Action)]
    [InlineData("qt-opt-472", GoalMerge.Towers, Normalisation.Batch, NetworkOutput.QValue)]
    public void GraphsAreWhole(string preset, GoalMerge merge, Normalisation normalisation, NetworkOutput output)
    {
        var model = Model(preset, merge, normalisation, output);
        foreach (var file in OnnxExport.Write(model.Policy, folder))
        {
            var onnx = new OnnxFileReader(file.Path);
            Assert.Equal((7, 13, "actionable-models"), (onnx.Format, onnx.Opset, onnx.Producer));
            Assert.Equal(new FileInfo(file.Path).Length, file.Bytes);
            // Every value is there before it is read, is given once, and is read by someone.
            var known = onnx.Inputs.Select(input => input.Name).Concat(onnx.Initialisers.Keys).ToHashSet();
            Assert.Equal(onnx.Inputs.Count + onnx.Initialisers.Count, known.Count);
            foreach (var node in onnx.Nodes)
            {
                Assert.All(node.Inputs, input => Assert.Contains(input, known));
                Assert.All(node.Outputs, value => Assert.True(known.Add(value), value));
            }
            var read = onnx.Nodes.SelectMany(node => node.Inputs).Concat(onnx.Outputs.Select(end => end.Name)).ToHashSet();
            Assert.DoesNotContain(known, name => name != "logit" && !read.Contains(name));
            Assert.All(onnx.Outputs, end => Assert.Contains(end.Name, known));
            Assert.Equal(file.Inputs.Select(t => (t.Name, string.Join(", ", t.Shape), t.Description)),
                onnx.Inputs.Select(t => (t.Name, t.Shape, t.Description)));
            Assert.All(onnx.Initialisers.Values, tensor =>
                Assert.Equal(tensor.Shape.Aggregate(1L, (count, extent) => count * extent),
                    tensor.Type == 1 ? tensor.Floats.Length : tensor.Integers.Length));
        }
    }

    [Fact]
    public void InputsAndOutputsAreThoseOfTheDocumentation()
    {
        OnnxExport.Write(Model("compact-64", GoalMerge.Channels, Normalisation.None, margin: 3).Policy, folder);
        Assert.Equal("image 2 [1, 67, 70, 3]; goal 2 [1, 67, 70, 3] -> map 1 [1, 128, 1, 1]", Ends("tower.onnx"));
        Assert.Equal("map 1 [1, 128, 1, 1]; actions 1 [A, 7]; state 1 [1, 2] -> q 1 [A]; logit 1 [A]", Ends("head.onnx"));
        Assert.Equal("image 2 [1, 67, 70, 3]; goal 2 [1, 67, 70, 3]; actions 1 [A, 7]; state 1 [1, 2] -> q 1 [A]; logit 1 [A]",
            Ends("policy.onnx"));
        OnnxExport.Write(Model("compact-64", GoalMerge.Channels, Normalisation.None, margin: 3).Policy, folder, new(64, OnnxImages.Floats));
        Assert.Equal("image 1 [1, 3, 64, 64]; goal 1 [1, 3, 64, 64]; actions 1 [64, 7]; state 1 [1, 2] -> q 1 [64]; logit 1 [64]",
            Ends("policy.onnx"));
        OnnxExport.Write(Model("compact-64", GoalMerge.Channels, Normalisation.None, NetworkOutput.Action).Policy, folder);
        Assert.Equal("map 1 [1, 128, 1, 1]; state 1 [1, 2] -> action 1 [7]", Ends("head.onnx"));
    }

    [Fact]
    public void MetadataSaysWhatTheNetworkIs()
    {
        var header = Model("compact-32", GoalMerge.Channels, Normalisation.None).Policy.Header;
        OnnxExport.Write(Model("compact-32", GoalMerge.Channels, Normalisation.None).Policy, folder);
        var metadata = new OnnxFileReader(Path.Combine(folder, "head.onnx")).Metadata;
        Assert.Equal(("actionable-models onnx", "head", "32x32", "0"), (metadata["format"], metadata["graph"], metadata["camera"], metadata["step"]));
        Assert.Equal(header.Network.ToJson(), metadata["network"]);
        Assert.Contains("\"InitialDeviation\":[0.03,0.03,0.06,0.16,0,0,0]", metadata["action_space"]);
    }

    [Fact]
    public void ParametersAreThoseOfTheModelUnderItsNames()
    {
        var model = Model("compact-48", GoalMerge.Towers, Normalisation.None).Policy;
        OnnxExport.Write(model, folder);
        var tensors = new OnnxFileReader(Path.Combine(folder, "policy.onnx")).Initialisers;
        foreach (var entry in model.Layout.Entries)
        {
            var values = model.Average.AsSpan((int)entry.Offset, (int)entry.Shape.Count).ToArray();
            var (tensor, written) = (tensors[entry.Name], tensors[entry.Name].Floats);
            if (entry.Name.Contains("conv", StringComparison.Ordinal) && entry.Role == ParameterRole.Weight)
            {
                var (o, h, w, i) = (entry.Shape[0], entry.Shape[1], entry.Shape[2], entry.Shape[3]);
                Assert.Equal([o, i, h, w], tensor.Shape);
                int Written(int at) => ((at / (h * w * i) * i + at % i) * h + at / (w * i) % h) * w + at / i % w;
                Assert.Equal(values, values.Select((_, at) => written[Written(at)]).ToArray());
            }
            // A bias for each block: their sum is what counts.
            else if (entry.Name == "action/sum/bias")
                Assert.All(written, (sum, c) =>
                    Assert.Equal(Enumerable.Range(0, entry.Shape[0]).Sum(block => values[block * entry.Shape[1] + c]), sum, 1e-6f));
            else Assert.Equal(values, written);
        }
    }

    [Fact]
    public void NormalisationIsFolded()
    {
        var model = Model("qt-opt-472", GoalMerge.Channels, Normalisation.Batch).Policy;
        OnnxExport.Write(model, folder);
        var tensors = new OnnxFileReader(Path.Combine(folder, "policy.onnx")).Initialisers;
        float[] Values(string name)
        {
            var entry = model.Layout.Find(name)!;
            return model.Average.AsSpan((int)entry.Offset, (int)entry.Shape.Count).ToArray();
        }
        const string layer = "tower/conv3";
        var (weight, folded, bias) = (Values($"{layer}/weight"), tensors[$"{layer}/weight"].Floats, tensors[$"{layer}/bias"].Floats);
        for (var o = 0; o < 64; o++)
        {
            var k = Values($"{layer}/norm/scale")[o] / Math.Sqrt(Values($"{layer}/norm/variance")[o] + 0.001);
            Assert.Equal(Values($"{layer}/norm/shift")[o] - k * Values($"{layer}/norm/mean")[o], bias[o], 1e-6);
            for (var tap = 0; tap < 25; tap++)
                for (var i = 0; i < 64; i++) Assert.Equal(k * weight[(o * 25 + tap) * 64 + i], folded[(o * 64 + i) * 25 + tap], 1e-6);
        }
        Assert.DoesNotContain(tensors.Keys, name => name.Contains("norm", StringComparison.Ordinal));
    }

    [Fact]
    public void TheSameModelGivesTheSameBytes()
    {
        var model = Model("compact-32", GoalMerge.Towers, Normalisation.Batch).Policy;
        string[] Export() => [.. OnnxExport.Write(model, folder).Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path))))];
        Assert.Equal(Export(), Export());
        Assert.Equal(["head.onnx", "policy.onnx", "tower.onnx"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void WhatIsTooLargeOrCannotBeWrittenIsSaidAndLeavesNothing()
    {
        var graph = new OnnxGraph("large");
        var half = new float[1 << 28];
        graph.Constant("a", [1 << 28], half);
        graph.Constant("b", [1 << 28], half);
        var path = Path.Combine(folder, "large.onnx");
        Assert.Contains("2 GiB", Assert.Throws<ActionableException>(() => graph.Write(path, "", [])).Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        var model = Model("compact-32", GoalMerge.Channels, Normalisation.None).Policy;
        Assert.Contains("nowhere", Assert.Throws<ActionableException>(() => OnnxExport.Write(model, Path.Combine(folder, "nowhere"))).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static TestModel Model(string preset, GoalMerge merge, Normalisation normalisation, NetworkOutput output = NetworkOutput.QValue,
        int margin = 0)
    {
        var spec = NetworkPresets.Get(preset) with { GoalMerge = merge, Normalisation = normalisation };
        return new(output == NetworkOutput.Action ? spec.WithActionOutput() : spec, pairs: 1, margin);
    }

    private string Ends(string file)
    {
        var onnx = new OnnxFileReader(Path.Combine(folder, file));
        static string Text(IEnumerable<OnnxFileReader.End> ends) => string.Join("; ", ends.Select(end => $"{end.Name} {end.Type} [{end.Shape}]"));
        return $"{Text(onnx.Inputs)} -> {Text(onnx.Outputs)}";
    }
}
