using System.Text.Json;
using System.Text.Json.Serialization;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Networks;

/// <summary>How the current and the goal image meet.</summary>
public enum GoalMerge
{
    /// <summary>Stacked by channel before the first convolution (the paper, Fig. 4).</summary>
    Channels,
    /// <summary>A tower each, their maps concatenated by channel before the action is added (as in PI-QT-Opt's drawing).</summary>
    Towers,
}

/// <summary>Normalisation after convolutions and dense layers.</summary>
public enum Normalisation
{
    /// <summary>None: every layer has a bias.</summary>
    None,
    /// <summary>
    /// Batch normalisation as in QT-Opt: scale and shift, no bias; the first convolution and the action sum keep a bias and have no scale.
    /// </summary>
    Batch,
}

/// <summary>What the network computes.</summary>
public enum NetworkOutput
{
    /// <summary>One logit per action: Q(s, a, g) = sigmoid.</summary>
    QValue,
    /// <summary>
    /// An action for (s, g): x, y, z as fractions of the bounds, sine and cosine of the azimuth, logits of close, open, terminate
    /// (goal-conditioned behavioural cloning).
    /// </summary>
    Action,
}

/// <summary>
/// The declarative network: an image tower, an action embedding added to its map, a head (QT-Opt, shared/reference/qtopt.md 1.1).
/// </summary>
public sealed record NetworkSpec
{
    // Bounds on what a specification from a file can cost, whatever its weights: 128 MiB for a tower's map of one pair, 16 MiB for a head's of
    // one action, and seven and six times the multiply-adds of qt-opt-472.
    private const long MostTowerNumbers = 1 << 25, MostHeadNumbers = 1 << 22, MostTowerWork = 1L << 35, MostHeadWork = 1L << 30;
    private const int LongestName = 200;
    // Channels are computed by whole vectors: a lone one costs as much as these.
    private const int Lanes = 16;

    /// <summary>Preset name.</summary>
    public required string Name { get; init; }
    /// <summary>Input height in pixels, after the crop.</summary>
    public required int ImageHeight { get; init; }
    /// <summary>Input width in pixels, after the crop.</summary>
    public required int ImageWidth { get; init; }
    /// <summary>How current and goal image meet.</summary>
    public GoalMerge GoalMerge { get; init; } = GoalMerge.Channels;
    /// <summary>Normalisation of every layer.</summary>
    public Normalisation Normalisation { get; init; } = Normalisation.None;
    /// <summary>What the network computes.</summary>
    public NetworkOutput Output { get; init; } = NetworkOutput.QValue;
    /// <summary>Layers from the image to the map.</summary>
    public required LayerSpec[] Tower { get; init; }
    /// <summary>Action and state inputs.</summary>
    public required ActionBlock[] ActionBlocks { get; init; }
    /// <summary>Width of the sum of the blocks' dense layers.</summary>
    public required int ActionEmbedding { get; init; }
    /// <summary>Layers from map plus action to the last dense layer; dense layers come last.</summary>
    public required LayerSpec[] Head { get; init; }
    /// <summary>
    /// Standard deviation of the truncated normal that weights start from; 0 means √(2/fan-in) per layer (He et al. 2015).
    /// </summary>
    public float InitialDeviation { get; init; }
    /// <summary>Decay of batch normalisation's moving statistics.</summary>
    [JsonRequired] public float NormDecay { get; init; } = 0.9997f;
    /// <summary>Batch normalisation's ε.</summary>
    [JsonRequired] public float NormEpsilon { get; init; } = 0.001f;

    /// <summary>Outputs per row: 1 for Q, 8 for actions.</summary>
    [JsonIgnore] public int Outputs => Output == NetworkOutput.QValue ? 1 : 8;
    /// <summary>Channels of the tower's input.</summary>
    [JsonIgnore] public int InputChannels => GoalMerge == GoalMerge.Channels ? 6 : 3;
    /// <summary>Numbers in the action input.</summary>
    [JsonIgnore] public int ActionInputs => ActionBlocks.Sum(block => block.Columns.Length);

    /// <summary>The map that the action is added to: height, width, channels.</summary>
    [JsonIgnore]
    public (int Height, int Width, int Channels) Map
    {
        get
        {
            var map = Tower.Aggregate((ImageHeight, ImageWidth, InputChannels), (shape, layer) => layer.Output(shape));
            return GoalMerge == GoalMerge.Towers ? (map.Item1, map.Item2, 2 * map.Item3) : map;
        }
    }

    /// <summary>The same network with actions as its output (the GCBC baseline, section 6.3): only the state blocks enter.</summary>
    public NetworkSpec WithActionOutput() => this with
    {
        Output = NetworkOutput.Action,
        ActionBlocks = [.. ActionBlocks.Where(block => block.Columns.All(column => column.Source >= ActionSpace.Dimensions))],
    };

    /// <summary>Multiply-adds of the tower for one (s, g).</summary>
    public long TowerMultiplyAdds() => (GoalMerge == GoalMerge.Towers ? 2 : 1) 
        * MultiplyAdds(Tower, (ImageHeight, ImageWidth, InputChannels));

    /// <summary>Multiply-adds of action embedding and head for one action.</summary>
    public long ActionMultiplyAdds()
    {
        var map = Map;
        var last = Head.Aggregate(map, (shape, layer) => layer.Output(shape));
        return (long)ActionInputs * ActionEmbedding + (long)ActionEmbedding * map.Channels
            + MultiplyAdds(Head, map) + (long)last.Height * last.Width * last.Channels * Outputs;
    }

    private static long MultiplyAdds(LayerSpec[] layers, (int Height, int Width, int Channels) shape)
    {
        long sum = 0;
        foreach (var layer in layers)
        {
            var output = layer.Output(shape);
            sum += layer.Kind switch
            {
                LayerKind.Conv => (long)output.Height * output.Width * output.Channels * layer.Kernel * layer.Kernel * shape.Channels,
                LayerKind.Dense => (long)shape.Height * shape.Width * shape.Channels * output.Channels,
                _ => 0,
            };
            shape = output;
        }
        return sum;
    }

    /// <summary>The specification as JSON, the same text for equal specifications.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, HeaderJson.Default.NetworkSpec);

    /// <summary>Reads and checks a specification.</summary>
    /// <exception cref="ActionableException">The text is not a valid specification.</exception>
    public static NetworkSpec FromJson(string text, string where)
    {
        try
        {
            return (JsonSerializer.Deserialize(text, HeaderJson.Default.NetworkSpec) ?? throw new JsonException("it is null")).Checked(where);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ActionableException(
                $"{where}: the network specification cannot be read ({FileFault.Show(e.Message)}); was the file written by another version?", e);
        }
    }

    /// <summary>Checks that every layer fits and returns the specification.</summary>
    /// <exception cref="ActionableException">A layer is impossible; the message names it.</exception>
    public NetworkSpec Checked(string where)
    {
        ActionableException Wrong(string what) => new($"{where}: network {FileFault.Quote(Name ?? "")}: {what}");
        if (Tower is null || Head is null || ActionBlocks is null || Name is null) throw Wrong("a part is missing");
        if (Name.Length > LongestName || Name.Any(char.IsControl)) throw Wrong($"its name is not one line of at most {LongestName} characters");
        if (!Enum.IsDefined(GoalMerge) || !Enum.IsDefined(Normalisation) || !Enum.IsDefined(Output))
            throw Wrong("goal merge, normalisation or output has an unknown value");
        if (ImageHeight is < 1 or > 4096 || ImageWidth is < 1 or > 4096)
            throw Wrong($"image size {ImageHeight}×{ImageWidth} is not within 1 to 4096");
        if (ActionEmbedding is < 1 or > 65536) throw Wrong($"action embedding {ActionEmbedding} is not within 1 to 65536");
        if (InitialDeviation is not (>= 0 and <= 1) || NormDecay is not (>= 0 and < 1) || NormEpsilon is not (> 0 and <= 1)
            || !float.IsNormal(NormEpsilon))
            throw Wrong("initial deviation, decay or epsilon is out of range");
        if (Tower.Length is 0 or > 64 || Head.Length > 64) throw Wrong("a tower has 1 to 64 layers and a head at most 64");
        if (ActionBlocks.Length is 0 or > 64) throw Wrong("there are 1 to 64 action blocks");
        foreach (var block in ActionBlocks)
            if (block is null || !IsBlockName(block.Name) || block.Columns is not { Length: > 0 and <= 64 } || !float.IsFinite(block.Scale)
                || block.Columns.Any(column => column.Source < 0 || column.Source >= ActionSpace.Dimensions + ActionSpace.StateDimensions
                    || !Enum.IsDefined(column.Kind)))
                throw Wrong($"action block {FileFault.Quote(block?.Name ?? "")} is not valid");
        if (ActionBlocks.Select(block => block.Name).Distinct().Count() != ActionBlocks.Length)
            throw Wrong("two action blocks have one name");
        CheckLayers(Tower, (ImageHeight, ImageWidth, InputChannels), "tower", MostTowerNumbers,
            GoalMerge == GoalMerge.Towers ? MostTowerWork / 2 : MostTowerWork, Wrong);
        CheckLayers(Head, Map, "head", MostHeadNumbers, MostHeadWork, Wrong);
        return this;
    }

    // Block names are parts of tensor names: a sum or merge of their own would be one name for two tensors.
    private static bool IsBlockName(string? name) =>
        name is { Length: > 0 and <= 64 } and not ("sum" or "merge")
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static void CheckLayers(LayerSpec[] layers, (int Height, int Width, int Channels) shape, string part, long most,
        long mostWork, Func<string, ActionableException> wrong)
    {
        var dense = false;
        var work = 0L;
        if (Numbers(shape) > most) throw wrong($"the input of the {part} has more than {most} numbers");
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            if (layer is null || !Enum.IsDefined(layer.Kind) || !Enum.IsDefined(layer.Padding))
                throw wrong($"{part} layer {i + 1} is not valid");
            if (dense && layer.Kind != LayerKind.Dense) throw wrong($"{part} layer {i + 1} follows a dense layer and is not dense");
            if (layer.Kind != LayerKind.Pool && layer.Channels is < 1 or > 65536)
                throw wrong($"{part} layer {i + 1} has {layer.Channels} channels");
            if (layer.Kind != LayerKind.Dense && (layer.Kernel is < 1 or > 64 || layer.Stride is < 1 or > 64))
                throw wrong($"{part} layer {i + 1} has kernel {layer.Kernel}, stride {layer.Stride}");
            dense = layer.Kind == LayerKind.Dense;
            var taps = layer.Kind switch
            {
                LayerKind.Conv => (long)layer.Kernel * layer.Kernel * shape.Channels,
                LayerKind.Pool => layer.Kernel * layer.Kernel,
                _ => Numbers(shape),
            };
            shape = layer.Output(shape);
            if (shape.Height < 1 || shape.Width < 1) throw wrong($"{part} layer {i + 1} leaves nothing of the map");
            if (Numbers(shape) > most) throw wrong($"{part} layer {i + 1} has an output of more than {most} numbers");
            work += taps * shape.Height * shape.Width * ((shape.Channels + Lanes - 1) / Lanes * Lanes);
            if (work > mostWork)
                throw wrong($"the {part} up to layer {i + 1} takes more than {mostWork} multiply-adds and comparisons for a decision");
        }
    }

    private static long Numbers((int Height, int Width, int Channels) map) => (long)map.Height * map.Width * map.Channels;
}
