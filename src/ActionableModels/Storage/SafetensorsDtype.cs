namespace ActionableModels.Storage;

/// <summary>The element types of safetensors, by the names that the format gives them.</summary>
public enum SafetensorsDtype
{
    /// <summary>A byte that is 0 or 1.</summary>
    BOOL,
    /// <summary>Unsigned byte.</summary>
    U8,
    /// <summary>Signed byte.</summary>
    I8,
    /// <summary>16-bit unsigned integer.</summary>
    U16,
    /// <summary>16-bit signed integer.</summary>
    I16,
    /// <summary>16-bit IEEE float.</summary>
    F16,
    /// <summary>The upper half of a 32-bit IEEE float.</summary>
    BF16,
    /// <summary>32-bit unsigned integer.</summary>
    U32,
    /// <summary>32-bit signed integer.</summary>
    I32,
    /// <summary>32-bit IEEE float.</summary>
    F32,
    /// <summary>64-bit unsigned integer.</summary>
    U64,
    /// <summary>64-bit signed integer.</summary>
    I64,
    /// <summary>64-bit IEEE float.</summary>
    F64,
}

/// <summary>Names and sizes of the element types.</summary>
public static class SafetensorsDtypes
{
    static readonly string[] Names = Enum.GetNames<SafetensorsDtype>();

    /// <summary>Bytes per element.</summary>
    public static int Size(this SafetensorsDtype dtype) => dtype switch
    {
        <= SafetensorsDtype.I8 => 1,
        <= SafetensorsDtype.BF16 => 2,
        <= SafetensorsDtype.F32 => 4,
        _ => 8,
    };

    /// <summary>The name in the file.</summary>
    public static string Name(this SafetensorsDtype dtype) => Names[(int)dtype];

    /// <summary>Finds the type of a name.</summary>
    /// <returns>Whether the name is one of the known types.</returns>
    public static bool TryParse(string name, out SafetensorsDtype dtype)
    {
        var index = Array.IndexOf(Names, name);
        dtype = (SafetensorsDtype)Math.Max(index, 0);
        return index >= 0;
    }
}
