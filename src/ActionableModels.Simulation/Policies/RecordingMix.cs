using ActionableModels.Compute;

namespace ActionableModels.Simulation;

/// <summary>A share of the episodes of a recording.</summary>
/// <param name="Policy">script, wander or random.</param>
/// <param name="Share">Weight among the mix's parts.</param>
/// <param name="Noise">Standard deviation of the script's noise, as a fraction of the action bounds.</param>
/// <param name="Epsilon">Probability of a random action in place of the script's.</param>
public sealed record RecordingPart(string Policy, double Share, double Noise = 0, double Epsilon = 0)
{
    /// <summary>Names of the policies.</summary>
    public static IReadOnlyList<string> Policies { get; } = ["random", "script", "wander"];
}

/// <summary>Which policies record a dataset, and how often each.</summary>
/// <param name="Name">Name as on the command line.</param>
/// <param name="Steps">Steps of an episode unless stated otherwise.</param>
/// <param name="Parts">The parts, at least one.</param>
public sealed record RecordingMix(string Name, int Steps, IReadOnlyList<RecordingPart> Parts)
{
    /// <summary>Mostly the script with small noise, some picking and dropping at random places, some random motion.</summary>
    public static RecordingMix Clean { get; } =
        new("clean", 10, [new("script", 0.7, 0.12, 0.22), new("wander", 0.2, 0.12, 0.22), new("random", 0.1)]);
    /// <summary>Traces in which most actions are random: the script succeeds in less than half of its episodes.</summary>
    public static RecordingMix Dithering { get; } =
        new("dithering", 14, [new("script", 0.65, 0.15, 0.5), new("wander", 0.2, 0.15, 0.5), new("random", 0.15)]);
    /// <summary>Random motion only.</summary>
    public static RecordingMix Random { get; } = new("random", 10, [new("random", 1)]);

    /// <summary>The named mixes.</summary>
    public static IReadOnlyList<RecordingMix> All { get; } = [Clean, Dithering, Random];

    /// <summary>The mix of a name.</summary>
    /// <exception cref="ActionableException">The name is unknown.</exception>
    public static RecordingMix Named(string name) => All.FirstOrDefault(mix => mix.Name == name)
        ?? throw new ActionableException(Names.Unknown("recording mix", name, All.Select(mix => mix.Name)));
}
