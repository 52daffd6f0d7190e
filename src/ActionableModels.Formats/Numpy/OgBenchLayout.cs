namespace ActionableModels.Formats.Numpy;

/// <summary>How an OGBench file counts the rows of a trajectory of T transitions (ogbench/utils.py).</summary>
internal enum OgBenchLayout
{
    /// <summary>As the benchmark stores it: T + 1 rows, terminals 1 on the last.</summary>
    Stored,
    /// <summary>As it is loaded with compact_dataset: T + 1 rows, valids 0 on the last, terminals 1 on the last two.</summary>
    Compact,
    /// <summary>As it is loaded without: T rows, terminals 1 on the last, the last observation in next_observations.</summary>
    Regular,
}
