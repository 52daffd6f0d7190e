using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>What works compute on: random numbers of fixed keys, the same on every machine.</summary>
internal static class RandomInputs
{
    private const uint ColourStream = 0x42000000, NoiseStream = 0x42000001, MapStream = 0x42000002, GradientStream = 0x42000003,
        ActionStream = 0x42000004, StateStream = 0x42000005;
    private const int Cells = 8;

    /// <summary>
    /// Camera images, UInt8 [count, height, width, 3]: a coarse pattern of random colours under noise, so that images differ from each other
    /// as scenes do, and not only pixel by pixel.
    /// </summary>
    /// <param name="count">Images.</param>
    /// <param name="height">Height.</param>
    /// <param name="width">Width.</param>
    /// <param name="which">Which set of images.</param>
    public static byte[] Images(int count, int height, int width, ulong which)
    {
        var bytes = new byte[count * height * width * 3];
        var (colours, noise) = (new RandomKey(0, ColourStream, which), new RandomKey(0, NoiseStream, which));
        var i = 0;
        for (var n = 0; n < count; n++)
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    for (var c = 0; c < 3; c++, i++)
                    {
                        var cell = ((n * Cells + y * Cells / height) * Cells + x * Cells / width) * 3 + c;
                        bytes[i] = (byte)((3 * (Philox.Word(colours, (uint)cell) >> 24) + (Philox.Word(noise, (uint)i) >> 24)) / 4);
                    }
        return bytes;
    }

    /// <summary>Fills the input of a network that stacks current and goal images: images as numbers within 0 to 1.</summary>
    public static void FillImages(Tensor input, Device device)
    {
        var (count, height, width) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        byte[][] images = [Images(count, height, width, 0), Images(count, height, width, 1)];
        var numbers = new float[input.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = images[i / 3 % 2][i / 6 * 3 + i % 3] / 255f;
        device.Upload<float>(numbers, input);
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
