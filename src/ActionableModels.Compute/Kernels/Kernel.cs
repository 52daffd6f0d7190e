namespace ActionableModels.Compute.Kernels;

/// <summary>One device function of the folder kernels/.</summary>
/// <param name="File">Its source file without folder and ending, which names the program (OpenCL) or module (CUDA) that holds it.</param>
/// <param name="Name">The function.</param>
/// <param name="Group">Work-items (threads) of one group (block), as its source says.</param>
/// <param name="Shared">Bytes of shared memory that its launch asks for beyond what its source declares (CUDA only).</param>
internal sealed record Kernel(string File, string Name, int Group, int Shared = 0);
