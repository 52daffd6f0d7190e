using ActionableModels.Actions;
using ActionableModels.Data;
using ActionableModels.Formats.Mappings;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>Counts what a mapping makes of episodes, in fixed memory.</summary>
internal sealed class MappingStatistics(EpisodeMapping mapping)
{
    private const int MostPolicies = 1_000;
    private const string OtherPolicies = "(others)";

    private readonly NumberSummary[] actions = [.. Enumerable.Range(0, ActionSpace.Dimensions).Select(d => NumberSummary.Empty(
        ActionSpace.Names[d], mapping.Actions.Low[d], mapping.Actions.High[d], ActionSpace.IsBinary(d)))];
    private readonly NumberSummary closed = NumberSummary.Empty(DatasetHeader.StateNames[0], 0, 1, binary: true);
    private readonly StreamedNumber height = new();
    private readonly long[] clipped = new long[ActionSpace.Dimensions];
    private readonly Dictionary<string, InspectedRecorder> policies = [];
    private long episodes;

    /// <summary>Counts an episode.</summary>
    public void Add(MappedEpisode episode)
    {
        for (var i = 0; i < episode.Actions.Length; i++) actions[i % ActionSpace.Dimensions].Histogram.Add(episode.Actions[i]);
        for (var i = 0; i < episode.States.Length; i += ActionSpace.StateDimensions)
        {
            closed.Histogram.Add(episode.States[i]);
            height.Add(episode.States[i + 1]);
        }
        for (var d = 0; d < clipped.Length; d++) clipped[d] += episode.Clipped[d];
        var name = policies.ContainsKey(episode.Policy) || policies.Count < MostPolicies ? episode.Policy : OtherPolicies;
        var policy = policies.GetValueOrDefault(name) ?? new(name, 0, 0, 0);
        policies[name] = new(name, policy.Episodes + 1, policy.Judged + (episode.Success is null ? 0 : 1),
            policy.Successes + (episode.Success == true ? 1 : 0));
        episodes++;
    }

    /// <summary>What was counted.</summary>
    public InspectedMapping Result()
    {
        var (judged, successes) = (policies.Values.Sum(p => p.Judged), policies.Values.Sum(p => p.Successes));
        var interval = WilsonInterval.Of(successes, judged);
        var heights = new InspectedNumber(DatasetHeader.StateNames[1], height.Min, height.Max, height.Min, height.Mean, height.Max, height.Deviation,
            height.Histogram().Counts);
        return new(mapping.Name, episodes, mapping.Clips, clipped, [.. actions.Select(InspectedNumber.Of)], [InspectedNumber.Of(closed), heights],
            [.. policies.Values.OrderByDescending(p => p.Episodes).ThenBy(p => p.Policy, StringComparer.Ordinal)], judged, successes,
            judged == 0 ? null : interval.Rate, judged == 0 ? null : [interval.Low, interval.High]);
    }
}
