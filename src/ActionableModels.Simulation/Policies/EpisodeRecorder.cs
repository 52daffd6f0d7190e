using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Environments;

namespace ActionableModels.Simulation;

/// <summary>
/// Records episodes of one fixed length. Episode e depends on the seed and e alone, so recorders with equal arguments may share the work among
/// threads, one recorder per thread. Its scenes come from a random stream of their own: none is ever an evaluation scene.
/// </summary>
public sealed class EpisodeRecorder
{
    private readonly TabletopEnvironment environment;
    private readonly RecordingMix mix;
    private readonly RecordingPolicy[] policies;
    private readonly double totalShare;
    private readonly int steps;
    private readonly ulong seed;

    /// <summary>Makes a recorder with a world of its own.</summary>
    /// <exception cref="ActionableException">The options, the mix or the number of steps are not valid.</exception>
    public EpisodeRecorder(TabletopOptions options, RecordingMix mix, int steps, ulong seed)
    {
        if (steps is < 1 or > 1000)
            throw new ActionableException($"the number of steps of a recorded episode is {steps}; it must be from 1 to 1000");
        if (mix.Parts.Count == 0 || mix.Parts.Any(part => !(part.Share >= 0)) || !(mix.Parts.Sum(part => part.Share) > 0))
            throw new ActionableException($"the shares of the recording mix '{mix.Name}' must be at least 0 and not all 0");
        environment = new(options);
        (this.mix, this.steps, this.seed) = (mix, steps, seed);
        totalShare = mix.Parts.Sum(part => part.Share);
        policies = [.. mix.Parts.Select(part => part.Policy switch
        {
            "random" => (RecordingPolicy)new RandomPolicy(),
            "script" => ScriptedPolicy.For(options.Task, part.Noise, part.Epsilon),
            "wander" => ScriptedPolicy.For(options.Task, part.Noise, part.Epsilon, wander: true),
            _ => throw new ActionableException(Names.Unknown("recording policy", part.Policy, RecordingPart.Policies)),
        })];
    }

    /// <summary>Records episodes 0 to <paramref name="episodes"/> − 1, one after the other.</summary>
    /// <exception cref="ActionableException">The options, the mix or the number of steps are not valid.</exception>
    public static IEnumerable<Episode> Record(TabletopOptions options, RecordingMix mix, int episodes, int steps, ulong seed)
    {
        var recorder = new EpisodeRecorder(options, mix, steps, seed);
        return Enumerable.Range(0, episodes).Select(e => recorder.Record((ulong)e));
    }

    /// <summary>Records one episode; it goes on to its full length when the goal is reached on the way.</summary>
    public Episode Record(ulong episode)
    {
        var imageSize = environment.ImageHeight * environment.ImageWidth * 3;
        var images = new byte[(steps + 1) * imageSize];
        var states = new float[(steps + 1) * ActionSpace.StateDimensions];
        var actions = new float[steps * ActionSpace.Dimensions];
        var policy = policies[Choose(episode)];
        var key = new RandomKey(seed, Draws.Streams.Policy, episode);
        var seen = environment.Reset(new RandomKey(seed, Draws.Streams.Recording, episode));
        for (var t = 0; ; t++)
        {
            seen.Image.Span.CopyTo(images.AsSpan(t * imageSize));
            seen.State.Span.CopyTo(states.AsSpan(t * ActionSpace.StateDimensions));
            if (t == steps)
                return new(images, states, actions, environment.IsSuccess, policy.Name);
            var action = actions.AsSpan(t * ActionSpace.Dimensions, ActionSpace.Dimensions);
            policy.Act(environment, key, t, action);
            seen = environment.Step(action).Observation;
        }
    }

    private int Choose(ulong episode)
    {
        var at = totalShare * Philox.Uniform(new RandomKey(seed, Draws.Streams.Mix, episode), 0);
        var part = 0;
        while (part < mix.Parts.Count - 1 && at >= mix.Parts[part].Share)
            at -= mix.Parts[part++].Share;
        return part;
    }
}
