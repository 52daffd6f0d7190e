using System.Runtime.CompilerServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Latency;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.OnnxRuntime;
using ActionableModels.Policies;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>Our decisions and ONNX Runtime's on the same images, on one core, in turn.</summary>
internal sealed class Comparison : IDisposable
{
    private const float LargestDifference = 1e-4f, SameAction = 1e-4f;
    private const int ComparedImages = 8;
    private const ulong Seed = 0;
    private readonly PolicyModel model;
    private readonly ImageRing ring;
    private readonly PolicyController ours;
    private readonly Dictionary<GraphForm, OrtDecision> theirs = [];
    private readonly float[] action = new float[ActionSpace.Dimensions];
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-onnx-").FullName;
    private ulong decision;

    /// <summary>Plans both and sets the goal.</summary>
    public Comparison(OrtLibrary library, PolicyModel model)
    {
        this.model = model;
        ring = new ImageRing(model.Header.CameraHeight, model.Header.CameraWidth);
        ours = Controller(new() { Seed = Seed });
        foreach (var form in GraphForm.All)
        {
            var own = Directory.CreateDirectory(Path.Combine(folder, $"{theirs.Count}")).FullName;
            theirs[form] = new OrtDecision(library, model, own, form, CemSettings.QtOpt);
            theirs[form].SetGoal(ring.Goal);
        }
    }

    /// <summary>Compares each form's Q of given actions, and the action that its search chooses with the same random numbers.</summary>
    /// <exception cref="ActionableException">They do not compute the same.</exception>
    public Dictionary<GraphForm, Agreement> Agree()
    {
        var samples = CemSettings.QtOpt.Samples;
        var given = RandomInputs.Actions(samples, model.Header.Actions);
        var (q, peerQ) = (new float[samples], new float[samples]);
        var agreements = GraphForm.All.ToDictionary(form => form, _ => new Agreement(0, 0, ComparedImages));
        // Without limits on the way from one action to the next: what is compared is the search's own choice.
        using var controller = Controller(new() { Seed = Seed, LimitRate = false, Deadline = null });
        for (var i = 0; i < ComparedImages; i++)
        {
            var image = ring.Image(i);
            var state = ring.State(i);
            if (controller.Act(image, state, PolicyController.Now, out var chosen) != ControlStatus.Ok)
                throw new ActionableException(controller.Message);
            ReadOnlySpan<float> own = chosen.Action;
            own.CopyTo(given);
            if (controller.Evaluate(image, state, given, q) != ControlStatus.Ok) throw new ActionableException(controller.Message);
            // What the search found its action to be worth, and not only what it is worth by itself.
            q[0] = chosen.Q;
            foreach (var (form, peer) in theirs)
            {
                peer.Evaluate(image, state, given, peerQ);
                peer.Act(image, state, new RandomKey(Seed, Streams.Policy, chosen.Index), action);
                var before = agreements[form];
                agreements[form] = before with
                {
                    LargestDifference = Math.Max(before.LargestDifference, Difference(q, peerQ)),
                    SameActions = before.SameActions + (Difference(own, action) <= SameAction ? 1 : 0),
                };
            }
        }
        foreach (var (form, found) in agreements) Require(form, found);
        return agreements;
    }

    /// <summary>Measures a block of decisions each, in turn, until both the time is over and the decisions are made.</summary>
    /// <param name="forms">Forms of ONNX Runtime's graphs that take turns with ours.</param>
    /// <param name="time">For all of them together.</param>
    /// <param name="decisions">Of each of them.</param>
    /// <param name="block">Decisions of one in a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Turns Measure(GraphForm[] forms, TimeSpan time, long decisions, int block)
    {
        var (times, peers) = (new LatencyTimes(), forms.Select(_ => new LatencyTimes()).ToArray());
        foreach (var each in peers.Append(times)) each.Clear();
        var counters = ours.Counters;
        var end = PolicyController.Now + (long)time.TotalNanoseconds;
        for (var turn = 0; turn == 0 || PolicyController.Now < end || times.Count < decisions; turn++)
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
        return new(times.Figures()!, InterventionCounts.Between(counters, ours.Counters), [.. peers.Select(each => each.Figures()!)]);
    }

    private void Ours(LatencyTimes times, int block)
    {
        for (var n = 0UL; n < (ulong)block; n++)
        {
            var place = (int)((decision + n) % (ulong)ring.Count);
            var start = PolicyController.Now;
            var status = ours.Act(ring.Image(place), ring.State(place), start, out var made);
            times.Add(PolicyController.Now - start);
            // One that is late was made in full: it counts as slow. Any other that was held was made in part.
            if (status != ControlStatus.Ok && made.Interventions != Interventions.Late)
                throw new ActionableException($"a decision of ours was not made ({status}, {made.Interventions}): {ours.Message}");
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

    private PolicyController Controller(ControllerOptions options)
    {
        var controller = new PolicyController(() => new CpuDevice(threads: 1), model, options);
        return controller.SetGoal(ring.Goal) == ControlStatus.Ok ? controller : throw new ActionableException(controller.Message);
    }

    // Not a number where one of them is none.
    private static float Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++) largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
        return largest;
    }

    private static void Require(GraphForm form, Agreement found)
    {
        if (!(found.LargestDifference <= LargestDifference))
            throw new ActionableException($"Q differs by {found.LargestDifference} ({form}): more than {LargestDifference}");
        if (2 * found.SameActions <= found.Images)
            throw new ActionableException($"both searches chose the same action on {found.SameActions} of {found.Images} images ({form}): "
                + "they do not search alike");
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

/// <summary>Times of decisions that took turns.</summary>
/// <param name="Ours">Of ours.</param>
/// <param name="Interventions">Of ours.</param>
/// <param name="Theirs">Of each form.</param>
internal sealed record Turns(TimeFigures Ours, InterventionCounts Interventions, TimeFigures[] Theirs);
