using ActionableModels.Storage;

namespace ActionableModels;

/// <summary>Helps a person who mistyped a name.</summary>
public static class Names
{
    /// <summary>`unknown preset 'compact48'; did you mean 'compact-48'? known: …`: the nearest name when it is near enough, and all names.</summary>
    /// <param name="kind">What is named: preset, task, method.</param>
    /// <param name="given">The name that does not exist.</param>
    /// <param name="known">The names that do.</param>
    public static string Unknown(string kind, string given, IEnumerable<string> known)
    {
        var names = known.ToArray();
        var nearest = names.MinBy(name => EditDistance(given, name));
        var near = nearest is not null && EditDistance(given, nearest) <= Math.Max(2, nearest.Length / 2);
        return $"unknown {kind} '{FileFault.Show(given, 80)}';{(near ? $" did you mean '{nearest}'?" : "")} known: {string.Join(", ", names)}";
    }

    /// <summary>Levenshtein distance, ignoring case; only the first 64 characters count.</summary>
    public static int EditDistance(string a, string b)
    {
        const int limit = 64;
        a = (a.Length > limit ? a[..limit] : a).ToLowerInvariant();
        b = (b.Length > limit ? b[..limit] : b).ToLowerInvariant();
        Span<int> row = stackalloc int[limit + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
