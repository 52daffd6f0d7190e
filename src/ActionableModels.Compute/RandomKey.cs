namespace ActionableModels.Compute;

/// <summary>
/// Names one sequence of counter-based random numbers (Philox 4×32-10; Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3",
/// SC 2011). Element i of a draw depends on (seed, stream, counter, i) alone: never on threads, devices or what was drawn before.
/// </summary>
/// <param name="Seed">The run's seed: the Philox key.</param>
/// <param name="Stream">What the numbers are for: every use has a stream of its own.</param>
/// <param name="Counter">Which draw of that stream, usually the training step or decision number.</param>
public readonly record struct RandomKey(ulong Seed, uint Stream, ulong Counter);
