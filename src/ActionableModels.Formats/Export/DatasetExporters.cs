using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Rlds;

namespace ActionableModels.Formats.Export;

/// <summary>The formats that datasets are exported to.</summary>
public static class DatasetExporters
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IDatasetExporter> All { get; } =
        [new RldsExporter(), new RobomimicExporter(), new MinariExporter(), new OgBenchExporter()];
}
