using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Cli.Bench;

/// <summary>Q of given actions on given images, which other libraries can check where a search draws random numbers.</summary>
internal static class SampleQ
{
    /// <summary>Actions on each image pair.</summary>
    public const int Actions = 64;

    /// <summary>Adds input/actions (encoded; row b·64 + a is action a on pair b) and the network's Q of them.</summary>
    /// <param name="file">Where to.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="networks">Networks by the name of their output; they share the images.</param>
    /// <param name="current">Current images of all pairs.</param>
    /// <param name="goal">Goal images.</param>
    /// <param name="states">States, one per pair.</param>
    public static void Add(ExchangeFile file, Device device, IEnumerable<(string Output, Checkpoint Network)> networks, byte[] current,
        byte[] goal, float[] states)
    {
        NetworkSpec? spec = null;
        var pairs = states.Length / ActionSpace.StateDimensions;
        var actions = RandomInputs.Actions(pairs * Actions, ActionSpace.QtOpt);
        foreach (var (output, network) in networks)
        {
            spec = network.Header.Network;
            using var evaluator = new QEvaluator(device, network.Policy, Actions);
            var rows = RandomInputs.ActionRows(spec, actions, states);
            var q = new float[pairs * Actions];
            var (image, row) = (current.Length / pairs, rows.Length / pairs);
            for (var b = 0; b < pairs; b++)
                evaluator.Evaluate(current.AsSpan(b * image, image), goal.AsSpan(b * image, image), rows.AsSpan(b * row, row),
                    q.AsSpan(b * Actions, Actions));
            file.Add(output, [q.Length], q);
        }
        file.Add("input/actions", [pairs * Actions, spec!.ActionInputs], RandomInputs.Encoded(spec, actions, states));
    }

    /// <summary>Adds what a search needs to know of the action space.</summary>
    public static void AddBox(ExchangeFile file, Device device, ActionSpace space)
    {
        using var arena = new Arena(device, 4096);
        var box = new ActionBox(arena, space);
        foreach (var (name, tensor) in new[] { ("low", box.Low), ("high", box.High), ("binary", box.Binary),
            ("initial_mean", box.InitialMean), ("initial_deviation", box.InitialDeviation) })
            file.Add($"input/{name}", tensor);
        var cem = CemSettings.QtOpt;
        file.Note("cem", $"{cem.Iterations} iterations, {cem.Samples} samples, {cem.Elites} elites");
    }
}
