using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Latency;

/// <summary>Which cores decide, and which are left.</summary>
/// <param name="Deciding">Cores of the deciding threads, the main one first; null where the system chooses.</param>
/// <param name="Free">The others that this process may use.</param>
internal sealed record Placement(int[]? Deciding, int[] Free)
{
    /// <summary>Chooses before any thread is kept on a core.</summary>
    /// <param name="given">Cores of the command line.</param>
    /// <param name="threads">Deciding threads; 0: one on each core.</param>
    /// <param name="load">Whether a load takes the cores that are left: then the deciding threads stay on theirs, the last ones if none are
    /// given.</param>
    /// <exception cref="ActionableException">No core is left for the load, or the system does not tell its cores.</exception>
    public static Placement Choose(int[]? given, int threads, bool load)
    {
        var allowed = Affinity.Allowed();
        if (load && allowed.Length == 0) throw new ActionableException("a load is kept on its cores on Linux only: leave --load out");
        var deciding = given ?? (load ? allowed[Math.Max(0, allowed.Length - (threads == 0 ? allowed.Length : threads))..] : null);
        int[] free = [.. allowed.Except(deciding ?? [])];
        if (load && free.Length == 0)
            throw new ActionableException($"no core is left for the load: this process may use core {string.Join(", ", allowed)}, and "
                + "decisions take all of them; give fewer --threads or --cores, or leave --load out");
        return new(deciding, free);
    }
}
