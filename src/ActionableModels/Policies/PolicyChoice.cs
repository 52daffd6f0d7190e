namespace ActionableModels.Policies;

/// <summary>What a policy chose.</summary>
/// <param name="Q">Probability of reaching the goal image; NaN for a cloned policy, which has none.</param>
/// <param name="Samples">Actions that CEM evaluated; 0 for a cloned policy.</param>
/// <param name="Cut">CEM stopped early, for its budget.</param>
/// <param name="Finite">Whether the network gave finite numbers; the action is to be used only then.</param>
internal readonly record struct PolicyChoice(float Q, int Samples, bool Cut, bool Finite);
