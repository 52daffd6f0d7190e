using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>One operation of a recorded sequence: what the graph holds of it.</summary>
internal abstract unsafe class GraphNode
{
    private protected nint Node { get; private set; }

    /// <summary>Adds it to a graph, after the node <paramref name="previous"/> (0 for none), and returns it.</summary>
    public nint Add(CudaDevice device, nint graph, nint previous)
    {
        nint node;
        AddTo(device, graph, &previous, previous == 0 ? 0u : 1u, &node);
        return Node = node;
    }

    /// <summary>Changes its node of an executable graph to what it is now; launches under way keep what they were.</summary>
    public abstract void Update(CudaDevice device, nint executable);

    private protected abstract void AddTo(CudaDevice device, nint graph, nint* after, nuint count, nint* node);
}

/// <summary>A launch with its arguments.</summary>
internal sealed unsafe class KernelNode(KernelCall call, nint function, int x, int y, int z) : GraphNode
{
    private readonly Kernel kernel = call.Kernel;
    private readonly byte[] arguments = call.Arguments.ToArray();
    private readonly int[] offsets = call.Offsets.ToArray();
    private int x = x, y = y, z = z;

    /// <summary>Whether a launch differs from this one in no more than the values of arguments and the grid.</summary>
    public bool Fits(KernelCall call) => kernel == call.Kernel && call.Offsets.SequenceEqual(offsets) && call.Arguments.Length == arguments.Length;

    /// <summary>Takes arguments and grid over; whether any was another.</summary>
    public bool Take(KernelCall call, int x, int y, int z)
    {
        if (x == this.x && y == this.y && z == this.z && call.Arguments.SequenceEqual(arguments)) return false;
        (this.x, this.y, this.z) = (x, y, z);
        call.Arguments.CopyTo(arguments);
        return true;
    }

    /// <inheritdoc/>
    public override void Update(CudaDevice device, nint executable)
    {
        fixed (byte* bytes = arguments)
        {
            var parameters = Parameters(device, bytes);
            device.Check(device.Driver.ExecutableSetKernelNode(executable, Node, &parameters), "cuGraphExecKernelNodeSetParams", kernel.Name);
        }
    }

    private protected override void AddTo(CudaDevice device, nint graph, nint* after, nuint count, nint* node)
    {
        fixed (byte* bytes = arguments)
        {
            var parameters = Parameters(device, bytes);
            device.Check(device.Driver.GraphAddKernelNode(node, graph, after, count, &parameters), "cuGraphAddKernelNode", kernel.Name);
        }
    }

    private KernelNodeParameters Parameters(CudaDevice device, byte* bytes) => new()
    {
        Function = function, GridX = (uint)x, GridY = (uint)y, GridZ = (uint)z, BlockX = (uint)kernel.Group, BlockY = 1, BlockZ = 1,
        SharedBytes = (uint)kernel.Shared, Arguments = device.Pointers(bytes, offsets),
    };
}

/// <summary>A copy from pinned memory.</summary>
internal sealed unsafe class CopyNode(byte* source, ulong destination, long bytes) : GraphNode
{
    private byte* source = source;
    private ulong destination = destination;

    /// <summary>Bytes copied.</summary>
    public long Bytes => bytes;

    /// <summary>Takes the addresses over; whether any was another.</summary>
    public bool Take(byte* source, ulong destination)
    {
        if (source == this.source && destination == this.destination) return false;
        this.source = source;
        this.destination = destination;
        return true;
    }

    /// <inheritdoc/>
    public override void Update(CudaDevice device, nint executable)
    {
        var parameters = CopyNodeParameters.ToDevice(source, destination, bytes);
        device.Check(device.Driver.ExecutableSetCopyNode(executable, Node, &parameters, device.Context), "cuGraphExecMemcpyNodeSetParams");
    }

    private protected override void AddTo(CudaDevice device, nint graph, nint* after, nuint count, nint* node)
    {
        var parameters = CopyNodeParameters.ToDevice(source, destination, bytes);
        device.Check(device.Driver.GraphAddCopyNode(node, graph, after, count, &parameters, device.Context), "cuGraphAddMemcpyNode");
    }
}
