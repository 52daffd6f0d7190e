namespace ActionableModels.Compute.Cpu;

/// <summary>The largest of a few values.</summary>
internal static unsafe class Ranking
{
    /// <summary>
    /// Writes the positions of the <paramref name="wanted"/> largest values, largest first, equal ones by lower position; NaN is never
    /// among them. Returns how many were found. Selection by insertion: fit for short lists.
    /// </summary>
    public static int Top(float* values, int count, int wanted, int* positions)
    {
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            if (float.IsNaN(values[i]) || (found == wanted && (wanted == 0 || !(values[i] > values[positions[found - 1]])))) continue;
            var slot = found < wanted ? found++ : found - 1;
            for (; slot > 0 && values[i] > values[positions[slot - 1]]; slot--) positions[slot] = positions[slot - 1];
            positions[slot] = i;
        }
        return found;
    }
}
