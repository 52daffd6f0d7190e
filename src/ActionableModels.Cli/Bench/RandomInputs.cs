using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>What works compute on: random numbers of fixed keys, the same on every machine.</summary>
internal static class RandomInputs
{
    private const uint ImageStream = 0x42000000, MapStream = 0x42000001, GradientStream = 0x42000002, ActionStream = 0x42000003,
        StateStream = 0x42000004;

    /// <summary>Camera images of noise.</summary>
    public static byte[] Images(int count, ulong which)
    {
        var bytes = new byte[count];
        var key = new RandomKey(0, ImageStream, which);
        for (var i = 0; i < count; i++) bytes[i] = (byte)(Philox.Word(key, (uint)i) >> 24);
        return bytes;
    }

    /// <summary>Fills network input: numbers within 0 to 1, as images have.</summary>
    public static void FillImages(Tensor tensor, Device device)
    {
        var bytes = Images(checked((int)tensor.Count), 0);
        device.Upload<float>([.. bytes.Select(b => b / 255f)], tensor);
    }

    /// <summary>Fills a feature map: mostly positive, as after a ReLU.</summary>
    public static void FillMap(Tensor tensor, Device device) => device.TruncatedNormal(tensor, 0.5f, 0.5f, new(0, MapStream, 0));

    /// <summary>Fills an output's gradient.</summary>
    public static void FillGradient(Tensor tensor, Device device) => device.TruncatedNormal(tensor, 0, 1, new(0, GradientStream, 0));

    /// <summary>Uniform actions within the bounds.</summary>
    public static float[] Actions(int rows, ActionSpace space)
    {
        var actions = new float[rows * ActionSpace.Dimensions];
        var policy = new Policies.UniformPolicy(space);
        for (var r = 0; r < rows; r++)
            policy.Act([], [], [], new(0, ActionStream, (ulong)r), actions.AsSpan(r * ActionSpace.Dimensions, ActionSpace.Dimensions));
        return actions;
    }

    /// <summary>States: gripper open or closed, height up to 0.3 m.</summary>
    public static float[] States(int rows)
    {
        var states = new float[rows * ActionSpace.StateDimensions];
        for (var r = 0; r < rows; r++)
        {
            states[2 * r] = Philox.Uniform(new(0, StateStream, (ulong)r), 0) < 0.5f ? 0 : 1;
            states[2 * r + 1] = 0.3f * Philox.Uniform(new(0, StateStream, (ulong)r), 1);
        }
        return states;
    }

    /// <summary>The rows of a network's action input in physical units: each action with the state of its pair.</summary>
    public static float[] ActionRows(NetworkSpec spec, float[] actions, float[] states)
    {
        var (rows, pairs) = (actions.Length / ActionSpace.Dimensions, states.Length / ActionSpace.StateDimensions);
        ActionColumn[] columns = [.. spec.ActionBlocks.SelectMany(block => block.Columns)];
        var result = new float[rows * columns.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns.Length; c++)
            {
                var source = columns[c].Source;
                var value = source < ActionSpace.Dimensions ? actions[r * ActionSpace.Dimensions + source]
                    : states[r / (rows / pairs) * ActionSpace.StateDimensions + source - ActionSpace.Dimensions];
                result[r * columns.Length + c] = columns[c].Kind switch
                {
                    ColumnKind.Sine => MathF.Sin(value), ColumnKind.Cosine => MathF.Cos(value), _ => value,
                };
            }
        return result;
    }

    /// <summary>The network's action input: <see cref="ActionRows"/> times each column's scale.</summary>
    public static float[] Encoded(NetworkSpec spec, float[] actions, float[] states)
    {
        float[] scale = [.. spec.ActionBlocks.SelectMany(block => block.Columns.Select(_ => block.Scale))];
        return [.. ActionRows(spec, actions, states).Select((value, i) => value * scale[i % scale.Length])];
    }
}
