namespace ActionableModels.Formats.Rlds;

/// <summary>What a feature of a tf.train.Example holds.</summary>
internal enum FeatureKind
{
    /// <summary>The example has no such feature.</summary>
    Missing,
    /// <summary>It has one without a list.</summary>
    Empty,
    /// <summary>A BytesList.</summary>
    Bytes,
    /// <summary>A FloatList.</summary>
    Floats,
    /// <summary>An Int64List.</summary>
    Integers,
}

/// <summary>Where the list of a feature lies in its record.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Start">First byte of the list's message.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct FeatureRange(FeatureKind Kind, int Start, int Length)
{
    /// <summary>What messages call it.</summary>
    public string Show() => Kind switch
    {
        FeatureKind.Bytes => "a list of bytes",
        FeatureKind.Floats => "a list of floats",
        FeatureKind.Integers => "a list of integers",
        _ => "nothing",
    };
}
