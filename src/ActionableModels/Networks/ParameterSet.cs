using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// The values of a network's parameters (or their gradients, averages, moments) in one flat device buffer with named windows.
/// </summary>
public sealed class ParameterSet
{
    private readonly Dictionary<string, Tensor> windows;

    /// <summary>A zeroed set.</summary>
    public ParameterSet(Arena arena, ParameterLayout layout)
    {
        (Device, Layout) = (arena.Device, layout);
        All = arena.Allocate(Shape.Of(checked((int)layout.Count)));
        Weights = All.Rows(0, (int)layout.WeightCount);
        Others = All.Rows((int)layout.WeightCount, (int)(layout.TrainedCount - layout.WeightCount));
        Trained = All.Rows(0, (int)layout.TrainedCount);
        Statistics = All.Rows((int)layout.TrainedCount, (int)(layout.Count - layout.TrainedCount));
        windows = layout.Entries.ToDictionary(e => e.Name, e => All.Rows((int)e.Offset, (int)e.Shape.Count).Reshape(e.Shape));
    }

    /// <summary>The device that holds the values.</summary>
    public Device Device { get; }
    /// <summary>Where each parameter lies.</summary>
    public ParameterLayout Layout { get; }
    /// <summary>Everything.</summary>
    public Tensor All { get; }
    /// <summary>The range that L2 applies to.</summary>
    public Tensor Weights { get; }
    /// <summary>Trained parameters without L2.</summary>
    public Tensor Others { get; }
    /// <summary>All trained parameters.</summary>
    public Tensor Trained { get; }
    /// <summary>Moving statistics.</summary>
    public Tensor Statistics { get; }

    /// <summary>The window of a parameter.</summary>
    public Tensor this[string name] => windows[name];

    /// <summary>The window of a parameter, or null where the network has none of that name.</summary>
    public Tensor? Find(string name) => windows.GetValueOrDefault(name);

    /// <summary>
    /// Initial values: weights from a truncated normal (QT-Opt: 0.01, redrawn beyond two deviations), scales and variances 1, the rest 0.
    /// </summary>
    /// <param name="deviation">Standard deviation of the weights; 0 means √(2/fan-in) per tensor.</param>
    /// <param name="seed">Seed; tensor i of the layout draws from counter i.</param>
    public void Initialise(float deviation, ulong seed)
    {
        Device.Fill(All, 0);
        for (var i = 0; i < Layout.Entries.Count; i++)
        {
            var entry = Layout.Entries[i];
            var window = windows[entry.Name];
            if (entry.Role is ParameterRole.Scale or ParameterRole.Variance) Device.Fill(window, 1);
            if (entry.Role != ParameterRole.Weight) continue;
            var fan = entry.Shape.RowCount;
            // The truncation at two deviations shrinks the deviation by 0.8796: undo it where the fan-in sets it.
            var standard = deviation > 0 ? deviation : MathF.Sqrt(2f / fan) / 0.8796f;
            Device.TruncatedNormal(window, 0, standard, new RandomKey(seed, Streams.Initialisation, (ulong)i));
        }
    }
}
