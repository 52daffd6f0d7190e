using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Storage;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// One short number for everything the program computes: a hash over the parameters after fixed training steps and over fixed decisions
/// of two small networks. It is the same for any number of threads and changes when a single bit of a result does. Instruction sets,
/// convolution paths and mathematical libraries round differently, so only numbers of the same ones can be compared.
/// </summary>
internal static class Behaviour
{
    /// <summary>Name among the works.</summary>
    public const string Name = "behaviour";

    private const int Steps = 8, Decisions = 8, Episodes = 12, EpisodeSteps = 5, Digits = 12;

    // Every kind of layer of qt-opt-472 at its channels, and every part of the method that the compact network's defaults leave out.
    private static readonly NetworkSpec Full = new()
    {
        Name = Name,
        ImageHeight = 40,
        ImageWidth = 40,
        Normalisation = Normalisation.Batch,
        Tower = [LayerSpec.Conv(64, 6, 2), LayerSpec.Conv(64, 5), LayerSpec.Pool(2)],
        ActionBlocks = ActionBlock.QtOpt(),
        ActionEmbedding = 64,
        Head = [LayerSpec.Conv(64, 3), LayerSpec.Conv(64, 3), LayerSpec.Pool(2), LayerSpec.Conv(64, 3, 1, Padding.Valid), LayerSpec.Dense(64)],
    };
    private static readonly TrainingSettings FullSettings = new()
    {
        Batch = 6, TargetMaximum = TargetMaximum.Cem, CemSamples = 16, CemElites = 4, TargetNetworks = 2, LagSteps = 5,
        PhotometricDistortion = true, Optimizer = OptimizerKind.Momentum, LearningRate = 1e-3f, L2 = 7e-5f, NegativeDraws = 1, AverageRate = 0.1f,
        Steps = Steps,
    };
    private static readonly TrainingSettings CompactSettings = new() { Batch = 16, AverageRate = 0.1f, Steps = Steps };

    /// <summary>The number: twelve hexadecimal digits.</summary>
    public static string Number(Device device, ulong seed = 1)
    {
        var hash = new Sha256();
        Add(hash, device, Full, FullSettings with { Seed = seed }, margin: 4);
        Add(hash, device, NetworkPresets.Get("compact-32"), CompactSettings with { Seed = seed }, margin: 0);
        return hash.Hex()[..Digits];
    }

    private static void Add(Sha256 hash, Device device, NetworkSpec spec, TrainingSettings settings, int margin)
    {
        using var dataset = new RandomDataset(spec.ImageHeight + margin, spec.ImageWidth + margin, Episodes, EpisodeSteps);
        var store = dataset.Store;
        var start = RandomNetwork.Checkpoint(device, spec, settings, settings.Seed, store.ImageHeight, store.ImageWidth);
        Checkpoint last;
        using (var trainer = new Trainer(device, store, start))
        {
            while (trainer.Step < settings.Steps) trainer.Advance();
            last = trainer.ToCheckpoint();
        }
        hash.Append(MemoryMarshal.AsBytes<float>(last.Values));
        hash.Append(MemoryMarshal.AsBytes<float>(last.Average));
        AddDecisions(hash, device, store, last);
    }

    private static void AddDecisions(Sha256 hash, Device device, EpisodeStore store, Checkpoint checkpoint)
    {
        using var policy = new GoalReachingPolicy(device, checkpoint.Policy);
        Span<float> result = stackalloc float[ActionSpace.Dimensions + 1];
        byte[] seen = new byte[store.Header.ImageBytes], goalImage = new byte[store.Header.ImageBytes];
        for (var i = 0; i < Decisions; i++)
        {
            var (frame, goal) = (store.FirstFrame(i), store.FirstFrame(i) + store.Steps(i));
            store.ReadImage(frame, seen);
            store.ReadImage(goal, goalImage);
            result[^1] = policy.Act(seen, goalImage, store.State(frame),
                new RandomKey(checkpoint.Header.Settings.Seed, Streams.Policy, (ulong)i), result[..^1]);
            hash.Append(MemoryMarshal.AsBytes(result));
        }
    }
}
