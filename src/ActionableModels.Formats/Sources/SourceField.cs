namespace ActionableModels.Formats.Sources;

/// <summary>What the values of a field are.</summary>
public enum FieldType
{
    /// <summary>True or false, read as 1 or 0.</summary>
    Bool,
    /// <summary>Whole numbers.</summary>
    Integer,
    /// <summary>Floating-point numbers.</summary>
    Float,
    /// <summary>UTF-8 text.</summary>
    Text,
    /// <summary>Images: files of JPEG or PNG, or raw pixels.</summary>
    Image,
    /// <summary>Something that is not read; a fault only where it is asked for.</summary>
    Other,
}

/// <summary>One field of a source's schema.</summary>
/// <param name="Name">Full name, levels with slashes between them: <c>steps/observation/image</c>.</param>
/// <param name="Type">What its values are.</param>
/// <param name="DataType">The source's own word for it, with the encoding where there is one: <c>float32</c>, <c>float32 zlib</c>.</param>
/// <param name="Shape">Shape of one step's value, or of the episode's; −1 where it varies.</param>
/// <param name="PerStep">Whether every step has a value; else the episode has one.</param>
public sealed record SourceField(string Name, FieldType Type, string DataType, IReadOnlyList<int> Shape, bool PerStep)
{
    /// <summary>Why it cannot be read, for a message; null where it can. Asking for it nevertheless is a fault.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether it belongs to the T transitions, so that a row beyond them means nothing (an RLDS step's action, reward and discount).</summary>
    public bool OfTransition { get; init; }
}
