using System.Text.Json;
using System.Text.Json.Serialization;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Commands;
using ActionableModels.Cli.Latency;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Terminal;

/// <summary>
/// Everything that commands print or keep as JSON: keys and names of enumerations are snake_case, a number that is not finite is null. The
/// code is generated while compiling, because a program compiled ahead of time cannot look properties up; a type is listed here or not
/// written.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters =
    [
        typeof(FiniteDouble), typeof(FiniteSingle), typeof(Named<SimdLevel>), typeof(Named<ModelFormat>),
        typeof(Named<GoalMerge>), typeof(Named<Normalisation>), typeof(Named<Objective>), typeof(Named<NegativeSampling>),
        typeof(Named<RandomGoalLabel>), typeof(Named<TargetMaximum>), typeof(Named<OptimizerKind>),
    ])]
[JsonSerializable(typeof(ActResult))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(CheckpointSummary))]
[JsonSerializable(typeof(CollectResult))]
[JsonSerializable(typeof(DatasetInspection))]
[JsonSerializable(typeof(DemoBegun))]
[JsonSerializable(typeof(DemoResult))]
[JsonSerializable(typeof(DoctorResult))]
[JsonSerializable(typeof(EvaluationReport))]
[JsonSerializable(typeof(ExportResult))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(InitResult))]
[JsonSerializable(typeof(LatencyReport))]
[JsonSerializable(typeof(QResult))]
[JsonSerializable(typeof(QValues))]
[JsonSerializable(typeof(ReportResult))]
[JsonSerializable(typeof(RunSettings))]
[JsonSerializable(typeof(SourceInspection))]
[JsonSerializable(typeof(TrainResult))]
[JsonSerializable(typeof(WorkList))]
internal sealed partial class JsonTypes : JsonSerializerContext
{
    internal sealed class Named<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower) where T : struct, Enum;

    internal sealed class FiniteDouble : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }

    internal sealed class FiniteSingle : JsonConverter<float>
    {
        public override float Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (float.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
