namespace ActionableModels.Learning;

/// <summary>One relabelled transition (Algorithm 1, lines 1 to 7).</summary>
/// <param name="Episode">Episode of the transition.</param>
/// <param name="Step">Step t: s_t, a_t, s_{t+1}.</param>
/// <param name="Cut">The cut i of the sub-sequence, t &lt; i.</param>
/// <param name="GoalFrame">Global frame number of the goal.</param>
/// <param name="RandomGoal">The goal was drawn at random, not taken from the cut.</param>
/// <param name="Reached">s_{t+1} is the very frame of the goal.</param>
public readonly record struct Example(int Episode, int Step, int Cut, long GoalFrame, bool RandomGoal, bool Reached)
{
    /// <summary>The transition leads into the cut.</summary>
    public bool IntoCut => Step + 1 == Cut;

    /// <summary>Steps from s_t to the goal along the recording; only for goals of the same episode.</summary>
    public int StepsToGoal => Cut - Step;
}
