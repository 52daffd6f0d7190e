using System.Runtime.CompilerServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Latency;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.OnnxRuntime;
using ActionableModels.Policies;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>Our decisions and ONNX Runtime's on the same images, on one core, in turn.</summary>
internal sealed class Comparison : IDisposable
{
    private const float LargestDifference = 1e-4f;
    private const ulong Seed = 0;
    private readonly PolicyModel model;
    private readonly ImageRing ring;
    private readonly PolicyController ours;
    private readonly Dictionary<GraphForm, OrtDecision> theirs = [];
    private readonly float[] action = new float[ActionSpace.Dimensions];
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-onnx-").FullName;
    private ulong decision;

    /// <summary>Plans both and sets the goal.</summary>
    public Comparison(OrtLibrary library, string preset)
    {
        using (var device = new CpuDevice(threads: 1))
            model = RandomNetwork.Checkpoint(device, NetworkPresets.Get(preset), new TrainingSettings(), Seed).Policy;
        ring = new ImageRing(model.Header.CameraHeight, model.Header.CameraWidth);
        ours = new PolicyController(() => new CpuDevice(threads: 1), model, new() { Seed = Seed });
        if (ours.SetGoal(ring.Goal) != ControlStatus.Ok) throw new ActionableException(ours.Message);
        foreach (var form in GraphForm.All)
        {
            var own = Directory.CreateDirectory(Path.Combine(folder, $"{theirs.Count}")).FullName;
            theirs[form] = new OrtDecision(library, model, own, form, CemSettings.QtOpt);
            theirs[form].SetGoal(ring.Goal);
        }
    }

    /// <summary>Largest difference in Q between us and each form, over all samples of CEM's first iteration on some images.</summary>
    /// <exception cref="ActionableException">It is too large: they do not compute the same.</exception>
    public Dictionary<GraphForm, float> Differences()
    {
        const int images = 4;
        var samples = CemSettings.QtOpt.Samples;
        var given = RandomInputs.Actions(samples, model.Header.Actions);
        var (q, peer) = (new float[samples], new float[samples]);
        return theirs.ToDictionary(pair => pair.Key, pair =>
        {
            var largest = 0f;
            for (var i = 0; i < images; i++)
            {
                if (ours.Evaluate(ring.Image(i), ring.State(i), given, q) != ControlStatus.Ok) throw new ActionableException(ours.Message);
                pair.Value.Evaluate(ring.Image(i), ring.State(i), given, peer);
                for (var a = 0; a < samples; a++) largest = Math.Max(largest, Math.Abs(q[a] - peer[a]));
            }
            if (!(largest <= LargestDifference))
                throw new ActionableException($"Q differs by {largest} ({pair.Key}): more than {LargestDifference}");
            return largest;
        });
    }

    /// <summary>Measures for a time, a block of decisions each in turn.</summary>
    /// <param name="forms">Forms of ONNX Runtime's graphs that take turns with ours.</param>
    /// <param name="time">For all of them together.</param>
    /// <param name="block">Decisions of one in a row.</param>
    /// <returns>Times of our decisions, and of each form's.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (LatencyTimes Ours, LatencyTimes[] Theirs) Measure(GraphForm[] forms, TimeSpan time, int block)
    {
        var (times, peers) = (new LatencyTimes(), forms.Select(_ => new LatencyTimes()).ToArray());
        foreach (var each in peers.Append(times)) each.Clear();
        var end = PolicyController.Now + (long)time.TotalNanoseconds;
        for (var turn = 0; PolicyController.Now < end; turn++)
        {
            // Every other turn in the opposite order: what the machine does besides hits all of them.
            for (var i = 0; i <= forms.Length; i++)
            {
                var place = turn % 2 == 0 ? i : forms.Length - i;
                if (place == forms.Length) Ours(times, block);
                else Theirs(theirs[forms[place]], peers[place], block);
            }
            decision += (ulong)block;
        }
        return (times, peers);
    }

    private void Ours(LatencyTimes times, int block)
    {
        for (var n = 0UL; n < (ulong)block; n++)
        {
            var place = (int)((decision + n) % (ulong)ring.Count);
            var start = PolicyController.Now;
            var status = ours.Act(ring.Image(place), ring.State(place), start, out _);
            times.Add(PolicyController.Now - start);
            if (status is not (ControlStatus.Ok or ControlStatus.Held)) throw new ActionableException(ours.Message);
        }
    }

    private void Theirs(OrtDecision peer, LatencyTimes times, int block)
    {
        for (var n = 0UL; n < (ulong)block; n++)
        {
            var place = (int)((decision + n) % (ulong)ring.Count);
            var start = PolicyController.Now;
            peer.Act(ring.Image(place), ring.State(place), new RandomKey(Seed, Streams.Policy, decision + n), action);
            times.Add(PolicyController.Now - start);
        }
    }

    /// <summary>The device of our decisions.</summary>
    public string Description => ours.DeviceDescription;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var peer in theirs.Values) peer.Dispose();
        ours.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
