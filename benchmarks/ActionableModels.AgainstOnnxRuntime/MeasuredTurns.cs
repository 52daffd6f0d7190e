namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>How long a network is measured.</summary>
/// <param name="Time">Least time of the measurement, all sides together.</param>
/// <param name="Decisions">Fewest decisions of each side.</param>
/// <param name="WarmUp">Time of decisions before that are not counted; the trials of the forms take twice as long at least.</param>
/// <param name="Trials">Fewest decisions of each form in the trials.</param>
/// <param name="MostInRow">Most decisions of one side in a row.</param>
internal sealed record MeasuredTurns(TimeSpan Time, int Decisions, TimeSpan WarmUp, int Trials, int MostInRow)
{
    // Turns are short enough that all sides see the same machine.
    private const double LongestTurn = 100;

    /// <summary>Compares the results, chooses ONNX Runtime's fastest forms, and measures.</summary>
    public NetworkResult Measure(Comparison comparison, string network, string source)
    {
        var agreements = comparison.Agree();
        var first = comparison.Measure(GraphForm.All, WarmUp, 1, 1);
        var block = (int)Math.Clamp(LongestTurn / first.Ours.P50, 1, MostInRow);
        var trials = comparison.Measure(GraphForm.All, WarmUp * 2, Trials, block).Theirs;
        var forms = GraphForm.All.Zip(trials, (form, its) => (Form: form, Times: its)).ToArray();
        var typical = forms.MinBy(form => form.Times.P50).Form;
        // Too few decisions have no p99: then the one with the best median stands for it.
        var slowest = forms.All(form => form.Times.P99 is not null) ? forms.MinBy(form => form.Times.P99).Form : typical;
        // The plain form beside them, with nothing kept: what a caller without our knowledge of the network writes.
        GraphForm[] compared = [.. new[] { typical, slowest, default }.Distinct()];
        Console.Error.WriteLine($"{network}: ONNX Runtime's fastest form is: {typical}; measuring for {Time.TotalSeconds:0} s and "
            + $"{Decisions} decisions of each side at least");
        var turns = comparison.Measure(compared, Time, Decisions, block);
        PeerResult[] peers = [.. compared.Zip(turns.Theirs, (form, its) => new PeerResult($"{form}", its, Ratios.Of(turns.Ours, its)))];
        return new(network, source, block, [.. forms.Select(form => Result(form.Form, form.Times, agreements[form.Form]))], turns.Ours,
            turns.Interventions, peers, Ratios.Least(peers));
    }

    private static FormResult Result(GraphForm form, Cli.Latency.TimeFigures times, Agreement agreement) => new($"{form}", times.Count,
        times.P50, times.P99, agreement.LargestDifference, agreement.SameActions, agreement.Images);
}
