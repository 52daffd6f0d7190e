using ActionableModels.Data;
using ActionableModels.Formats.Export;

namespace ActionableModels.Formats.Numpy;

/// <summary>Writes this format.</summary>
internal sealed class OgBenchExporter : IDatasetExporter
{
    public string Format => "ogbench";
    public string Description => throw new NotImplementedException();
    public IReadOnlyList<string> Layouts => throw new NotImplementedException();

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation) => throw new NotImplementedException();
}
