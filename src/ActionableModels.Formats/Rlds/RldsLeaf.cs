using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>One field of an RLDS dataset: what it is and under which keys examples hold it.</summary>
/// <param name="Field">Name, type and shape as others see it.</param>
/// <param name="Type">Element type.</param>
/// <param name="Encoding">How its tensors are stored.</param>
/// <param name="Shape">Shape of one tensor, without the sequences around it; −1 where it varies.</param>
/// <param name="Lengths">Length of each sequence around it other than steps, outermost first; −1 where it varies.</param>
/// <param name="Slot">Number of the key that holds its values.</param>
/// <param name="ShapeSlot">Number of the key that holds its tensors' shapes where more than one dimension varies; else −1.</param>
/// <param name="LengthSlots">Numbers of the keys that hold the inner sequences' lengths.</param>
internal sealed record RldsLeaf(SourceField Field, RldsType Type, RldsEncoding Encoding, int[] Shape, int[] Lengths, int Slot, int ShapeSlot,
    int[] LengthSlots)
{
    /// <summary>Full name.</summary>
    public string Name => Field.Name;
    /// <summary>Why it cannot be read; null where it can.</summary>
    public string? Problem => Field.Problem;
    /// <summary>Whether each step has a value.</summary>
    public bool PerStep => Field.PerStep;
    /// <summary>Whether the shape of each tensor is stored with it.</summary>
    public bool Dynamic => ShapeSlot >= 0;
    /// <summary>Whether exactly one dimension of its tensors varies.</summary>
    public bool Varies => !Dynamic && Shape.Contains(-1);
    /// <summary>Product of the known dimensions: the elements of one tensor where none varies.</summary>
    public long Elements { get; } = Shape.Where(d => d >= 0).Aggregate(1L, (a, d) => a * d);
    /// <summary>Whether every step has as many values of its list as another: what the number of steps can be counted by.</summary>
    public bool Counts => PerStep && Problem is null && Lengths.Length == 0 && ValuesOfStep > 0;
    /// <summary>Values of its list that one step takes; 0 where that varies.</summary>
    public long ValuesOfStep => Field.Type == FieldType.Image || Encoding != RldsEncoding.None ? 1 : Varies || Dynamic ? 0 : Elements;
}
