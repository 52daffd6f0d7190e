namespace ActionableModels.Compute;

/// <summary>The element types that tensors hold.</summary>
public enum ElementType
{
    /// <summary>32-bit IEEE float.</summary>
    Float32,
    /// <summary>Unsigned byte: images as cameras deliver them.</summary>
    UInt8,
    /// <summary>32-bit signed integer: indices, crop offsets.</summary>
    Int32,
}

/// <summary>Sizes of element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this ElementType type) => type == ElementType.UInt8 ? 1 : 4;
}
