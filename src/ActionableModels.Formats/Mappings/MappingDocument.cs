using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Mappings;

/// <summary>What a mapping's YAML says.</summary>
internal sealed record MappingDocument
{
    private static readonly string[] Keys = ["datasets", "format", "image", "policy", "success", "frame", "outside", "state", "action", "bounds"];
    private static readonly string[] NumberKeys = ["field", "index", "change_of", "target", "current", "current_index", "scale", "offset"];
    private static readonly (string, RotationForm)[] Forms =
    [
        ("radians", RotationForm.Radians), ("degrees", RotationForm.Degrees), ("quaternion-xyzw", RotationForm.QuaternionXyzw),
        ("quaternion-wxyz", RotationForm.QuaternionWxyz), ("rotation-vector", RotationForm.RotationVector), ("sine-cosine", RotationForm.SineCosine),
    ];

    private static readonly (string, (int Axis, int Sign))[] SignedAxes =
        [("x", (0, 1)), ("y", (1, 1)), ("z", (2, 1)), ("-x", (0, -1)), ("-y", (1, -1)), ("-z", (2, -1))];

    /// <summary>Datasets that it is for.</summary>
    public required IReadOnlyList<string> Datasets { get; init; }
    /// <summary>Their format; null: any.</summary>
    public string? Format { get; init; }
    /// <summary>Field of images.</summary>
    public required string Image { get; init; }
    /// <summary>Whether pixels are blue, green, red.</summary>
    public bool Bgr { get; init; }
    /// <summary>Whether the first row is the lowest.</summary>
    public bool UpsideDown { get; init; }
    /// <summary>The policy's name; null where a field tells.</summary>
    public string? Policy { get; init; }
    /// <summary>Field that tells the policy.</summary>
    public string? PolicyField { get; init; }
    /// <summary>What tells success; null where nothing does.</summary>
    public SuccessRule? Success { get; init; }
    /// <summary>The source's axes.</summary>
    public required MappingFrame Frame { get; init; }
    /// <summary>Whether numbers outside the bounds are cut to them; else they are faults.</summary>
    public bool Clip { get; init; }
    /// <summary>The numbers of a state.</summary>
    public required NumberExpression[] States { get; init; }
    /// <summary>The numbers of an action; x, y and z along the source's axes.</summary>
    public required NumberExpression[] Actions { get; init; }
    /// <summary>Bounds.</summary>
    public required ActionSpace Space { get; init; }

    /// <summary>Reads one.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="ActionableException">Something in it is wrong.</exception>
    public static MappingDocument Read(string text, string where)
    {
        var root = YamlReader.Read(text, where).Map().Only(Keys);
        var image = root["image"].Map().Only("field", "order", "orientation");
        var actions = Numbers(root["action"], ActionSpace.Names);
        var frame = Frames(root.Optional("frame"));
        if (!frame.KeepsVertical && actions[ActionSpace.Azimuth].Field is not null)
            throw root.Optional("frame")!.Bad("our z is not the source's z or -z, so that its azimuth would not turn about our z: write azimuth: 0");
        var policy = root.Optional("policy");
        return new MappingDocument
        {
            Datasets = [.. root.Optional("datasets")?.Items().Select(i => i.Text()) ?? []],
            Format = root.Optional("format")?.Text(),
            Image = image["field"].Text(),
            Bgr = image.Optional("order")?.Choice(("rgb", false), ("bgr", true)) ?? false,
            UpsideDown = image.Optional("orientation")?.Choice(("upright", false), ("upside-down", true)) ?? false,
            Policy = policy is null or YamlMap ? null : PolicyName(policy),
            PolicyField = (policy as YamlMap)?.Only("field")["field"].Text(),
            Success = Succeeds(root.Optional("success")),
            Frame = frame,
            Clip = root.Optional("outside")?.Choice(("clip", true), ("fault", false)) ?? false,
            States = Numbers(root["state"], DatasetHeader.StateNames, isState: true),
            Actions = actions,
            Space = Bounds(root.Optional("bounds"), actions, frame, where),
        };
    }

    private static string PolicyName(YamlNode node) => EpisodeCheck.IsPolicyName(node.Text()) ? node.Text()
        : throw node.Bad($"a policy's name has at most {EpisodeCheck.LongestPolicyName} characters and none of control: shorten it");

    private static NumberExpression[] Numbers(YamlNode node, IReadOnlyList<string> names, bool isState = false)
    {
        var map = node.Map().Only(names);
        return [.. names.Select(name => Number(map[name], name, isState))];
    }

    private static NumberExpression Number(YamlNode node, string name, bool isState)
    {
        var isAzimuth = name == ActionSpace.Names[ActionSpace.Azimuth];
        var isFlag = name == DatasetHeader.StateNames[0] || ActionSpace.Names.Skip(ActionSpace.Close).Contains(name);
        if (node is YamlText)
        {
            var constant = node.Number();
            if (isFlag && constant is not (0 or 1)) throw node.Bad($"{FileFault.Quote(name)} is neither 0 nor 1: write one of them");
            return new() { Name = name, Constant = constant, Form = isAzimuth ? RotationForm.Radians : null };
        }
        string[] more = isAzimuth ? ["as"] : isFlag ? ["above", "below", "once"] : [];
        var map = node.Map().Only([.. NumberKeys, .. more]);
        if (isState && map.Optional("change_of") is { } ofChange)
            throw ofChange.Bad("change_of: is of actions; a state is as it stands at each observation, the last included: write field:");
        if (isState && map.Optional("once") is { } ofCommand)
            throw ofCommand.Bad("once: is of actions; a state holds as long as it lasts: leave it out");
        string? Field(string key) => map.Optional(key)?.Text();
        var (field, change, target, current) = (Field("field"), Field("change_of"), Field("target"), Field("current"));
        if ((field is null ? 0 : 1) + (change is null ? 0 : 1) + (target is null ? 0 : 1) != 1)
            throw map.Bad($"{FileFault.Quote(name)} needs one of field:, change_of: and target: (with current:): write one of them");
        if ((target is null) != (current is null)) throw map.Bad($"{FileFault.Quote(name)} needs target: and current: together: add the other");
        if (current is null && map.Optional("current_index") is { } stray)
            throw stray.Bad("current_index: goes with target: and current: leave it out");
        var index = Index(map, "index") ?? -1;
        var threshold = Threshold(map);
        if (threshold is null && map.Optional("once") is { } once) throw once.Bad("once: goes with above: or below: add one");
        var scale = map.Optional("scale");
        if (scale?.Number() == 0) throw scale.Bad("a scale of 0 makes every number 0: write the 0 itself");
        return new()
        {
            Name = name,
            Field = field ?? change ?? target,
            Index = index,
            Change = change is not null,
            Current = current,
            CurrentIndex = Index(map, "current_index") ?? index,
            Form = isAzimuth ? map.Optional("as")?.Choice(Forms) ?? RotationForm.Radians : null,
            Scale = scale?.Number() ?? 1,
            Offset = map.Optional("offset")?.Number() ?? 0,
            Threshold = threshold,
            Once = map.Optional("once")?.Flag() ?? false,
        };
    }

    private static int? Index(YamlMap map, string key) => map.Optional(key)?.Whole(0, int.MaxValue / 2);

    private static Threshold? Threshold(YamlMap map)
    {
        var (above, below) = (map.Optional("above")?.Number(), map.Optional("below")?.Number());
        if (above >= below) throw map.Optional("below")!.Bad("nothing is above and below that: write a below: that is larger than above:");
        return above is null && below is null ? null : new(above, below);
    }

    private static SuccessRule? Succeeds(YamlNode? node)
    {
        if (node is null or YamlText { Value: "none" }) return null;
        if (node is YamlText) throw node.Bad("success is neither none nor keys and values: write none, or field: and a name");
        var map = node.Map().Only("field", "index", "rows", "above", "below", "known");
        var any = map.Optional("rows")?.Choice(("last", false), ("any", true)) ?? false;
        return new(map["field"].Text(), Index(map, "index") ?? -1, any, Threshold(map), map.Optional("known")?.Text());
    }

    private static MappingFrame Frames(YamlNode? node)
    {
        if (node is null) return MappingFrame.Ours;
        var map = node.Map().Only("axes", "scale");
        var factor = map.Optional("scale");
        var scale = factor?.Number() ?? 1;
        if (scale <= 0) throw factor!.Bad("a frame's scale is above 0: write metres per unit");
        if (map.Optional("axes") is not { } list) return MappingFrame.Ours with { Scale = scale };
        var axes = list.Items().Select(axis => axis.Choice(SignedAxes)).ToArray();
        if (axes.Length != 3 || axes.Select(a => a.Axis).Distinct().Count() != 3)
            throw list.Bad("axes are the source's three for our x, y and z, each once: write for example [-y, x, z]");
        return new([.. axes.Select(a => a.Axis)], [.. axes.Select(a => a.Sign)], scale);
    }

    // What is always the same is bounded by it, so that no search goes through values that no recording has.
    private static ActionSpace Bounds(YamlNode? node, NumberExpression[] actions, MappingFrame frame, string where)
    {
        var (low, high, deviation) = (new float[ActionSpace.Dimensions], new float[ActionSpace.Dimensions], new float[ActionSpace.Dimensions]);
        var map = node?.Map().Only(ActionSpace.Names);
        for (var d = 0; d < ActionSpace.Dimensions; d++)
        {
            var given = map?.Optional(ActionSpace.Names[d])?.Map().Only("low", "high", "deviation");
            var source = d < ActionSpace.Azimuth ? actions[frame.Axes[d]] : actions[d];
            var usual = ActionSpace.QtOpt;
            (low[d], high[d], deviation[d]) = source.Field is null ? (Constant(actions, frame, d), Constant(actions, frame, d), 0)
                : (usual.Low[d], usual.High[d], usual.InitialDeviation[d]);
            if (given is null) continue;
            (low[d], high[d]) = ((float)given["low"].Number(), (float)given["high"].Number());
            // CEM's first samples reach the bounds with three deviations where nothing else is said.
            if (!ActionSpace.IsBinary(d)) deviation[d] = (float)(given.Optional("deviation")?.Number() ?? (high[d] - low[d]) / 6);
            else if (given.Optional("deviation") is { } stray) throw stray.Bad($"{ActionSpace.Names[d]} is 0 or 1 and has no deviation: leave it out");
            if (low[d] > high[d]) throw given.Bad($"the low bound of {ActionSpace.Names[d]} is above its high one: exchange them");
        }
        try
        {
            return new ActionSpace(low, high, deviation).Checked(FileFault.Show(where));
        }
        catch (ActionableException fault) when (node is not null)
        {
            throw node.Bad($"{fault.Message}: correct the bounds");
        }
    }

    private static float Constant(NumberExpression[] actions, MappingFrame frame, int d) => 0f + (float)(d switch
    {
        < ActionSpace.Azimuth => frame.Signs[d] * frame.Scale * actions[frame.Axes[d]].Constant,
        ActionSpace.Azimuth => Rotations.Wrap(frame.Turn * actions[d].Constant),
        _ => actions[d].Constant,
    });
}
