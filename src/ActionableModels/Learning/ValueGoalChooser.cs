using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>
/// Chooses each random goal among uniform candidates by Q(s_i, a_i, g) of the averaged network at the cut (end of section 4.2):
/// the highest, or one drawn by exp(Q/temperature).
/// </summary>
internal sealed class ValueGoalChooser
{
    private readonly Device device;
    private readonly TrainingSettings settings;
    private readonly ImageInput images;
    private readonly PairEncoder encoder;
    private readonly InferenceHead head;
    private readonly float[][] logits;

    public ValueGoalChooser(Arena arena, NetworkSpec spec, TrainingSettings settings, FoldedNetwork average, int cameraHeight,
        int cameraWidth)
    {
        (device, this.settings) = (arena.Device, settings);
        images = new ImageInput(arena, spec, settings.Batch, cameraHeight, cameraWidth);
        encoder = new PairEncoder(arena, spec, average, images);
        head = new InferenceHead(arena, spec, average, encoder.Image, 1);
        logits = [.. Enumerable.Range(0, GoalSamplers.ValueCandidates).Select(_ => new float[settings.Batch])];
    }

    /// <summary>Replaces the goals of the batch's random-goal rows by the chosen ones.</summary>
    public void Choose(Batch batch)
    {
        var candidates = batch.Candidates!;
        device.Upload<float>(candidates.CutActions, head.Actions);
        device.Upload<float>(candidates.CutStates, head.States);
        for (var m = 0; m < logits.Length; m++)
        {
            images.Load(candidates.CutImages, candidates.Goals[m]);
            encoder.Encode();
            head.Forward();
            device.Download<float>(head.Outputs, logits[m]);
        }
        var bytes = batch.Goal.Length / batch.Examples.Length;
        for (var row = 0; row < batch.Examples.Length; row++)
        {
            if (!batch.Examples[row].RandomGoal) continue;
            var chosen = Pick(row, new RandomKey(settings.Seed, Streams.GoalChoice, (ulong)(batch.Step * batch.Examples.Length + row)));
            batch.Examples[row] = candidates.Examples[chosen][row];
            candidates.Goals[chosen].AsSpan(row * bytes, bytes).CopyTo(batch.Goal.AsSpan(row * bytes));
        }
    }

    private int Pick(int row, RandomKey key)
    {
        var (best, most) = (0, float.NegativeInfinity);
        for (var m = 0; m < logits.Length; m++)
        {
            var score = 1 / (1 + MathF.Exp(-logits[m][row]));
            // Gumbel noise turns the maximum into a draw from the soft-max.
            if (settings.GoalSampler == "skewed")
                score = score / settings.Temperature - MathF.Log(-MathF.Log(Philox.Uniform(key, (uint)m)));
            if (score > most) (best, most) = (m, score);
        }
        return best;
    }
}
