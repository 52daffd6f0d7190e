using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Learning;

/// <summary>
/// A dataset of a few episodes of noise from a camera larger than its network: small, but every part of the method has work.
/// </summary>
internal sealed class TinyWorld : IDisposable
{
    public const int CameraHeight = 11, CameraWidth = 10;
    private readonly TemporaryFolder folder = new();

    public TinyWorld(int episodes = 6)
    {
        using (var writer = EpisodeWriter.Open(folder.Path, new DatasetHeader("tiny", CameraHeight, CameraWidth, Space)))
        {
            for (var e = 0; e < episodes; e++) writer.Add(Episode(e, 2 + e % 4));
            writer.Complete();
        }
        Store = EpisodeStore.Open(folder.Path);
    }

    /// <summary>x, y, z and azimuth free, close and open free, terminate fixed.</summary>
    public static ActionSpace Space { get; } = new([-0.1f, -0.1f, -0.1f, -1, 0, 0, 0], [0.1f, 0.1f, 0.1f, 1, 1, 1, 0],
        [0.03f, 0.03f, 0.06f, 0.16f, 0, 0, 0]);

    public static NetworkSpec Network { get; } = new()
    {
        Name = "tiny",
        ImageHeight = 8,
        ImageWidth = 7,
        Tower = [LayerSpec.Conv(4, 3, 2), LayerSpec.Conv(5, 3)],
        ActionBlocks = ActionBlock.QtOpt(displacementScale: 10, heightScale: 5),
        ActionEmbedding = 6,
        Head = [LayerSpec.Conv(4, 3), LayerSpec.Dense(6)],
    };

    /// <summary>Small numbers of everything, so that a step takes about a millisecond.</summary>
    public static TrainingSettings Settings { get; } = new()
    {
        Batch = 5, NegativeCandidates = 6, NegativeDraws = 2, TargetSamples = 3, CemSamples = 8, CemElites = 3, Temperature = 0.02f,
        AverageRate = 0.1f, Steps = 6, Seed = 3,
    };

    public EpisodeStore Store { get; }

    /// <summary>The network in the form that settings ask for.</summary>
    public static NetworkSpec NetworkFor(TrainingSettings settings)
    {
        var spec = Network with { GoalMerge = settings.GoalMerge ?? GoalMerge.Channels,
            Normalisation = settings.Normalisation ?? Normalisation.None };
        return (settings.Objective == Objective.BehaviouralCloning ? spec.WithActionOutput() : spec).Checked("test");
    }

    public static CheckpointHeader Header(TrainingSettings settings) =>
        new(NetworkFor(settings), settings.Checked("test"), Space, CameraHeight, CameraWidth, 0);

    /// <summary>
    /// An untrained checkpoint with every parameter away from its initial value; at seeds 41 and 43 its logits spread around 0.
    /// </summary>
    public static Checkpoint Start(Device device, TrainingSettings settings, ulong seed = 41)
    {
        var header = Header(settings);
        var layout = new ParameterLayout(header.Network);
        using var arena = new Arena(device);
        var set = new ParameterSet(arena, layout);
        set.Initialise(0.4f, seed);
        var values = new float[layout.Count];
        device.Download<float>(set.All, values);
        foreach (var entry in layout.Entries.Where(e => e.Role is not (ParameterRole.Weight or ParameterRole.Variance)))
            for (var i = 0; i < entry.Shape.Count; i++)
                values[entry.Offset + i] += 0.1f * Philox.Normal(new RandomKey(seed, 950, (ulong)entry.Offset), (uint)i);
        // Cloned actions within their bounds.
        if (layout.Find("head/action/weight") is { } output)
            for (var i = 0; i < output.Shape.Count; i++) values[output.Offset + i] *= 0.1f;
        return new Checkpoint(header, layout, values, [.. values], settings.TargetNetworks == 2 ? [.. values] : null, null, null);
    }

    /// <summary>The bytes of the checkpoint file after some steps.</summary>
    public byte[] Train(Checkpoint start, long steps, int threads)
    {
        using var device = new CpuDevice(threads);
        return Train(device, start, steps);
    }

    /// <summary>The same on a device.</summary>
    public byte[] Train(Device device, Checkpoint start, long steps)
    {
        using var trainer = new Trainer(device, Store, start);
        while (trainer.Step < steps) trainer.Advance();
        return Bytes(trainer.ToCheckpoint());
    }

    public byte[] Bytes(Checkpoint checkpoint)
    {
        var path = Path.Combine(folder.Path, $"{Guid.NewGuid():N}.safetensors");
        checkpoint.Write(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    /// <summary>Q of actions for one image pair, evaluated one by one with the averaged parameters of a checkpoint.</summary>
    public static float[] Q(QEvaluator evaluator, ReadOnlySpan<byte> current, ReadOnlySpan<byte> goal, ReadOnlySpan<float> state,
        ReadOnlySpan<float> actions)
    {
        var count = actions.Length / ActionSpace.Dimensions;
        var rows = new List<float>();
        for (var i = 0; i < count; i++)
        {
            var a = actions.Slice(i * ActionSpace.Dimensions, ActionSpace.Dimensions);
            rows.AddRange([a[0], a[1], a[2], MathF.Sin(a[3]), MathF.Cos(a[3]), a[4], a[5], a[6], state[0], state[1]]);
        }
        var q = new float[count];
        evaluator.Evaluate(current, goal, rows.ToArray(), q);
        return q;
    }

    public void Dispose()
    {
        Store.Dispose();
        folder.Dispose();
    }

    private static Episode Episode(int index, int steps)
    {
        var images = new byte[(steps + 1) * CameraHeight * CameraWidth * 3];
        for (var i = 0; i < images.Length; i++) images[i] = (byte)(Philox.Word(new RandomKey(9, 951, (ulong)index), (uint)i) >> 24);
        var states = new float[(steps + 1) * ActionSpace.StateDimensions];
        for (var i = 0; i < states.Length; i++) states[i] = Philox.Uniform(new RandomKey(9, 952, (ulong)index), (uint)i);
        var actions = new float[steps * ActionSpace.Dimensions];
        var random = new UniformPolicy(Space);
        for (var t = 0; t < steps; t++)
            random.Act([], [], [], new RandomKey(9, 953, (ulong)(index * 100 + t)),
                actions.AsSpan(t * ActionSpace.Dimensions, ActionSpace.Dimensions));
        return new Episode(images, states, actions, true, "noise");
    }
}
