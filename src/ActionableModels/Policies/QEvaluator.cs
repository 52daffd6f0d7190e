using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Networks;

namespace ActionableModels.Policies;

/// <summary>
/// Q(s, a, g) of given actions for one image pair: the tower runs once, the head on every action. Uses the averaged parameters. One
/// instance is for one thread; an evaluation allocates nothing.
/// </summary>
public sealed class QEvaluator : IDisposable
{
    private readonly Device device;
    private readonly Arena arena;
    private readonly PairEncoder encoder;
    private readonly InferenceHead head;
    private readonly float[] scale, encoded, logits;

    /// <summary>Plans the evaluation of one image pair.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="model">A model whose network computes Q-values.</param>
    /// <param name="actions">Actions that the head takes at a time; more are done in turns.</param>
    /// <exception cref="ActionableException">The network outputs actions (GCBC), not Q-values.</exception>
    public QEvaluator(Device device, PolicyModel model, int actions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(actions, 1);
        var header = model.Header;
        var spec = header.Network;
        if (spec.Output != NetworkOutput.QValue)
            throw new ActionableException($"network '{spec.Name}' outputs actions, not Q-values (method '{header.Settings.Method}'): "
                + "give a checkpoint of a Q-learning method");
        (this.device, Header) = (device, header);
        arena = new Arena(device, 4 << 20);
        try
        {
            var average = new ParameterSet(arena, model.Layout);
            device.Upload<float>(model.Average, average.All);
            var folded = new FoldedNetwork(arena, spec, average, pack: true);
            folded.Refresh();
            var images = new ImageInput(arena, spec, 1, header.CameraHeight, header.CameraWidth, apart: PairEncoder.KeepsGoal(device, spec));
            encoder = new PairEncoder(arena, spec, folded, images);
            head = new InferenceHead(arena, spec, folded, encoder.Image, actions);
            scale = [.. spec.ActionBlocks.SelectMany(block => block.Columns.Select(_ => block.Scale))];
            encoded = new float[actions * scale.Length];
            logits = new float[actions];
        }
        catch
        {
            arena.Dispose();
            throw;
        }
        Layout = LayoutOf(spec);
    }

    /// <summary>What the network was trained as.</summary>
    public CheckpointHeader Header { get; }

    /// <summary>Names of the numbers of a row, in order; metres and radians, sine and cosine of the azimuth change, 0 or 1.</summary>
    public IReadOnlyList<string> Layout { get; }

    /// <summary>How often the tower has run.</summary>
    public long TowerPasses { get; private set; }

    /// <summary>The numbers of a network's action input in order: x, y, z, sine of azimuth, cosine of azimuth, … height.</summary>
    public static IReadOnlyList<string> LayoutOf(NetworkSpec spec) =>
        [.. spec.ActionBlocks.SelectMany(block => block.Columns.Select(Name))];

    /// <summary>Q of every row.</summary>
    /// <param name="currentImage">UInt8, camera height · width · 3.</param>
    /// <param name="goalImage">The same size.</param>
    /// <param name="rows">Actions and robot states in <see cref="Layout"/>, in physical units, one after the other.</param>
    /// <param name="q">Receives the sigmoid of the logits, one per row.</param>
    /// <exception cref="ActionableException">A number is not finite.</exception>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Evaluate(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> rows, Span<float> q)
    {
        var width = scale.Length;
        if (rows.Length != q.Length * width) throw new ArgumentException($"{rows.Length} numbers are not {q.Length} rows of {width}");
        for (var i = 0; i < rows.Length; i++)
            if (!float.IsFinite(rows[i]))
                throw new ActionableException($"action row {i / width}: {Layout[i % width]} is {rows[i]}, not a finite number");
        encoder.Encode(currentImage, goalImage);
        TowerPasses++;
        for (var first = 0; first < q.Length; first += logits.Length)
        {
            var count = Math.Min(logits.Length, q.Length - first);
            for (var i = 0; i < count * width; i++) encoded[i] = rows[first * width + i] * scale[i % width];
            device.Upload<float>(encoded, head.Encoded);
            head.ForwardEncoded();
            device.Download<float>(head.Outputs, logits);
            for (var i = 0; i < count; i++) q[first + i] = 1 / (1 + MathF.Exp(-logits[i]));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();

    private static string Name(ActionColumn column)
    {
        var name = column.Source < ActionSpace.Dimensions ? ActionSpace.Names[column.Source]
            : DatasetHeader.StateNames[column.Source - ActionSpace.Dimensions];
        return column.Kind switch { ColumnKind.Sine => $"sine of {name}", ColumnKind.Cosine => $"cosine of {name}", _ => name };
    }
}
