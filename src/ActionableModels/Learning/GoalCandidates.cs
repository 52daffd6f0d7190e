using ActionableModels.Actions;
using ActionableModels.Data;

namespace ActionableModels.Learning;

/// <summary>Goal candidates of a batch's random-goal rows, and the pair (s_i, a_i) at each row's cut that they are scored from.</summary>
internal sealed class GoalCandidates(int size, int candidates, int imageBytes)
{
    private const int A = ActionSpace.Dimensions, S = ActionSpace.StateDimensions;

    public Example[][] Examples { get; } = [.. Enumerable.Range(0, candidates).Select(_ => new Example[size])];
    public byte[][] Goals { get; } = [.. Enumerable.Range(0, candidates).Select(_ => new byte[size * imageBytes])];
    public byte[] CutImages { get; } = new byte[size * imageBytes];
    public float[] CutStates { get; } = new float[size * S];
    public float[] CutActions { get; } = new float[size * A];

    public void Fill(int row, Example example, long index, EpisodeStore store, ExampleExtractor extractor, uint stream)
    {
        var frame = store.FirstFrame(example.Episode) + example.Cut;
        store.ReadImage(frame, CutImages.AsSpan(row * imageBytes, imageBytes));
        store.State(frame).CopyTo(CutStates.AsSpan(row * S));
        store.Action(example.Episode, Math.Min(example.Cut, store.Steps(example.Episode) - 1)).CopyTo(CutActions.AsSpan(row * A));
        for (var m = 0; m < Examples.Length; m++)
        {
            var candidate = Examples[m][row] = example.RandomGoal ? extractor.WithCandidate(example, index, (uint)m, stream) : example;
            store.ReadImage(candidate.GoalFrame, Goals[m].AsSpan(row * imageBytes, imageBytes));
        }
    }
}
