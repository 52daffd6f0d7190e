using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Formats.Onnx;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Onnx;

/// <summary>Exported graphs give this project's numbers in ONNX Runtime, whole and as tower and head.</summary>
public sealed class OnnxQTests
{
    private const float Bound = 1e-5f;

    public static TheoryData<string, GoalMerge, Normalisation> Networks
    {
        get
        {
            var rows = new TheoryData<string, GoalMerge, Normalisation>();
            foreach (var preset in NetworkPresets.Names)
                foreach (var merge in Enum.GetValues<GoalMerge>())
                    foreach (var normalisation in Enum.GetValues<Normalisation>()) rows.Add(preset, merge, normalisation);
            return rows;
        }
    }

    [OnnxRuntimeTheory, MemberData(nameof(Networks))]
    public void QIsOurs(string preset, GoalMerge merge, Normalisation normalisation) =>
        Compare(new(Spec(preset, merge, normalisation), pairs: preset == "qt-opt-472" ? 2 : 6));

    [OnnxRuntimeTheory]
    [InlineData(null, OnnxImages.Bytes, 5)]
    [InlineData(TestModel.Actions, OnnxImages.Bytes, 0)]
    [InlineData(null, OnnxImages.Floats, 0)]
    [InlineData(TestModel.Actions, OnnxImages.Floats, 6)]
    public void EveryFormGivesIt(int? actions, OnnxImages images, int margin)
    {
        foreach (var merge in Enum.GetValues<GoalMerge>())
            Compare(new(Spec("compact-32", merge, Normalisation.Batch), margin: margin), new(actions, images));
    }

    [OnnxRuntimeFact]
    public void UnusualLayersGiveIt()
    {
        var spec = Spec("compact-32", GoalMerge.Channels, Normalisation.Batch);
        ActionBlock[] blocks = [new("pose", [new(3, ColumnKind.Cosine), new(0, ColumnKind.Sine), new(8, ColumnKind.Identity)], 3),
            new("rest", [new(7, ColumnKind.Identity), new(1, ColumnKind.Identity), new(3, ColumnKind.Identity)], 0.5f)];
        // Not square, valid padding that drops rows, strides wider than the window, pools with uneven padding, a dense layer on a map of 4×3.
        Compare(new(spec with
        {
            ImageHeight = 37, ImageWidth = 29, ActionBlocks = blocks,
            Tower = [LayerSpec.Conv(8, 4, 3), LayerSpec.Pool(2), LayerSpec.Conv(12, 1, 2), LayerSpec.Conv(10, 3)],
            Head = [LayerSpec.Conv(6, 2, 1, Padding.Valid), LayerSpec.Dense(16), LayerSpec.Dense(9)],
        }));
        Compare(new(spec with
        {
            Tower = [LayerSpec.Conv(8, 5, 2, Padding.Valid), new(LayerKind.Pool, 0, 3, 2, Padding.Valid), LayerSpec.Dense(12)], Head = [],
            GoalMerge = GoalMerge.Towers,
        }));
    }

    [OnnxRuntimeTheory]
    [InlineData("compact-32", Normalisation.None)]
    [InlineData("compact-48", Normalisation.Batch)]
    [InlineData("compact-64", Normalisation.None)]
    [InlineData("qt-opt-472", Normalisation.Batch)]
    public void ClonedActionsAreOurs(string preset, Normalisation normalisation)
    {
        var model = new TestModel(Spec(preset, GoalMerge.Channels, normalisation).WithActionOutput(), preset == "qt-opt-472" ? 1 : 6);
        using var device = new CpuDevice(2);
        using var policy = new GoalReachingPolicy(device, model.Policy);
        using var folder = new OnnxFolder(model);
        var pair = 0;
        foreach (var (whole, parts) in folder.Run("action"))
        {
            var action = new float[ActionSpace.Dimensions];
            policy.Act(model.Images[pair], model.Goals[pair], model.State(pair), default, action);
            for (var d = 0; d < action.Length; d++)
            {
                Assert.Equal(action[d], whole[d], Bound);
                Assert.Equal(action[d], parts[d], Bound);
            }
            pair++;
        }
        Assert.Equal(model.Images.Length, pair);
    }

    private static NetworkSpec Spec(string preset, GoalMerge merge, Normalisation normalisation) =>
        NetworkPresets.Get(preset) with { GoalMerge = merge, Normalisation = normalisation };

    private static void Compare(TestModel model, OnnxForm? form = null)
    {
        var expected = model.Q();
        // Far from one value for all, over the pairs and over the actions of a pair.
        var all = expected.SelectMany(q => q).ToArray();
        Assert.True(all.Max() - all.Min() > 0.5f, $"Q is {all.Min()} to {all.Max()}");
        Assert.All(expected, q => Assert.True(q.Max() - q.Min() > 1e-3f, $"Q of a pair is {q.Min()} to {q.Max()}"));
        using var folder = new OnnxFolder(model, form);
        var pair = 0;
        foreach (var (whole, parts) in folder.Run("q"))
        {
            for (var a = 0; a < TestModel.Actions; a++)
            {
                Assert.Equal(expected[pair][a], whole[a], Bound);
                Assert.Equal(expected[pair][a], parts[a], Bound);
            }
            pair++;
        }
        Assert.Equal(expected.Length, pair);
    }
}
