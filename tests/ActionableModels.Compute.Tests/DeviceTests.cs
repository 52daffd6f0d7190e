using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>Memory, argument checks, empty tensors and the uses in place that the operation set allows.</summary>
public sealed class DeviceTests(OpenedDevices devices) : IClassFixture<OpenedDevices>, IDisposable
{
    private Device device = null!;
    private Arena arena = null!;

    private void Use(string name)
    {
        device = devices[name];
        arena = new Arena(device, 1 << 16);
    }

    public void Dispose() => arena.Dispose();

    private Tensor New(params int[] d) => arena.Allocate(d.Length switch
    {
        1 => Shape.Of(d[0]), 2 => Shape.Of(d[0], d[1]), 3 => Shape.Of(d[0], d[1], d[2]), _ => Shape.Of(d[0], d[1], d[2], d[3]),
    });

    private Tensor Filled(params float[] values)
    {
        var tensor = New(values.Length);
        device.Upload<float>(values, tensor);
        return tensor;
    }

    private float[] Read(Tensor tensor)
    {
        var values = new float[tensor.Count];
        device.Download<float>(tensor, values);
        return values;
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Memory_is_zeroed_and_refused_after_disposal(string name)
    {
        Use(name);
        var memory = device.Allocate(1000);
        var tensor = new Tensor(memory, 0, Shape.Of(250));
        Assert.All(Read(tensor), value => Assert.Equal(0, value));
        device.Fill(tensor, 1);
        memory.Dispose();
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Fill(tensor, 1));
        Assert.Contains($"{1L << 60:N0} bytes", Assert.Throws<OutOfDeviceMemoryException>(() => device.Allocate(1L << 60)).Message);
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Memory_of_another_device_is_refused(string name)
    {
        Use(name);
        var tensor = new Tensor(new OtherMemory(), 0, Shape.Of(4));
        Assert.Throws<ArgumentException>(() => device.Fill(tensor, 1));
        Assert.Throws<ArgumentException>(() => device.Upload<float>([1], tensor));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Transfers_check_type_and_length(string name)
    {
        Use(name);
        var tensor = New(4);
        Assert.Throws<ArgumentException>(() => device.Upload<float>(new float[5], tensor));
        Assert.Throws<ArgumentException>(() => device.Upload<byte>(new byte[4], tensor));
        Assert.Throws<ArgumentException>(() => device.Download<float>(tensor, new float[5]));
        device.Upload<float>([1, 2], tensor);
        Assert.Equal([1, 2, 0, 0], Read(tensor));
        device.Upload<float>([], tensor);
        device.Download<float>(tensor, []);
    }

    /// <summary>Each of these breaks one rule of one operation.</summary>
    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Mismatched_shapes_are_refused(string name)
    {
        Use(name);
        var window = new Window(3, 2, Padding.Same);
        Tensor x = New(2, 8, 8, 3), w = New(5, 3, 3, 3), y = New(2, 4, 4, 5), v = New(7),
            both = New(2, 4, 4, 5), bytes = arena.Allocate(Shape.Of(2, 8, 8, 3), ElementType.UInt8);
        Tensor integers = arena.Allocate(Shape.Of(2, 2), ElementType.Int32), indices = arena.Allocate(Shape.Of(2), ElementType.Int32);
        Action[] wrong =
        [
            () => device.Conv2D(x, w, null, New(2, 4, 5, 5), window, false), () => device.Conv2D(x, w, v, y, window, false),
            () => device.Conv2D(x, New(5, 3, 3, 2), null, y, window, false), () =>
                device.Conv2D(x, w, null, y, new Window(2, 2, Padding.Same), false),
            () => device.Conv2D(x, w, null, y, new Window(3, 0, Padding.Same), false), () => device.Conv2D(bytes, w, null, y, window, false),
            () => device.Conv2DBackwardData(y, w, New(2, 9, 8, 3), window), () => device.Conv2DBackwardFilter(x, y, w, v, window),
            () => device.Conv2DAdd(x, w, New(2, 4, 5, 5), y, window, false), () => device.Conv2DAdd(x, w, y, y, window, false),
            () => device.Conv2DAdd(x.Rows(0, 1), w, both.Rows(0, 1), new Tensor(both.Memory, both.Offset + 64, Shape.Of(1, 4, 4, 5)), window,
                false),
            () => device.MaxPool(x, y, window), () => device.MaxPoolBackward(x, New(2, 4, 4, 3), New(2, 8, 8, 2), window),
            () => device.Dense(v, w, null, y, false), () => device.DenseBackwardFilter(New(4, 27), New(4, 5), w, v), () =>
                device.DenseBackwardData(New(4, 5), w, New(3, 27)),
            () => device.BatchNorm(x, null, v, New(3), New(3), 0.9f, 0.1f, false, x, New(3), New(3)),
            () => device.BatchNormInference(x, v, New(3), New(3), New(3), 0.1f, false, x),
            () => device.BatchNormBackward(x, New(3), null, New(3), New(3), New(3), false, x, null, New(3)),
            () => device.Normalize(x, null, New(3), v, New(3), false, x),
            () => device.FoldNorm(w, null, null, New(4), New(5), New(5), 0.1f, w, New(5)),
            () => device.BroadcastAdd(New(2, 1, 1, 3), New(3, 3), New(3, 1, 1, 3), false), () =>
                device.BroadcastAddBackward(New(4, 1, 1, 3), New(2, 1, 1, 3), New(4, 2)),
            () => device.ContextTable(New(2, 3), New(5, 3, 3, 4), New(2, 9, 5)), () =>
                device.BorderTableAdd(New(1, 1, 4, 5), New(2, 9, 5), null, New(2, 1, 4, 5), false),
            () => device.SumPositions(New(5, 7), New(5, 3)), () => device.Copy(x, bytes), () => device.Combine(1, x, 1, v), () =>
                device.SumRows(x, v),
            () => device.GatherRows(New(2, 3), indices, New(2, 4)), () => device.CopyColumns(New(2, 3), 2, New(2, 3), 0, 2), () =>
                device.RepeatRow(v, x),
            () => device.ImageToFloat(bytes, integers, null, default, New(2, 9, 8, 3), 0), () =>
                device.ImageToFloat(bytes, integers, null, default, x, 1),
            () => device.ReluBackward(x, x, v), () => device.Sigmoid(x, v), () => device.SigmoidCrossEntropy(v, v, v, v, New(6)), () =>
                device.SquaredError(v, New(6), v, v, v), () => device.BootstrapTargets(v, null, v, New(6), 1, v),
            () => device.MomentumUpdate(v, v, New(6), 1, 1, 1), () => device.AdamUpdate(v, v, v, v, 1, 0.9f, 0.9f, 1, 1, 0), () =>
                device.AverageUpdate(v, New(6), 1),
            () => device.SampleBox(New(3), New(3), New(2), default, New(4, 3)), () =>
                device.CemSample(New(3, 3), New(3, 3), New(3), New(3), New(3), default, New(4, 3)),
            () => device.CemRefit(New(4), New(4, 3), 5, New(1, 3), New(1, 3)), () => device.ArgMaxRows(New(5), indices, New(2)),
            () => device.ExclusionMask(New(4, 3), New(2, 3), New(3), New(3), 1, New(5)), () =>
                device.ResampleExp(New(7), New(7), 2, 1, 1, default, indices, New(2)),
            () => device.EncodeColumns(New(4, 3), New(2, 2), indices, integers, New(2), New(4, 2)),
        ];
        for (var i = 0; i < wrong.Length; i++)
            Assert.True(Record.Exception(wrong[i]) is ArgumentException, $"call {i} was not refused");
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Empty_tensors_are_no_error(string name)
    {
        Use(name);
        var window = new Window(3, 1, Padding.Valid);
        Tensor x = New(2, 2, 2, 3), w = New(5, 3, 3, 3), y = New(2, 0, 0, 5), dx = New(2, 2, 2, 3), dw = New(5, 3, 3, 3), bias = New(5);
        device.Fill(dx, 1);
        device.Fill(dw, 1);
        device.Fill(bias, 1);
        device.Conv2D(x, w, null, y, window, false);
        device.Conv2DBackwardData(y, w, dx, window);
        device.Conv2DBackwardFilter(x, y, dw, bias, window);
        Assert.All([.. Read(dx), .. Read(dw), .. Read(bias)], value => Assert.Equal(0, value));
        device.Dense(New(0, 4), New(3, 4), null, New(0, 3), true);
        device.DenseBackwardFilter(New(0, 4), New(0, 3), New(3, 4), New(3));
        device.Combine(1, New(0), 1, New(0));
        device.BatchNormInference(New(0, 3), null, New(3), New(3), New(3), 1, true, New(0, 3));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Operations_work_in_place_where_they_may(string name)
    {
        Use(name);
        Tensor x = Filled(-1, 2, 0, 5), y = Filled(0, 3, 0, 4), other = New(4);
        device.Sigmoid(x, other);
        device.ReluBackward(y, x, x);
        Assert.Equal([0, 2, 0, 5], Read(x));
        device.Upload<float>([-1, 2, 0, 5], x);
        device.Sigmoid(x, x);
        Assert.Equal(Read(other), Read(x));

        Tensor source = arena.Allocate(Shape.Of(40, 17)), shift = New(17), mean = New(17), inverse = New(17), variance = New(17),
            output = New(40, 17);
        device.TruncatedNormal(source, 1, 2, new RandomKey(1, 2, 3));
        device.BatchNorm(source, null, shift, mean, variance, 0.5f, 0.1f, true, output, mean, inverse);
        Tensor dy = New(40, 17), dx = New(40, 17), dshift = New(17);
        device.TruncatedNormal(dy, 0, 1, new RandomKey(4, 5, 6));
        device.BatchNormBackward(source, dy, null, shift, mean, inverse, true, dx, null, dshift);
        device.BatchNormBackward(source, dy, null, shift, mean, inverse, true, dy, null, dshift);
        Assert.Equal(Read(dx), Read(dy));
        device.BatchNormInference(source, null, shift, mean, inverse, 0.1f, true, output);
        device.BatchNormInference(source, null, shift, mean, inverse, 0.1f, true, source);
        Assert.Equal(Read(output), Read(source));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Weight_zero_silences_a_loss_whatever_the_logit(string name)
    {
        Use(name);
        Tensor logits = Filled(float.NaN, float.PositiveInfinity, 1), targets = Filled(0, 1, 1), weights = Filled(0, 0, 1);
        Tensor losses = New(3), gradients = New(3);
        device.SigmoidCrossEntropy(logits, targets, weights, losses, gradients);
        Assert.Equal([0, 0], Read(losses)[..2]);
        Assert.Equal([0, 0], Read(gradients)[..2]);
        Assert.Equal(MathF.Log(1 + MathF.Exp(-1)), Read(losses)[2], 1e-6f);
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Refit_never_picks_NaN(string name)
    {
        Use(name);
        Tensor values = Filled(float.NaN, 1, 2), samples = arena.Allocate(Shape.Of(3, 1)), mean = New(1, 1), deviation = New(1, 1);
        device.Upload<float>([9, 3, 5], samples);
        device.CemRefit(values, samples, 3, mean, deviation);
        Assert.Equal(4, Read(mean)[0]);
        Assert.Equal(MathF.Sqrt(2), Read(deviation)[0], 1e-6f);
    }

    /// <summary>Vectorised draws are the numbers that <see cref="Philox"/> names.</summary>
    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Draws_are_those_of_the_scalar_generator(string name)
    {
        Use(name);
        var key = new RandomKey(21, 22, 1UL << 40);
        Tensor y = New(1001), low = Filled(0), high = Filled(1), binary = Filled(0), box = New(1001, 1);
        device.TruncatedNormal(y, 0, 1, key);
        device.SampleBox(low, high, binary, key, box);
        float[] normals = Read(y), uniforms = Read(box);
        for (var i = 0u; i < 1001; i++)
        {
            var expected = Philox.Normal(key, i);
            if (MathF.Abs(expected) < 2) Assert.Equal(expected, normals[i], 2e-6f);
            Assert.Equal(Philox.Uniform(key, i), uniforms[i]);
        }
    }

    private sealed class OtherMemory : DeviceMemory
    {
        public override long Bytes => 64;
        public override void Dispose() { }
    }
}
