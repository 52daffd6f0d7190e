using System.Text.Json.Serialization;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Checkpoints;

/// <summary>
/// The JSON of a checkpoint's header: names of enumerations as they are in C#, and no property that is not known. Its code is generated while
/// compiling, because a program compiled ahead of time cannot look properties up.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    IgnoreReadOnlyProperties = true, MaxDepth = 16, Converters =
    [
        typeof(Named<GoalMerge>), typeof(Named<Normalisation>), typeof(Named<NetworkOutput>), typeof(Named<LayerKind>), typeof(Named<Padding>),
        typeof(Named<ColumnKind>), typeof(Named<Objective>), typeof(Named<NegativeSampling>), typeof(Named<RandomGoalLabel>),
        typeof(Named<TargetMaximum>), typeof(Named<OptimizerKind>),
    ])]
[JsonSerializable(typeof(NetworkSpec))]
[JsonSerializable(typeof(TrainingSettings))]
[JsonSerializable(typeof(ActionSpace))]
internal sealed partial class HeaderJson : JsonSerializerContext
{
    // Enumerations by name alone: a number is refused.
    private sealed class Named<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false) where T : struct, Enum;
}
