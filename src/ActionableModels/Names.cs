namespace ActionableModels;

/// <summary>Messages for names that do not exist, with the nearest that do.</summary>
public static class Names
{
    /// <summary>`unknown preset 'compact48'; did you mean 'compact-48'? known: …`.</summary>
    /// <param name="kind">What is named: preset, task, method.</param>
    /// <param name="given">The name that does not exist.</param>
    /// <param name="known">The names that do.</param>
    public static string Unknown(string kind, string given, IEnumerable<string> known)
    {
        var all = known.ToArray();
        var near = all.Select(name => (name, distance: Distance(given.ToLowerInvariant(), name)))
            .Where(pair => pair.distance <= Math.Max(2, pair.name.Length / 3)).OrderBy(pair => pair.distance).Select(pair => $"'{pair.name}'").Take(2).ToArray();
        var hint = near.Length > 0 ? $"did you mean {string.Join(" or ", near)}? " : "";
        return $"unknown {kind} '{given}'; {hint}known: {string.Join(", ", all)}";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }
        return row[^1];
    }
}
