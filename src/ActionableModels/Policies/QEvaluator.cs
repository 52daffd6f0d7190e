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
    private readonly Arena arena;
    private readonly PairNetwork network;
    private readonly HeadRows head;

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
        (Header, Layout) = (header, LayoutOf(spec));
        arena = new Arena(device, 4 << 20);
        try
        {
            network = new PairNetwork(arena, model);
            head = new HeadRows(device, network.Head(actions), Layout,
                [.. spec.ActionBlocks.SelectMany(block => block.Columns.Select(_ => block.Scale))]);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
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

    /// <summary>The row of an action and the robot's state at it, in <see cref="LayoutOf"/>.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="action">An action, in physical units.</param>
    /// <param name="state">The robot's own state.</param>
    public static float[] RowOf(NetworkSpec spec, ReadOnlySpan<float> action, ReadOnlySpan<float> state)
    {
        var row = new List<float>();
        foreach (var block in spec.ActionBlocks)
            foreach (var column in block.Columns)
            {
                var value = column.Source < ActionSpace.Dimensions ? action[column.Source] : state[column.Source - ActionSpace.Dimensions];
                row.Add(column.Kind switch { ColumnKind.Sine => MathF.Sin(value), ColumnKind.Cosine => MathF.Cos(value), _ => value });
            }
        return [.. row];
    }

    /// <summary>Q of every row.</summary>
    /// <param name="currentImage">UInt8, camera height · width · 3.</param>
    /// <param name="goalImage">The same size.</param>
    /// <param name="rows">Actions and robot states in <see cref="Layout"/>, in physical units, one after the other.</param>
    /// <param name="q">Receives the sigmoid of the logits, one per row.</param>
    /// <exception cref="ActionableException">A number is not finite.</exception>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Evaluate(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> rows, Span<float> q)
    {
        head.Check(rows, q);
        network.Encoder.EncodeGoal(goalImage);
        network.Encoder.Encode(currentImage);
        TowerPasses++;
        head.Evaluate(rows, q);
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
