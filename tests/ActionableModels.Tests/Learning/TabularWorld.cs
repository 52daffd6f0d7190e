using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Learning;

/// <summary>
/// A world of few states whose images are one-hot and whose four actions are the bits close and open, with the exact values of the
/// conservative offline backup: Q(s,a,g) = Σ positive weight · y / (positive weight + negative weight), solved by iteration.
/// </summary>
internal sealed class TabularWorld
{
    public const int Side = 3, ActionCount = 4;
    private readonly (int[] States, int[] Actions)[] episodes;

    public TabularWorld(params (int[] States, int[] Actions)[] episodes) => this.episodes = episodes;

    public static ActionSpace Space { get; } = new([0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0]);

    public static NetworkSpec Network { get; } = new NetworkSpec
    {
        Name = "tabular",
        ImageHeight = Side,
        ImageWidth = Side,
        Tower = [LayerSpec.Conv(48, Side, 1, Padding.Valid)],
        ActionBlocks = ActionBlock.QtOpt(),
        ActionEmbedding = 32,
        Head = [LayerSpec.Dense(48), LayerSpec.Dense(48)],
    }.Checked("test");

    public int States => episodes.Max(e => e.States.Max()) + 1;

    public static byte[] Image(int state)
    {
        var image = new byte[Side * Side * 3];
        for (var c = 0; c < 3; c++) image[state * 3 + c] = 255;
        return image;
    }

    public static void Encode(int action, Span<float> row)
    {
        row.Clear();
        row[ActionSpace.Close] = action & 1;
        row[ActionSpace.Open] = action >> 1;
    }

    public EpisodeStore Record(string folder)
    {
        using (var writer = EpisodeWriter.Open(folder, new DatasetHeader("tabular", Side, Side, Space, new Dictionary<string, string>())))
        {
            foreach (var (states, actions) in episodes)
            {
                var rows = new float[actions.Length * ActionSpace.Dimensions];
                for (var t = 0; t < actions.Length; t++)
                    Encode(actions[t], rows.AsSpan(t * ActionSpace.Dimensions, ActionSpace.Dimensions));
                writer.Add(new Episode([.. states.SelectMany(Image)], new float[states.Length * ActionSpace.StateDimensions], rows, true,
                    "table"));
            }
            writer.Complete();
        }
        return EpisodeStore.Open(folder);
    }

    /// <summary>Exact fixed point; NaN where a pair is never trained.</summary>
    public double[,,] Exact(TrainingSettings settings)
    {
        var n = States;
        var frames = episodes.SelectMany((e, i) => e.States.Select((s, t) => (Episode: i, Time: t, State: s))).ToArray();
        var q = new double[n, ActionCount, n];
        var total = episodes.Sum(e => e.Actions.Length + 1.0);
        for (var iteration = 0; iteration < 4000; iteration++)
        {
            var positive = new double[n, ActionCount, n];
            var label = new double[n, ActionCount, n];
            var negative = new double[n, ActionCount, n];
            double Value(int s, int g) => Enumerable.Range(0, ActionCount).Max(a => double.IsNaN(q[s, a, g]) ? 0 : q[s, a, g]);

            void Add(int s, int a, int g, double weight, double y)
            {
                positive[s, a, g] += weight;
                label[s, a, g] += weight * y;
                if (settings.Negatives == NegativeSampling.None) return;
                double Exp(int b) => settings.Negatives == NegativeSampling.Uniform ? 1
                    : Math.Exp((double.IsNaN(q[s, b, g]) ? 0 : q[s, b, g]) / settings.Temperature);
                var sum = Enumerable.Range(0, ActionCount).Where(b => b != a).Sum(Exp);
                for (var b = 0; b < ActionCount; b++)
                    if (b != a) negative[s, b, g] += weight * settings.NegativeWeight * Exp(b) / sum;
            }

            for (var e = 0; e < episodes.Length; e++)
            {
                var (states, actions) = episodes[e];
                var steps = actions.Length;
                var pairWeight = (steps + 1) / total / (steps * (steps + 1) / 2.0);
                for (var cut = 1; cut <= steps; cut++)
                    for (var t = 0; t < cut; t++)
                    {
                        var (s, a, next) = (states[t], actions[t], states[t + 1]);
                        var goal = states[cut];
                        var y = t + 1 == cut ? 1 : settings.Discount * Value(next, goal);
                        if (settings.MonteCarloBound) y = Math.Max(y, Math.Pow(settings.Discount, cut - t - 1));
                        Add(s, a, goal, pairWeight * (1 - settings.RandomGoalShare), y);
                        foreach (var frame in frames)
                        {
                            var weight = pairWeight * settings.RandomGoalShare / frames.Length;
                            if (weight == 0) continue;
                            var reached = frame.Episode == e && frame.Time == t + 1;
                            if (!reached && t + 1 == cut && settings.RandomGoalLabel == RandomGoalLabel.OwnValue) continue;
                            var randomY = reached ? 1
                                : t + 1 == cut && settings.RandomGoalLabel == RandomGoalLabel.Zero ? 0
                                : settings.Discount * Value(next, frame.State);
                            Add(s, a, frame.State, weight, randomY);
                        }
                    }
            }
            for (var s = 0; s < n; s++)
                for (var a = 0; a < ActionCount; a++)
                    for (var g = 0; g < n; g++)
                    {
                        var weight = positive[s, a, g] + negative[s, a, g];
                        q[s, a, g] = weight == 0 ? double.NaN : label[s, a, g] / weight;
                    }
        }
        return q;
    }

    /// <summary>Trains and reads Q of every (s, a, g) from the averaged network.</summary>
    public double[,,] Train(TrainingSettings settings, string folder)
    {
        using var store = Record(folder);
        using var device = new ActionableModels.Compute.Cpu.CpuDevice(2);
        var start = Checkpoint.Create(device, new CheckpointHeader(Network, settings, Space, Side, Side, 0));
        Checkpoint trained;
        using (var trainer = new Trainer(device, store, start))
        {
            while (trainer.Step < settings.Steps) trainer.Advance();
            trained = trainer.ToCheckpoint();
        }
        var n = States;
        var q = new double[n, ActionCount, n];
        using var arena = new Arena(device);
        var values = new ParameterSet(arena, trained.Layout);
        device.Upload<float>(trained.Average, values.All);
        var folded = new FoldedNetwork(arena, Network, values);
        folded.Refresh();
        var images = new ImageInput(arena, Network, 1, Side, Side);
        var tower = new InferenceTower(arena, Network, folded, images);
        var part = new ImagePart(arena, Network, folded, tower.Map);
        var head = new InferenceHead(arena, Network, folded, part, ActionCount);
        var rows = new float[ActionCount * ActionSpace.Dimensions];
        for (var a = 0; a < ActionCount; a++) Encode(a, rows.AsSpan(a * ActionSpace.Dimensions, ActionSpace.Dimensions));
        device.Upload<float>(rows, head.Actions);
        var logits = new float[ActionCount];
        for (var s = 0; s < n; s++)
            for (var g = 0; g < n; g++)
            {
                images.Load(Image(s), Image(g));
                tower.Forward();
                part.Refresh();
                head.Forward();
                device.Download<float>(head.Outputs, logits);
                for (var a = 0; a < ActionCount; a++) q[s, a, g] = 1 / (1 + Math.Exp(-logits[a]));
            }
        return q;
    }
}
