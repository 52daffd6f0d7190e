using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;
using ActionableModels.OnnxRuntime;
using ActionableModels.Policies;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>
/// A decision whose network runs in ONNX Runtime: the tower once, the head in each iteration. Everything around the network is ours: images
/// to numbers, CEM's samples, the encoding of actions, the refit, the best action. Both work in the same memory; nothing is copied or
/// allocated on the way.
/// </summary>
internal sealed unsafe class OrtDecision : IDisposable
{
    private readonly CpuDevice device = new(threads: 1);
    private readonly Arena arena;
    private readonly CemSettings settings;
    private readonly ActionBox box;
    private readonly DecisionGraphs graphs;
    private readonly List<IDisposable> owned = [];
    private readonly OrtRun? goal;
    private readonly OrtRun tower, head;
    private readonly Tensor images, actions, states, rows, logits, values, mean, deviation, initialMean, initialDeviation, indices,
        bestActions, bestLogits, source, kind, scale;
    private readonly Tensor? goalImage;
    private readonly float[] logit = new float[1];
    private readonly int imageNumbers;

    /// <summary>Loads the graphs of a form.</summary>
    public OrtDecision(OrtLibrary library, PolicyModel model, string folder, GraphForm form, CemSettings settings)
    {
        var spec = model.Header.Network;
        (this.settings, arena) = (settings, new Arena(device, 1 << 20));
        graphs = new DecisionGraphs(model, folder, form, settings.Samples);
        imageNumbers = 3 * spec.ImageHeight * spec.ImageWidth;
        box = new ActionBox(arena, model.Header.Actions);
        Tensor Floats(params ReadOnlySpan<int> shape) =>
            arena.Allocate(shape.Length == 1 ? Shape.Of(shape[0]) : Shape.Of(shape[0], shape[1]));
        var (samples, width) = (settings.Samples, spec.ActionInputs);
        images = Floats(form.GoalKept ? 3 : spec.InputChannels, imageNumbers / 3);
        (actions, states) = (Floats(samples, ActionSpace.Dimensions), Floats(1, ActionSpace.StateDimensions));
        (rows, logits) = (Floats(samples, width), Floats(samples, 1));
        (mean, deviation) = (Floats(1, ActionSpace.Dimensions), Floats(1, ActionSpace.Dimensions));
        (initialMean, initialDeviation) = (Floats(1, ActionSpace.Dimensions), Floats(1, ActionSpace.Dimensions));
        device.RepeatRow(box.InitialMean, initialMean);
        device.RepeatRow(box.InitialDeviation, initialDeviation);
        (bestActions, bestLogits, values) = (Floats(1, ActionSpace.Dimensions), Floats(1), logits.Reshape(Shape.Of(1, samples)));
        indices = arena.Allocate(Shape.Of(1), ElementType.Int32);
        ActionColumn[] columns = [.. spec.ActionBlocks.SelectMany(block => block.Columns)];
        source = arena.Allocate(Shape.Of(width), ElementType.Int32);
        kind = arena.Allocate(Shape.Of(width), ElementType.Int32);
        scale = Floats(width);
        device.Upload<int>([.. columns.Select(column => column.Source)], source);
        device.Upload<int>([.. columns.Select(column => (int)column.Kind)], kind);
        device.Upload<float>([.. spec.ActionBlocks.SelectMany(block => block.Columns.Select(_ => block.Scale))], scale);

        long[] imageShape = [1, 3, spec.ImageHeight, spec.ImageWidth];
        OrtTensor Bound(Tensor tensor, params ReadOnlySpan<long> shape)
        {
            fixed (float* memory = CpuMemory.Span<float>(tensor)) return Own(OrtTensor.Floats(library, memory, shape));
        }

        var map = Own(OrtTensor.Floats(library, graphs.MapShape));
        var towerSession = Own(new OrtSession(library, graphs.Tower));
        var headSession = Own(new OrtSession(library, graphs.Head));
        if (form.GoalKept)
        {
            goalImage = Floats(3, imageNumbers / 3);
            var part = Own(OrtTensor.Floats(library, graphs.GoalPartShape));
            var goalSession = Own(new OrtSession(library, graphs.GoalGraph!));
            goal = Own(goalSession.Bind((DecisionGraphs.Goal, Bound(goalImage, imageShape)), (DecisionGraphs.GoalPart, part)));
            tower = Own(towerSession.Bind((DecisionGraphs.Images, Bound(images, imageShape)), (DecisionGraphs.GoalPart, part),
                (DecisionGraphs.Map, map)));
        }
        else
        {
            var both = Bound(images, 1, spec.InputChannels, spec.ImageHeight, spec.ImageWidth);
            tower = Own(towerSession.Bind((DecisionGraphs.Images, both), (DecisionGraphs.Map, map)));
        }
        head = Own(headSession.Bind((DecisionGraphs.Map, map), (DecisionGraphs.Rows, Bound(rows, samples, width)),
            (DecisionGraphs.Logits, Bound(logits, samples, 1))));
    }

    /// <summary>The goal image of all decisions from here on.</summary>
    public void SetGoal(ReadOnlySpan<byte> image)
    {
        var planes = goalImage is null ? CpuMemory.Span<float>(images)[imageNumbers..] : CpuMemory.Span<float>(goalImage);
        Planes.From(image, planes);
        goal?.Run();
    }

    /// <summary>Chooses an action.</summary>
    /// <returns>Its Q.</returns>
    public float Act(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, RandomKey key, Span<float> action)
    {
        Look(image, state);
        device.Copy(initialMean, mean);
        device.Copy(initialDeviation, deviation);
        for (var i = 0; i < settings.Iterations; i++)
        {
            device.CemSample(mean, deviation, box.Low, box.High, box.Binary,
                key with { Counter = key.Counter * (ulong)settings.Iterations + (ulong)i }, actions);
            Evaluate();
            if (i < settings.Iterations - 1) device.CemRefit(values, actions, settings.Elites, mean, deviation);
        }
        device.ArgMaxRows(values, indices, bestLogits);
        device.GatherRows(actions, indices, bestActions);
        device.Download(bestActions, action);
        device.Download<float>(bestLogits, logit);
        return Sigmoid(logit[0]);
    }

    /// <summary>Q of as many actions as CEM has samples.</summary>
    public void Evaluate(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, ReadOnlySpan<float> given, Span<float> q)
    {
        Look(image, state);
        device.Upload(given, actions);
        Evaluate();
        for (var i = 0; i < q.Length; i++) q[i] = Sigmoid(CpuMemory.Span<float>(logits)[i]);
    }

    private void Look(ReadOnlySpan<byte> image, ReadOnlySpan<float> state)
    {
        Planes.From(image, CpuMemory.Span<float>(images)[..imageNumbers]);
        device.Upload(state, states);
        tower.Run();
    }

    private void Evaluate()
    {
        device.EncodeColumns(actions, states, source, kind, scale, rows);
        head.Run();
    }

    private T Own<T>(T resource) where T : IDisposable
    {
        owned.Add(resource);
        return resource;
    }

    private static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var resource in Enumerable.Reverse(owned)) resource.Dispose();
        arena.Dispose();
        device.Dispose();
    }
}
