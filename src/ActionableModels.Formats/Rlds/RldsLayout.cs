namespace ActionableModels.Formats.Rlds;

/// <summary>Type of a field.</summary>
internal enum RldsLayoutType
{
    Bool,
    UInt8,
    Int32,
    Int64,
    Float32,
    Text,
    Image,
}

/// <summary>Makes the numbers of one value.</summary>
/// <param name="episode">The episode.</param>
/// <param name="row">Observation, 0 … T; 0 for fields of the episode.</param>
/// <param name="values">Receives as many numbers as the shape has; zeros at first.</param>
internal delegate void RldsLayoutNumbers(RldsExportEpisode episode, int row, Span<float> values);

/// <summary>One field of a layout.</summary>
/// <param name="Group">The dictionaries that it lies in, with slashes between them; empty: the episode itself.</param>
/// <param name="Name">Its name there, which may hold slashes of its own.</param>
/// <param name="Type">Type.</param>
/// <param name="Shape">Shape of one value; empty for single values, texts and images.</param>
internal sealed record RldsLayoutField(string Group, string Name, RldsLayoutType Type, params int[] Shape)
{
    /// <summary>The groups that every layout has.</summary>
    public const string InEpisode = "", InStep = "steps", InObservation = "steps/observation", InAction = "steps/action";

    /// <summary>Makes numbers; null for texts and images. All numbers of the layouts are exact in float32.</summary>
    public RldsLayoutNumbers? Numbers { get; init; }
    /// <summary>Makes texts.</summary>
    public Func<RldsExportEpisode, string>? Text { get; init; }
    /// <summary>Whether each value is stored as a zlib stream of its bytes.</summary>
    public bool Zlib { get; init; }

    /// <summary>Name in an Example.</summary>
    public string Key => Group.Length == 0 ? Name : $"{Group}/{Name}";
    /// <summary>Whether every step has a value.</summary>
    public bool PerStep => Group == InStep || Group.StartsWith(InStep + "/", StringComparison.Ordinal);
    /// <summary>Numbers of one value.</summary>
    public int Width => Shape.Aggregate(1, (product, side) => product * side);
}

/// <summary>A schema of episodes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Config">The dataset's configuration, a folder below its name; null where there is none.</param>
/// <param name="Version">The dataset's version.</param>
/// <param name="TellsImageFormat">Whether features.json says if images are PNG or JPEG; without that readers look at the files.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record RldsLayout(string Name, string? Config, string Version, bool TellsImageFormat, IReadOnlyList<RldsLayoutField> Fields);
