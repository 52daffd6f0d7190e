using ActionableModels.Compute;

namespace ActionableModels.Simulation;

/// <summary>Philox numbers read one after the other; every draw takes one block of the key's sequence.</summary>
internal struct Draws(RandomKey key)
{
    private uint next;

    /// <summary>Uniform in (low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * Philox.Uniform(key, 4 * next++);

    /// <summary>Standard normal.</summary>
    public double Normal() => Philox.Normal(key, 2 * next++);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Uniform(0, 1) < probability;

    /// <summary>
    /// The streams of the tabletop world. Evaluation scenes and recorded scenes come from different streams, so no recorded
    /// scene is ever an evaluation scene, whatever the seeds.
    /// </summary>
    public static class Streams
    {
        /// <summary>Scenes of <see cref="Environments.IGoalEnvironment.Reset"/>: key = the seed.</summary>
        public const uint Evaluation = 0x5441_0001;
        /// <summary>Scenes of recorded episodes: key = the recording's seed, counter = the episode.</summary>
        public const uint Recording = 0x5441_0002;
        /// <summary>Decisions of recording policies, keyed as the recorded scenes.</summary>
        public const uint Policy = 0x5441_0003;
        /// <summary>Choice of the policy of a recorded episode.</summary>
        public const uint Mix = 0x5441_0004;
    }
}
