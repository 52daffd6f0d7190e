using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// A network planned for training at one batch size: forward keeps what backward needs. B image pairs, A actions on each
/// (row b·A + a), one tower pass per pair.
/// </summary>
public sealed class TrainingNetwork
{
    private readonly Device device;
    private readonly ParameterSet values, gradients;
    private readonly LayerStack tower, head;
    private readonly LayerStack? goalTower;
    private readonly ActionInput actionInput;
    private readonly Tensor encoded, biasSum, biasSumGradient, sum, mapGradient, contextGradient, towerGradient;
    private readonly AffinePlan embed, merge, output;
    private readonly GradientBuffers buffers;
    private readonly Tensor headGradient, flatHeadGradient, embedGradient;

    /// <summary>Plans the network.</summary>
    public TrainingNetwork(Arena arena, NetworkSpec spec, ParameterSet values, ParameterSet gradients, ImageInput images,
        int actionsPerPair)
    {
        (device, this.values, this.gradients) = (arena.Device, values, gradients);
        var (batch, rows) = (images.Batch, checked(images.Batch * actionsPerPair));
        buffers = new GradientBuffers(arena);
        var conv = 0;
        tower = new LayerStack(arena, spec, values, gradients, buffers, "tower", spec.Tower, images.Current, ref conv, wantInput: false);
        if (spec.GoalMerge == GoalMerge.Towers)
        {
            var goalConv = 0;
            goalTower = new LayerStack(arena, spec, values, gradients, buffers, "goal_tower", spec.Tower, images.Goal, ref goalConv,
                wantInput: false);
        }
        var map = spec.Map;
        Map = goalTower is null ? tower.Output : arena.Allocate(Shape.Of(batch, map.Height, map.Width, map.Channels));

        Actions = arena.Allocate(Shape.Of(rows, ActionSpace.Dimensions));
        States = arena.Allocate(Shape.Of(batch, ActionSpace.StateDimensions));
        actionInput = new ActionInput(arena, spec);
        encoded = arena.Allocate(Shape.Of(rows, actionInput.Width));
        (biasSum, biasSumGradient) = (arena.Allocate(Shape.Of(spec.ActionEmbedding)), arena.Allocate(Shape.Of(spec.ActionEmbedding)));
        embed = new AffinePlan(arena, spec, values, gradients, "action/sum", encoded, Shape.Of(rows, spec.ActionEmbedding), null,
            relu: true, biasSum, biasSumGradient);
        merge = new AffinePlan(arena, spec, values, gradients, "action/merge", embed.Output, Shape.Of(rows, map.Channels), null,
            relu: true);
        sum = arena.Allocate(Shape.Of(rows, map.Height, map.Width, map.Channels));
        head = new LayerStack(arena, spec, values, gradients, buffers, "head", spec.Head, sum, ref conv, wantInput: true);
        var flat = head.Output.Reshape(Shape.Of(rows, (int)head.Output.Shape.RowCount));
        output = new AffinePlan(arena, spec, values, gradients, values.Layout.OutputName, flat, Shape.Of(rows, spec.Outputs), null,
            relu: false);
        Outputs = output.Output;

        foreach (var tensor in new[] { Map, embed.Output, merge.Output, sum, flat }) buffers.Require(tensor.Count);
        mapGradient = arena.Allocate(Map.Shape);
        contextGradient = arena.Allocate(merge.Output.Shape);
        towerGradient = goalTower is null ? mapGradient : arena.Allocate(tower.Output.Shape);
        headGradient = buffers.Other(null, head.Output.Shape);
        flatHeadGradient = headGradient.Reshape(flat.Shape);
        embedGradient = buffers.Other(null, embed.Output.Shape);
    }

    /// <summary>The tower's map after <see cref="ForwardTower"/>: [B, H, W, C].</summary>
    public Tensor Map { get; }
    /// <summary>Actions to evaluate, [B·A, 7]; filled by the caller.</summary>
    public Tensor Actions { get; }
    /// <summary>The robot's state with each image, [B, 2]; filled by the caller.</summary>
    public Tensor States { get; }
    /// <summary>Logits (or action outputs), [B·A, outputs].</summary>
    public Tensor Outputs { get; }

    /// <summary>Images to map.</summary>
    public void ForwardTower()
    {
        tower.Forward();
        if (goalTower is null) return;
        goalTower.Forward();
        var channels = tower.Output.Shape[3];
        device.CopyColumns(tower.Output, 0, Map, 0, channels);
        device.CopyColumns(goalTower.Output, 0, Map, channels, channels);
    }

    /// <summary>Map, actions and states to outputs.</summary>
    public void ForwardHead()
    {
        actionInput.Encode(Actions, States, encoded);
        device.SumRows(values["action/sum/bias"], biasSum);
        embed.Forward();
        merge.Forward();
        device.BroadcastAdd(Map, merge.Output, sum, relu: false);
        head.Forward();
        output.Forward();
    }

    /// <summary>Gradient of the outputs (overwritten) to gradients of all parameters.</summary>
    public void Backward(Tensor outputGradient)
    {
        output.Backward(outputGradient, flatHeadGradient);
        var gradient = head.Backward(headGradient)!;
        device.BroadcastAddBackward(gradient, mapGradient, contextGradient);

        merge.Backward(contextGradient, embedGradient);
        embed.Backward(embedGradient, null);
        device.RepeatRow(biasSumGradient, gradients["action/sum/bias"]);

        if (goalTower is null)
        {
            tower.Backward(mapGradient);
            return;
        }
        var channels = tower.Output.Shape[3];
        device.CopyColumns(mapGradient, 0, towerGradient, 0, channels);
        tower.Backward(towerGradient);
        device.CopyColumns(mapGradient, channels, towerGradient, 0, channels);
        goalTower.Backward(towerGradient);
    }
}
