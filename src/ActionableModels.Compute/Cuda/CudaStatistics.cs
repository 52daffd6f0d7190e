namespace ActionableModels.Compute.Cuda;

/// <summary>What a device has asked of its driver since it was made.</summary>
/// <param name="Launches">Kernels launched one by one.</param>
/// <param name="GraphLaunches">Recorded sequences launched.</param>
/// <param name="Recordings">Graphs built: one for the first run of a sequence and for each run that did other operations.</param>
/// <param name="NodeUpdates">Nodes of a graph whose arguments, grid or addresses were replaced.</param>
public readonly record struct CudaStatistics(long Launches, long GraphLaunches, long Recordings, long NodeUpdates);
