using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>
/// Work recorded as a CUDA graph: a chain of kernels and of copies from pinned memory. Each run does the work again, which launches nothing:
/// every operation is compared with its node, the nodes that differ are updated, and one launch of the graph does it all. Where a run does another
/// kernel, another count or another size than the record, the graph is built again from there on.
/// </summary>
internal sealed unsafe class CudaSequence(CudaDevice device, Action work) : WorkSequence(work)
{
    private readonly List<GraphNode> nodes = [];
    private readonly List<UploadSlot> slots = [];
    // Uploads alternate between two halves of their slots when the graph that reads the one is still under way.
    private readonly nint[] finished = new nint[2];
    private int half, at, uploaded;
    private bool built, disposed;
    private nint graph, executable;

    /// <inheritdoc/>
    public override void Run(Action? before)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        device.Begin(this);
        try
        {
            (at, uploaded) = (0, 0);
            if (slots.Count > 0) ChooseHalf();
            Work();
            if (at < nodes.Count) Cut();
        }
        catch
        {
            // Nodes may have been changed for a run that is not going to be.
            Forget();
            throw;
        }
        finally
        {
            device.End();
        }
        try
        {
            before?.Invoke();
            // What was called may have left another context on the thread.
            device.Enter();
            if (nodes.Count == 0) return;
            if (!built) Build();
        }
        catch
        {
            Forget();
            throw;
        }
        device.Check(device.Driver.GraphLaunch(executable, device.Stream), "cuGraphLaunch");
        device.CountGraphLaunch();
        if (uploaded > 0) device.Check(device.Driver.EventRecord(finished[half], device.Stream), "cuEventRecord");
    }

    /// <summary>A kernel of this run.</summary>
    public void Launch(KernelCall call, nint function, int x, int y, int z)
    {
        if (at < nodes.Count && nodes[at] is KernelNode node && node.Fits(call))
        {
            if (node.Take(call, x, y, z)) Update(node);
        }
        else Append(new KernelNode(call, function, x, y, z));
        at++;
    }

    /// <summary>An upload of this run.</summary>
    public void Upload(byte* source, ulong destination, long bytes)
    {
        var staged = Slot(bytes).Half(half);
        device.Copier.Copy(source, staged, bytes);
        if (at < nodes.Count && nodes[at] is CopyNode node && node.Bytes == bytes)
        {
            if (node.Take(staged, destination)) Update(node);
        }
        else Append(new CopyNode(staged, destination, bytes));
        at++;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (disposed) return;
        disposed = true;
        device.Remove(this);
        if (graph == 0 && slots.Count == 0) return;
        device.Driver.ContextSetCurrent(device.Context);
        device.Driver.StreamSynchronize(device.Stream);
        Forget();
        foreach (var slot in slots) slot.Dispose();
        foreach (var done in finished)
            if (done != 0) device.Driver.EventDestroy(done);
    }

    private void Append(GraphNode node)
    {
        Cut();
        nodes.Add(node);
    }

    private void Cut()
    {
        nodes.RemoveRange(at, nodes.Count - at);
        built = false;
    }

    private void Update(GraphNode node)
    {
        if (!built) return;
        node.Update(device, executable);
        device.CountUpdate();
    }

    private void ChooseHalf()
    {
        var result = device.Driver.EventQuery(finished[half]);
        if (result != CudaDriver.NotReady)
        {
            device.Check(result, "cuEventQuery");
            return;
        }
        half ^= 1;
        device.Check(device.Driver.EventSynchronize(finished[half]), "cuEventSynchronize");
    }

    private UploadSlot Slot(long bytes)
    {
        if (finished[0] == 0)
            for (var i = 0; i < finished.Length; i++) finished[i] = device.CreateEvent();
        if (uploaded == slots.Count) slots.Add(new UploadSlot(device, bytes));
        else if (slots[uploaded].Bytes < bytes)
        {
            // A graph under way may read the other half.
            device.Check(device.Driver.StreamSynchronize(device.Stream), "cuStreamSynchronize");
            slots[uploaded].Dispose();
            slots[uploaded] = new UploadSlot(device, bytes);
        }
        return slots[uploaded++];
    }

    private void Build()
    {
        Destroy();
        nint created, chain = 0;
        device.Check(device.Driver.GraphCreate(&created, 0), "cuGraphCreate");
        graph = created;
        foreach (var node in nodes) chain = node.Add(device, graph, chain);
        device.Check(device.Driver.GraphInstantiate(&created, graph, 0), "cuGraphInstantiate");
        executable = created;
        built = true;
        device.CountRecording();
    }

    private void Forget()
    {
        nodes.Clear();
        Destroy();
    }

    private void Destroy()
    {
        built = false;
        if (executable != 0) device.Driver.ExecutableDestroy(executable);
        if (graph != 0) device.Driver.GraphDestroy(graph);
        (executable, graph) = (0, 0);
    }
}
