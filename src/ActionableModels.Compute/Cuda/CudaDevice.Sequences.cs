namespace ActionableModels.Compute.Cuda;

public sealed unsafe partial class CudaDevice
{
    /// <summary>Operations go to the sequence from here on.</summary>
    internal void Begin(CudaSequence sequence)
    {
        Enter();
        if (running is not null) throw new InvalidOperationException("a sequence cannot be run inside another");
        running = sequence;
    }

    /// <summary>Operations go to the stream again.</summary>
    internal void End() => running = null;

    /// <summary>Forgets a sequence that has been disposed.</summary>
    internal void Remove(CudaSequence sequence) => sequences.Remove(sequence);

    /// <summary>Counts a graph that was built.</summary>
    internal void CountRecording() => Statistics = Statistics with { Recordings = Statistics.Recordings + 1 };

    /// <summary>Counts a node that was changed.</summary>
    internal void CountUpdate() => Statistics = Statistics with { NodeUpdates = Statistics.NodeUpdates + 1 };

    /// <summary>Counts a graph that was launched.</summary>
    internal void CountGraphLaunch() => Statistics = Statistics with { GraphLaunches = Statistics.GraphLaunches + 1 };
}
