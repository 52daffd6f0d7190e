using ActionableModels.Actions;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli;

/// <summary>What a mapping makes of the episodes that were looked at.</summary>
/// <param name="Name">The mapping.</param>
/// <param name="Episodes">Episodes that it could map.</param>
/// <param name="Clips">Whether it cuts actions to their bounds.</param>
/// <param name="Clipped">How many numbers it cut, for each action dimension.</param>
/// <param name="Actions">The action dimensions.</param>
/// <param name="States">The numbers of a state.</param>
/// <param name="Policies">The recording policies, those of most episodes first.</param>
/// <param name="Judged">Episodes of which success or failure is known.</param>
/// <param name="Successes">Those that succeeded.</param>
/// <param name="SuccessRate">Their share; null where nothing is known.</param>
/// <param name="SuccessInterval">95 % Wilson interval; null where nothing is known.</param>
internal sealed record InspectedMapping(string Name, long Episodes, bool Clips, long[] Clipped, IReadOnlyList<InspectedNumber> Actions,
    IReadOnlyList<InspectedNumber> States, IReadOnlyList<InspectedRecorder> Policies, int Judged, int Successes, double? SuccessRate,
    double[]? SuccessInterval)
{
    private const int PoliciesShown = 8;

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine();
        text.WriteLine($"mapping {Name}: {SourceInspection.Counted(Episodes, "episode")}, "
            + (SuccessRate is { } rate ? $"success {100 * rate:0.0} % [{100 * SuccessInterval![0]:0.0}, {100 * SuccessInterval[1]:0.0}] of {Amount.Count(Judged)}"
                : "success not known"));
        if (Policies.Count > 0)
            text.WriteLine("policies: " + string.Join(", ", Policies.Take(PoliciesShown).Select(p => $"{p.Policy} ({Amount.Count(p.Episodes)})"))
                + (Policies.Count > PoliciesShown ? $" and {Policies.Count - PoliciesShown} more" : ""));
        if (Episodes == 0) return;
        string[] cut = Clips ? ["cut"] : [];
        var table = new Table(["number", "low", "high", "min", "mean", "max", "deviation", .. cut, "histogram"]);
        for (var i = 0; i < Actions.Count + States.Count; i++)
        {
            var n = i < Actions.Count ? Actions[i] : States[i - Actions.Count];
            table.Add([n.Name, SourceInspection.Short(n.Low), SourceInspection.Short(n.High), SourceInspection.Short(n.Min), SourceInspection.Short(n.Mean),
                SourceInspection.Short(n.Max), SourceInspection.Short(n.Deviation), .. cut.Select(_ => i < ActionSpace.Dimensions ? Amount.Count(Clipped[i]) : ""),
                DatasetInspection.Sparks(n.Histogram)]);
        }
        table.Write(text);
    }
}

/// <summary>Episodes of one recording policy.</summary>
internal sealed record InspectedRecorder(string Policy, long Episodes, int Judged, int Successes);
