using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Networks;

/// <summary>The preset qt-opt-472 against the table of QT-Opt's network.</summary>
public sealed class QtOptSpecTests
{
    private static readonly NetworkSpec Spec = NetworkPresets.Get("qt-opt-472");
    private static readonly ParameterLayout Layout = new(Spec);

    [Fact]
    public void CountsAreThePapers()
    {
        Assert.Equal(1_249_729, Layout.TrainableParameters);
        Assert.Equal(4_604_411_904, Spec.TowerMultiplyAdds());
        Assert.Equal(172_882_496, Spec.ActionMultiplyAdds());
        Assert.Equal((27, 27, 64), Spec.Map);
    }

    [Theory]
    [InlineData("tower/conv1/weight", 13_824)]
    [InlineData("tower/conv1/bias", 64)]
    [InlineData("tower/conv1/norm/shift", 64)]
    [InlineData("tower/conv2/weight", 102_400)]
    [InlineData("tower/conv7/norm/scale", 64)]
    [InlineData("action/sum/weight", 2_560)]
    [InlineData("action/sum/bias", 1_792)]
    [InlineData("action/sum/norm/shift", 256)]
    [InlineData("action/merge/weight", 16_384)]
    [InlineData("head/conv8/weight", 36_864)]
    [InlineData("head/conv16/norm/variance", 64)]
    [InlineData("head/dense1/weight", 262_144)]
    [InlineData("head/dense2/weight", 4_096)]
    [InlineData("head/logit/weight", 64)]
    [InlineData("head/logit/bias", 1)]
    public void TensorsHaveTheirSizes(string name, long elements) => Assert.Equal(elements, Layout.Find(name)!.Shape.Count);

    [Theory]
    [InlineData("tower/conv1/norm/scale")]
    [InlineData("tower/conv2/bias")]
    [InlineData("action/sum/norm/scale")]
    [InlineData("head/dense1/bias")]
    public void TensorsThatQtOptLacksAreAbsent(string name) => Assert.Null(Layout.Find(name));

    [Fact]
    public void LayersHaveTheTablesShapes()
    {
        var shape = (Spec.ImageHeight, Spec.ImageWidth, Spec.InputChannels);
        var sides = Spec.Tower.Select(layer => (shape = layer.Output(shape)).Item1).ToArray();
        Assert.Equal([236, 79, 79, 79, 79, 79, 79, 79, 27], sides);
        sides = [.. Spec.Head.Select(layer => (shape = layer.Output(shape)).Item1)];
        Assert.Equal([27, 27, 27, 27, 27, 27, 14, 12, 10, 8, 1, 1], sides);
    }

    [Theory]
    [InlineData("compact-32")]
    [InlineData("compact-48")]
    [InlineData("compact-64")]
    [InlineData("qt-opt-472")]
    public void SpecificationsSurviveJson(string preset)
    {
        var spec = NetworkPresets.Get(preset).Checked(preset);
        Assert.Equal(spec.ToJson(), NetworkSpec.FromJson(spec.ToJson(), preset).ToJson());
    }

    [Fact]
    public void UnknownPresetsNameTheNearest()
    {
        var error = Assert.Throws<ActionableException>(() => NetworkPresets.Get("compact48"));
        Assert.Contains("'compact-48'", error.Message);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"Name\":\"x\",\"ImageHeight\":0,\"ImageWidth\":1,\"Tower\":[],\"ActionBlocks\":[],\"ActionEmbedding\":1,\"Head\":[]}")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("{\"Name\":\"x\",\"ImageHeight\":4,\"ImageWidth\":4,\"Tower\":[null],\"ActionBlocks\":[null],\"ActionEmbedding\":1,\"Head\":[]}")]
    public void BadSpecificationsAreRefused(string json) => Assert.Throws<ActionableException>(() => NetworkSpec.FromJson(json, "test"));
}
