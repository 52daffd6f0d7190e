using ActionableModels.Compute;

namespace ActionableModels.Cli.Bench;

/// <summary>One kind of work as the list of works has it.</summary>
/// <param name="Name">Path of names, general to special: layer/conv2/forward.</param>
/// <param name="What">One line on it.</param>
/// <param name="Batch">Image pairs (layers: maps) in one run.</param>
/// <param name="FixedBatch">The batch is part of what the work is.</param>
/// <param name="Create">Plans the work for a batch.</param>
internal sealed record WorkKind(string Name, string What, int Batch, bool FixedBatch, Func<Device, int, Workload> Create)
{
    /// <summary>The batch to run, given the one asked for.</summary>
    public int BatchFor(int? asked) => FixedBatch ? Batch : asked ?? Batch;

    /// <summary>File name of the work's exchange file.</summary>
    public string FileName => Name.Replace('/', '-') + ".safetensors";
}
