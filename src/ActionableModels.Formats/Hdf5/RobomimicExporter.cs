using ActionableModels.Data;
using ActionableModels.Formats.Export;

namespace ActionableModels.Formats.Hdf5;

/// <summary>Writes this format.</summary>
internal sealed class RobomimicExporter : IDatasetExporter
{
    public string Format => "robomimic";
    public string Description => throw new NotImplementedException();
    public IReadOnlyList<string> Layouts => throw new NotImplementedException();

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation) => throw new NotImplementedException();
}
