using System.Runtime.InteropServices;

namespace ActionableModels.Control;

/// <summary>
/// What a controller did so far; laid out as actionable_counters in actionable.h. A decision counts once under <see cref="Decisions"/>, and once
/// under each of its interventions.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct ControlCounters
{
    /// <summary>Calls that reached a decision, hold included.</summary>
    public ulong Decisions;
    /// <summary>Decisions that gave the hold action.</summary>
    public ulong Held;
    /// <summary>See <see cref="Interventions.NonFiniteInput"/>.</summary>
    public ulong NonFiniteInput;
    /// <summary>See <see cref="Interventions.NonFiniteOutput"/>.</summary>
    public ulong NonFiniteOutput;
    /// <summary>See <see cref="Interventions.WrongSize"/>; goal images count too.</summary>
    public ulong WrongSize;
    /// <summary>See <see cref="Interventions.BlankImage"/>.</summary>
    public ulong BlankImage;
    /// <summary>See <see cref="Interventions.StaleImage"/>.</summary>
    public ulong StaleImage;
    /// <summary>See <see cref="Interventions.StateRange"/>.</summary>
    public ulong StateRange;
    /// <summary>See <see cref="Interventions.Late"/>.</summary>
    public ulong Late;
    /// <summary>Reads of the newest decision that gave the hold action; see <see cref="Interventions.Watchdog"/>.</summary>
    public ulong Watchdog;
    /// <summary>See <see cref="Interventions.Fault"/>.</summary>
    public ulong Fault;
    /// <summary>See <see cref="Interventions.Boxed"/>.</summary>
    public ulong Boxed;
    /// <summary>See <see cref="Interventions.RateLimited"/>.</summary>
    public ulong RateLimited;
    /// <summary>See <see cref="Interventions.BudgetSpent"/>.</summary>
    public ulong BudgetSpent;
    /// <summary>See <see cref="Interventions.Unstamped"/>.</summary>
    public ulong Unstamped;
    /// <summary>Models swapped in.</summary>
    public ulong Swaps;
    /// <summary>Models refused by a swap, the old one going on.</summary>
    public ulong RejectedSwaps;
    /// <summary>Time of the last decision, nanoseconds.</summary>
    public long LastNs;
    /// <summary>Longest time of a decision.</summary>
    public long LongestNs;
    /// <summary>Time of all decisions.</summary>
    public long TotalNs;
}
