namespace ActionableModels;

/// <summary>
/// Select as System.Linq defines it, by one iterator. Compiled ahead of time, System.Linq's own becomes one for every kind of source and every pair
/// of value types that the program selects, 10 MB of them; extension methods of an enclosing namespace go before imported ones.
/// </summary>
internal static class PlainSelect
{
    /// <summary>What <paramref name="selector"/> makes of each element.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (var element in source) yield return selector(element);
    }

    /// <summary>What <paramref name="selector"/> makes of each element and its number.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)
    {
        var index = 0;
        foreach (var element in source) yield return selector(element, index++);
    }
}
