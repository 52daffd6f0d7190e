using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.Learning;
using ActionableModels.Tests.Learning;

namespace ActionableModels.Tests.Control;

/// <summary>Controllers of <see cref="TinyWorld"/>'s models, images for them, and a clock that stands still unless told otherwise.</summary>
internal sealed class ControlWorld
{
    public const int ImageBytes = TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3;
    public const long Start = 1_000_000_000_000, Millisecond = 1_000_000;

    /// <summary>The time; <see cref="OnClock"/> is called before it is read.</summary>
    public long Time { get; set; } = Start;
    public Action? OnClock { get; set; }

    public static float[] State { get; } = [0, 0.2f];

    public static CpuDevice OneThread() => new(1);

    public static byte[] Image(ulong number) =>
        [.. Enumerable.Range(0, ImageBytes).Select(i => (byte)(Philox.Word(new RandomKey(8, 974, number), (uint)i) >> 24))];

    public static PolicyModel Model(ulong seed = 41, string method = "actionable-models", Action<Checkpoint>? change = null)
    {
        using var device = OneThread();
        var checkpoint = TinyWorld.Start(device, TrainingMethods.Apply(TinyWorld.Settings, method), seed);
        change?.Invoke(checkpoint);
        return checkpoint.Policy;
    }

    /// <summary>A model whose logits are finite at height 0 and not at others.</summary>
    public static PolicyModel Overflowing() => Model(change: checkpoint =>
    {
        var entry = checkpoint.Layout.Entries.Single(entry => entry.Name == "action/sum/weight");
        var width = (int)entry.Shape.RowCount;
        checkpoint.Average[entry.Offset + width - 1] = 3e38f;
    });

    /// <summary>A controller on this world's clock, with a goal.</summary>
    public PolicyController Controller(ControllerOptions? options = null, PolicyModel? model = null, bool goal = true)
    {
        var controller = new PolicyController(OneThread, model ?? Model(), options, Read);
        if (goal) Assert.Equal(ControlStatus.Ok, controller.SetGoal(Image(1000)));
        return controller;
    }

    public static float[] Numbers(Decision decision) => ((ReadOnlySpan<float>)decision.Action).ToArray();

    public static byte[] Bytes(Decision decision) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref decision, 1)).ToArray();

    private long Read()
    {
        OnClock?.Invoke();
        return Time;
    }
}
