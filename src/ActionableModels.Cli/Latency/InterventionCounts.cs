using ActionableModels.Control;

namespace ActionableModels.Cli.Latency;

/// <summary>The counters of a controller over some decisions; see <see cref="ControlCounters"/>.</summary>
internal sealed record InterventionCounts(ulong Decisions, ulong Held, ulong NonFiniteInput, ulong NonFiniteOutput, ulong WrongSize,
    ulong BlankImage, ulong StaleImage, ulong StateRange, ulong Late, ulong Watchdog, ulong Fault, ulong Boxed, ulong RateLimited,
    ulong BudgetSpent, ulong Unstamped, ulong Swaps, ulong RejectedSwaps)
{
    /// <summary>From one reading to a later one.</summary>
    public static InterventionCounts Between(in ControlCounters a, in ControlCounters b) => new(b.Decisions - a.Decisions, b.Held - a.Held,
        b.NonFiniteInput - a.NonFiniteInput, b.NonFiniteOutput - a.NonFiniteOutput, b.WrongSize - a.WrongSize, b.BlankImage - a.BlankImage,
        b.StaleImage - a.StaleImage, b.StateRange - a.StateRange, b.Late - a.Late, b.Watchdog - a.Watchdog, b.Fault - a.Fault,
        b.Boxed - a.Boxed, b.RateLimited - a.RateLimited, b.BudgetSpent - a.BudgetSpent, b.Unstamped - a.Unstamped, b.Swaps - a.Swaps,
        b.RejectedSwaps - a.RejectedSwaps);

    /// <summary>Names and counts.</summary>
    public IEnumerable<(string Name, ulong Count)> Rows() =>
    [
        ("hold action given", Held), ("non-finite input", NonFiniteInput), ("non-finite output", NonFiniteOutput),
        ("wrong image size", WrongSize), ("blank image", BlankImage), ("stale image", StaleImage), ("state out of range", StateRange),
        ("late", Late), ("watchdog", Watchdog),
        ("fault", Fault), ("cut to the box", Boxed), ("rate limited", RateLimited), ("budget spent", BudgetSpent),
        ("no time stamp", Unstamped), ("models swapped in", Swaps), ("models refused", RejectedSwaps),
    ];
}
