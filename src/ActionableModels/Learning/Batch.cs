using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>The host side of one training batch: relabelled transitions and their images, filled in place.</summary>
internal sealed class Batch(int size, int cameraHeight, int cameraWidth, int goalCandidates = 0)
{
    private const int A = ActionSpace.Dimensions, S = ActionSpace.StateDimensions;
    private readonly int imageBytes = cameraHeight * cameraWidth * 3;

    public long Step { get; private set; } = -1;
    public Example[] Examples { get; } = new Example[size];
    public byte[] Current { get; } = new byte[size * cameraHeight * cameraWidth * 3];
    public byte[] Next { get; } = new byte[size * cameraHeight * cameraWidth * 3];
    public byte[] Goal { get; } = new byte[size * cameraHeight * cameraWidth * 3];
    public float[] CurrentStates { get; } = new float[size * S];
    public float[] NextStates { get; } = new float[size * S];
    public float[] Actions { get; } = new float[size * A];
    /// <summary>The recorded action at s_{t+1}; the transition's own where the recording ends.</summary>
    public float[] NextActions { get; } = new float[size * A];
    /// <summary>What the value-based goal samplers choose from; null for the others.</summary>
    public GoalCandidates? Candidates { get; } = goalCandidates > 0 ? new(size, goalCandidates, cameraHeight * cameraWidth * 3) : null;
    public Augmentation CurrentAugmentation { get; } = new(size);
    public Augmentation NextAugmentation { get; } = new(size);

    /// <summary>Memory of the images of a batch, which is nearly all of it.</summary>
    public static long BytesOf(int size, int cameraHeight, int cameraWidth, int goalCandidates) =>
        (3L + (goalCandidates > 0 ? 1 + goalCandidates : 0)) * size * cameraHeight * cameraWidth * 3;

    /// <summary>Fills the batch of a step: a function of the step alone.</summary>
    public void Fill(long step, EpisodeStore store, ExampleExtractor extractor, TrainingSettings settings, NetworkSpec spec,
        uint stream = Streams.Examples)
    {
        FillRows(step, 0, size, store, extractor, stream);
        Finish(step, settings, spec);
    }

    /// <summary>Fills one of several parts of a batch, which may be filled on several threads at once; <see cref="Finish"/> comes last.</summary>
    public void FillPart(long step, int part, int parts, EpisodeStore store, ExampleExtractor extractor) =>
        FillRows(step, (int)((long)size * part / parts), (int)((long)size * (part + 1) / parts), store, extractor, Streams.Examples);

    /// <summary>Ends filling: all that is not of one row.</summary>
    public void Finish(long step, TrainingSettings settings, NetworkSpec spec)
    {
        Step = step;
        Augmenter.Draw(CurrentAugmentation, NextAugmentation, size, step, settings, spec, cameraHeight, cameraWidth);
    }

    private void FillRows(long step, int from, int to, EpisodeStore store, ExampleExtractor extractor, uint stream)
    {
        for (var row = from; row < to; row++)
        {
            var example = Examples[row] = extractor.Draw(step * size + row, stream);
            var frame = store.FirstFrame(example.Episode) + example.Step;
            store.ReadImage(frame, Current.AsSpan(row * imageBytes, imageBytes));
            store.ReadImage(frame + 1, Next.AsSpan(row * imageBytes, imageBytes));
            store.ReadImage(example.GoalFrame, Goal.AsSpan(row * imageBytes, imageBytes));
            store.State(frame).CopyTo(CurrentStates.AsSpan(row * S));
            store.State(frame + 1).CopyTo(NextStates.AsSpan(row * S));
            store.Action(example.Episode, example.Step).CopyTo(Actions.AsSpan(row * A));
            var next = Math.Min(example.Step + 1, store.Steps(example.Episode) - 1);
            store.Action(example.Episode, next).CopyTo(NextActions.AsSpan(row * A));
            Candidates?.Fill(row, example, step * size + row, store, extractor, stream);
        }
    }
}
