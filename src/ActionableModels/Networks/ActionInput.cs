using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>Encodes actions and states to a network's action input (<see cref="ActionBlock"/>): the tables live on the device.</summary>
internal sealed class ActionInput
{
    private readonly Device device;
    private readonly Tensor source, kind, scale;

    public ActionInput(Arena arena, NetworkSpec spec)
    {
        device = arena.Device;
        Width = spec.ActionInputs;
        source = arena.Allocate(Shape.Of(Width), ElementType.Int32);
        kind = arena.Allocate(Shape.Of(Width), ElementType.Int32);
        scale = arena.Allocate(Shape.Of(Width));
        device.Upload<int>([.. spec.ActionBlocks.SelectMany(b => b.Columns.Select(c => c.Source))], source);
        device.Upload<int>([.. spec.ActionBlocks.SelectMany(b => b.Columns.Select(c => (int)c.Kind))], kind);
        device.Upload<float>([.. spec.ActionBlocks.SelectMany(b => b.Columns.Select(_ => b.Scale))], scale);
    }

    /// <summary>Numbers per row.</summary>
    public int Width { get; }

    /// <summary>encoded [R, Width] from actions [R, 7] and states [R / A, 2].</summary>
    public void Encode(Tensor actions, Tensor states, Tensor encoded) =>
        device.EncodeColumns(actions, states, source, kind, scale, encoded);
}
