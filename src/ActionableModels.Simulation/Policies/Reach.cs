namespace ActionableModels.Simulation;

/// <summary>The farthest that one action moves the hand; metres.</summary>
internal static class Reach
{
    public const float Sideways = 0.12f, Height = 0.10f;
}
