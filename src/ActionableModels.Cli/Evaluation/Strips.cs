using ActionableModels.Evaluation;
using ActionableModels.Imaging;

namespace ActionableModels.Cli;

/// <summary>Film strips of the episodes whose frames were kept.</summary>
internal static class Strips
{
    /// <summary>Episodes that eval keeps for strips.</summary>
    public const int Episodes = 6;

    /// <summary>One strip per kept episode.</summary>
    public static IReadOnlyList<(EpisodeOutcome Outcome, RgbImage Image)> Of(EvaluationResult result, int height, int width) =>
    [
        .. result.Outcomes.Where(outcome => outcome.Frames is not null).Select((outcome, i) => (outcome, FilmStrip.Compose(
            new RgbImage(height, width, outcome.Goal!), [.. outcome.Frames!.Select(frame => new RgbImage(height, width, frame))],
                $"episode {i}", outcome.Success))),
    ];
}
