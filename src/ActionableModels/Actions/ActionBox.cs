using ActionableModels.Compute;

namespace ActionableModels.Actions;

/// <summary>An action space on a device.</summary>
public sealed class ActionBox
{
    /// <summary>Uploads a space.</summary>
    public ActionBox(Arena arena, ActionSpace space)
    {
        Tensor Vector(Func<int, float> value)
        {
            var tensor = arena.Allocate(Shape.Of(ActionSpace.Dimensions));
            arena.Device.Upload<float>([.. Enumerable.Range(0, ActionSpace.Dimensions).Select(value)], tensor);
            return tensor;
        }
        Low = Vector(d => space.Low[d]);
        High = Vector(d => space.High[d]);
        Binary = Vector(d => ActionSpace.IsBinary(d) ? 1 : 0);
        Scale = Vector(d => space.IsFixed(d) || ActionSpace.IsBinary(d) ? 0 : 2 / (space.High[d] - space.Low[d]));
        InitialMean = Vector(d => ActionSpace.IsBinary(d) ? 0.5f : Math.Clamp(0, space.Low[d], space.High[d]));
        InitialDeviation = Vector(d => space.IsFixed(d) || ActionSpace.IsBinary(d) ? 0 : space.InitialDeviation[d]);
    }

    /// <summary>Lower bounds, [7].</summary>
    public Tensor Low { get; }
    /// <summary>Upper bounds, [7].</summary>
    public Tensor High { get; }
    /// <summary>1 for discrete dimensions, [7].</summary>
    public Tensor Binary { get; }
    /// <summary>Factor to half-ranges for distances; 0 for fixed and discrete dimensions, [7].</summary>
    public Tensor Scale { get; }
    /// <summary>CEM's first mean: 0, discrete ½, [7].</summary>
    public Tensor InitialMean { get; }
    /// <summary>CEM's first deviation, [7].</summary>
    public Tensor InitialDeviation { get; }
}
