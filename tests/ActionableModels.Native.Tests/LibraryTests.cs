using System.Runtime.InteropServices;
using System.Text;
using ActionableModels.Checkpoints;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>libactionable.so does what actionable.h says, seen as a C program sees it.</summary>
public sealed unsafe partial class LibraryTests(ModelFolder models) : IClassFixture<ModelFolder>
{
    private static readonly List<(int Level, string Text)> logged = [];

    [NativeFact]
    public void Decisions_and_Q_are_the_managed_controllers()
    {
        using var managed = new PolicyController(() => new CpuDevice(1), PolicyModel.Read(models.Model), new() { Seed = 5 });
        managed.SetGoal(ModelFolder.Image(100));
        var options = Library.Defaults();
        options.Seed = 5;
        using var native = new OpenPolicy(models.Model, options);
        Assert.Equal(ControlStatus.Ok, native.SetGoal(ModelFolder.Image(100)));
        for (ulong n = 0; n < 5; n++)
        {
            var image = ModelFolder.Image(n);
            var status = managed.Act(image, [1, 0.3f], 0, out var expected);
            Assert.Equal(status, native.Act(image, out var decision, captured: 0));
            Assert.Equal((status, n, 128, 0u), (decision.Status, decision.Index, decision.Samples, decision.Model));
            Assert.Equal(Bits(expected), Bits(decision));
            Assert.InRange(decision.FinishedNs - decision.StartedNs, 1, 10_000_000_000);
        }
        float[] actions = [.. Enumerable.Range(0, 3 * 7).Select(i => i % 7 < 4 ? 0.01f * i : i % 2)], q = new float[3], nativeQ = new float[3];
        Assert.Equal(ControlStatus.Ok, managed.Evaluate(ModelFolder.Image(1), [1, 0.3f], actions, q));
        Assert.Equal(ControlStatus.Ok, native.Evaluate(ModelFolder.Image(1), actions, nativeQ));
        Assert.Equal(q, nativeQ);
        Assert.All(q, value => Assert.InRange(value, 0, 1));
    }

    [NativeFact]
    public void A_model_in_memory_is_the_model_of_the_file()
    {
        using var file = new OpenPolicy(models.Model, Library.Defaults());
        var bytes = File.ReadAllBytes(models.Model);
        void* policy;
        var options = Library.Defaults();
        fixed (byte* first = bytes) Assert.Equal(ControlStatus.Ok, Library.OpenMemory(first, (nuint)bytes.Length, &options, &policy, null, 0));
        using var memory = new OpenPolicy(policy);
        foreach (var opened in (OpenPolicy[])[file, memory]) opened.SetGoal(ModelFolder.Image(100));
        file.Act(ModelFolder.Image(1), out var one, captured: 0);
        memory.Act(ModelFolder.Image(1), out var two, captured: 0);
        Assert.Equal(Bits(one), Bits(two));
    }

    [NativeFact]
    public void The_description_tells_what_was_opened()
    {
        var options = Library.Defaults();
        (options.BudgetMs, options.CemSamples, options.Low[0], options.Rate[1]) = (3, 32, -0.05f, 0.01f);
        options.Flags = Without.AgeCheck;
        using var native = new OpenPolicy(models.Model, options);
        NativeDescription told;
        Assert.Equal(ControlStatus.Ok, Library.Describe(native.Pointer, &told));
        Assert.Equal(("compact-64", "actionable-models"), (Text(told.Network), Text(told.Method)));
        Assert.Contains("1 thread", Text(told.Device));
        Assert.Equal((64, 64, 1, 2, 32, 6), (told.CameraHeight, told.CameraWidth, told.HasQ, told.CemIterations, told.CemSamples, told.CemElites));
        Assert.Equal((3, 500, double.PositiveInfinity), (told.BudgetMs, told.DeadlineMs, told.MaxImageAgeMs));
        Assert.Equal((-0.05f, 0.1f, 0.01f, float.PositiveInfinity), (told.Low[0], told.High[0], told.Rate[1], told.Rate[6]));
        Assert.Equal(PolicyModel.Read(models.Model).Layout.Count, told.Parameters);
        Assert.InRange(told.MemoryBytes, 4 * told.Parameters, 100 << 20);
        Assert.InRange(told.WarmUpMs, 0.01, 1000);
    }

    [NativeTheory]
    [InlineData(nameof(ModelFolder.Missing), ControlStatus.File)]
    [InlineData(nameof(ModelFolder.Folder), ControlStatus.File)]
    [InlineData(nameof(ModelFolder.Text), ControlStatus.BadModel)]
    [InlineData(nameof(ModelFolder.Truncated), ControlStatus.BadModel)]
    public void Files_that_cannot_be_opened_are_told_apart(string name, ControlStatus expected)
    {
        var (status, policy, message) = Library.Open(models.Named(name), Library.Defaults());
        Assert.Equal((expected, 0), (status, policy));
        Assert.StartsWith(models.Named(name), message);
    }

    [NativeTheory]
    [InlineData("gpu", ControlStatus.Device, "unknown device 'gpu'")]
    [InlineData("cuda:99", ControlStatus.Device, "")]
    [InlineData("opencl:x", ControlStatus.Device, "'opencl:x' names no device")]
    public void Devices_that_are_not_there_are_refused(string device, ControlStatus expected, string text)
    {
        var (status, policy, message) = Library.Open(models.Model, Library.Defaults(), device);
        Assert.Equal((expected, 0), (status, policy));
        Assert.NotEmpty(message);
        Assert.Contains(text, message);
    }

    public delegate void Change(ref NativeOptions options);

    public static TheoryData<string, Change> BadOptions => new()
    {
        { "size", (ref o) => o.Size-- },
        { "flags", (ref o) => o.Flags = (Without)(1 << 7) },
        { "threads", (ref o) => o.Threads = -1 },
        { "priority", (ref o) => o.Priority = 100 },
        { "core", (ref o) => o.Core = -2 },
        { "budget_ms", (ref o) => o.BudgetMs = -1 },
        { "deadline_ms", (ref o) => o.DeadlineMs = double.NaN },
        { "deadline_ms", (ref o) => o.DeadlineMs = 0 },
        { "max_image_age_ms", (ref o) => o.MaxImageAgeMs = double.PositiveInfinity },
        { "cem_iterations", (ref o) => o.CemIterations = 0 },
        { "cem_iterations and cem_samples", (ref o) => (o.CemIterations, o.CemSamples) = (2, 65536) },
        { "cem_elites", (ref o) => o.CemElites = 65 },
        { "hold of z", (ref o) => o.Hold[2] = 9 },
        { "low of x", (ref o) => o.Low[0] = -9 },
        { "state_low", (ref o) => o.StateLow[0] = float.NaN },
    };

    [NativeTheory, MemberData(nameof(BadOptions))]
    public void Options_out_of_range_are_refused(string name, Change change)
    {
        var options = Library.Defaults();
        change(ref options);
        var (status, policy, message) = Library.Open(models.Model, options);
        Assert.Equal((ControlStatus.InvalidArgument, 0), (status, policy));
        Assert.Contains(name, message);
    }

    [NativeFact]
    public void An_unknown_precision_is_an_invalid_argument()
    {
        var options = Library.Defaults();
        fixed (byte* name = "fp8\0"u8)
        {
            options.Precision = name;
            var (status, _, message) = Library.Open(models.Model, options, "cuda");
            Assert.Equal(ControlStatus.InvalidArgument, status);
            Assert.Contains("precision 'fp8'", message);
        }
    }

    [NativeFact]
    public void Framework_messages_are_words_and_lines_are_one()
    {
        // No file's name is that long.
        var (status, _, message) = Library.Open(models.Missing + new string('a', 300) + "\nb", Library.Defaults());
        Assert.Equal(ControlStatus.File, status);
        Assert.DoesNotContain('\n', message);
        Assert.Contains("too long", message);
    }

    [NativeFact]
    public void No_actions_have_no_Q_and_that_is_fine()
    {
        using var native = new OpenPolicy(models.Model, Library.Defaults());
        native.SetGoal(ModelFolder.Image(100));
        var image = ModelFolder.Image(1);
        fixed (byte* first = image)
        {
            var seen = new NativeObservation { Image = first, ImageBytes = (nuint)image.Length };
            Assert.Equal(ControlStatus.Ok, Library.Evaluate(native.Pointer, &seen, null, 0, null));
        }
    }

    [NativeFact]
    public void Files_refused_before_they_are_read_are_counted()
    {
        using var native = new OpenPolicy(models.Model, Library.Defaults());
        byte end = 0;
        Assert.Equal(ControlStatus.File, Library.SwapFile(native.Pointer, &end, null, 0));
        Assert.Equal(ControlStatus.BadModel, Library.SwapMemory(native.Pointer, &end, (nuint)int.MaxValue + 1, null, 0));
        ControlCounters counters;
        Library.CountersRead(native.Pointer, &counters);
        Assert.Equal((2UL, 0UL), (counters.RejectedSwaps, counters.Swaps));
    }

    [NativeFact]
    public void Messages_are_cut_between_characters_and_end_with_zero()
    {
        var buffer = stackalloc byte[600];
        var options = Library.Defaults();
        var path = models.Missing + string.Concat(Enumerable.Repeat("ß€😀", 20));
        void* policy;
        var before = 0;
        for (var capacity = 0; capacity < 400; capacity++)
        {
            new Span<byte>(buffer, 600).Fill(0xEE);
            fixed (byte* text = Library.Text(path)) Library.OpenFile(text, &options, &policy, buffer, (nuint)capacity);
            Assert.Equal(-1, new Span<byte>(buffer + capacity, 600 - capacity).IndexOfAnyExcept((byte)0xEE));
            if (capacity == 0) continue;
            var length = new Span<byte>(buffer, capacity).IndexOf((byte)0);
            Assert.InRange(length, before, capacity - 1);
            Assert.DoesNotContain('\uFFFD', new UTF8Encoding(false, true).GetString(buffer, length));
            before = length;
        }
        Assert.True(before > 100);
    }

    [NativeFact]
    public void Null_pointers_and_closed_handles_are_refused()
    {
        Decision decision;
        NativeObservation seen = default;
        ControlCounters counters;
        NativeDescription description;
        long ns;
        var bad = ControlStatus.InvalidArgument;
        foreach (var policy in (nint[])[0, Closed()])
        {
            var p = (void*)policy;
            decision.Q = 5;
            Assert.Equal(bad, Library.Act(p, &seen, &decision));
            Assert.Equal((-1f, bad, 0f), (decision.Q, decision.Status, decision.Action[0]));
            Assert.Equal([bad, bad, bad, bad, bad, bad, bad, bad], (ControlStatus[])
            [
                Library.Newest(p, &decision), Library.CountersRead(p, &counters), Library.Latency(p, 0.5, &ns), Library.Reset(p),
                Library.Describe(p, &description), Library.SetGoal(p, (byte*)&seen, 1), Library.SwapFile(p, (byte*)&seen, null, 0), Library.Evaluate(p, &seen, &decision.Q, 0, &decision.Q),
            ]);
        }
        Library.Close(null);
        using var native = new OpenPolicy(models.Model, Library.Defaults());
        Assert.Equal(bad, Library.Act(native.Pointer, null, &decision));
        Assert.Equal([bad, bad, bad, bad, bad], (ControlStatus[])
        [
            Library.Act(native.Pointer, &seen, null), Library.Newest(native.Pointer, null), Library.CountersRead(native.Pointer, null),
            Library.Latency(native.Pointer, double.NaN, &ns), Library.SetGoal(native.Pointer, null, 1),
        ]);
        Assert.Equal(bad, Library.OpenFile(null, null, null, null, 0));
        NativeOptions options;
        Assert.Equal(bad, Library.OptionsDefault(&options, (nuint)sizeof(NativeOptions) - 8));
    }

    [NativeFact]
    public void Newest_counters_and_latency_tell_what_act_did()
    {
        using var native = new OpenPolicy(models.Model, Library.Defaults());
        Decision newest;
        ControlCounters counters;
        long median, longest;
        Assert.Equal(ControlStatus.Held, Library.Newest(native.Pointer, &newest));
        Assert.Equal(Interventions.Watchdog, newest.Interventions);
        native.SetGoal(ModelFolder.Image(100));
        for (ulong n = 0; n < 20; n++)
        {
            Assert.Equal(ControlStatus.Ok, native.Act(ModelFolder.Image(n), out var decision));
            Assert.Equal(ControlStatus.Ok, Library.Newest(native.Pointer, &newest));
            Assert.Equal(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref decision, 1)).ToArray(), new Span<byte>(&newest, sizeof(Decision)).ToArray());
        }
        Assert.Equal(ControlStatus.Held, native.Act(new byte[ModelFolder.ImageBytes], out var blank));
        Assert.True(blank.Interventions.HasFlag(Interventions.BlankImage));
        Assert.Equal(ControlStatus.Ok, Library.CountersRead(native.Pointer, &counters));
        Assert.Equal((21ul, 1ul, 1ul, 1ul), (counters.Decisions, counters.Held, counters.BlankImage, counters.Watchdog));
        Assert.Equal(ControlStatus.Ok, Library.Latency(native.Pointer, 0.5, &median));
        Assert.Equal(ControlStatus.Ok, Library.Latency(native.Pointer, 1, &longest));
        Assert.Equal(counters.LongestNs, longest);
        Assert.InRange(median, 1000, longest);
    }

    [NativeFact]
    public void A_refused_swap_leaves_the_old_model_and_counts()
    {
        using var native = new OpenPolicy(models.Model, Library.Defaults());
        native.SetGoal(ModelFolder.Image(100));
        native.Act(ModelFolder.Image(1), out var before, captured: 0);
        Assert.Equal(ControlStatus.File, native.Swap(models.Missing).Status);
        Assert.Equal(ControlStatus.BadModel, native.Swap(models.Truncated).Status);
        var (status, message) = native.Swap(models.SmallCamera);
        Assert.Equal(ControlStatus.BadModel, status);
        Assert.Contains("64", message);
        ControlCounters counters;
        Library.CountersRead(native.Pointer, &counters);
        Assert.Equal((0ul, 3ul), (counters.Swaps, counters.RejectedSwaps));
        Library.Reset(native.Pointer);
        native.Act(ModelFolder.Image(1), out var same, captured: 0);
        Assert.Equal(Bits(before), Bits(same));
        Assert.Equal(ControlStatus.Ok, native.Swap(models.Other).Status);
        Library.Reset(native.Pointer);
        native.Act(ModelFolder.Image(1), out var after, captured: 0);
        Assert.NotEqual(Bits(before), Bits(after));
        Assert.Equal(1u, after.Model);
    }

    [NativeFact]
    public void A_second_thread_inside_a_handle_is_told_at_once()
    {
        var options = Library.Defaults();
        (options.CemSamples, options.CemIterations) = (65536, 1);
        options.Flags = Without.Deadline;
        using var native = new OpenPolicy(models.Model, options);
        native.SetGoal(ModelFolder.Image(100));
        ControlStatus long_ = default;
        var thread = new Thread(() => long_ = native.Act(ModelFolder.Image(1), out _));
        thread.Start();
        ControlStatus status;
        do status = Library.Reset(native.Pointer);
        while (status == ControlStatus.Ok && thread.IsAlive);
        Assert.Equal(ControlStatus.Busy, status);
        Assert.Equal(ControlStatus.Busy, native.Act(ModelFolder.Image(1), out var decision));
        Assert.Equal((0f, -1f, ControlStatus.Busy), (decision.Action[0], decision.Q, decision.Status));
        thread.Join();
        Assert.Equal(ControlStatus.Ok, long_);
    }

    [NativeFact]
    public void The_log_tells_of_opening_and_of_refused_swaps()
    {
        logged.Clear();
        var options = Library.Defaults();
        options.Log = &Log;
        options.LogData = (void*)77;
        using var native = new OpenPolicy(models.Model, options);
        native.Swap(models.Missing);
        Assert.Contains(logged, line => line is (0, var text) && text.Contains("opened network compact-64"));
        Assert.Contains(logged, line => line is (1, var text) && text.Contains(models.Missing));
    }

    [NativeFact]
    public void A_thread_is_prepared_or_told_why_not()
    {
        (ControlStatus Status, string Text) Prepare(int core, int priority)
        {
            (ControlStatus, string) result = default;
            var thread = new Thread(() =>
            {
                var message = stackalloc byte[256];
                var status = Library.PrepareThread(core, priority, message, 256);
                result = (status, Marshal.PtrToStringUTF8((nint)message)!);
                if (status == ControlStatus.Ok && core >= 0) Assert.Equal([core], Affinity.Allowed());
            });
            thread.Start();
            thread.Join();
            return result;
        }
        Assert.Equal((ControlStatus.Ok, ""), Prepare(-1, 0));
        Assert.Equal((ControlStatus.Ok, ""), Prepare(Affinity.Allowed()[^1], 0));
        Assert.Equal(ControlStatus.Device, Prepare(1000, 0).Status);
        Assert.Equal(ControlStatus.InvalidArgument, Prepare(-2, 0).Status);
        Assert.Contains("core 1000", Prepare(1000, 0).Text);
        Assert.Contains("priority 100", Prepare(-1, 100).Text);
        // The first failure is told.
        Assert.Contains("core 1000", Prepare(1000, 100).Text);
    }

    [NativeFact]
    public void The_library_says_what_it_is()
    {
        var built = Marshal.PtrToStringUTF8((nint)Library.BuildInfo())!;
        Assert.Equal("0.1.0", Marshal.PtrToStringUTF8((nint)Library.Version()));
        Assert.Matches(@"^ActionableModels 0\.1\.0, commit \S+, \.NET 9\.\S+ native AOT, (clang|gcc) \S+, instruction set AVX(2|-512)$", built);
        Assert.Equal(CpuDevice.IsSupported(SimdLevel.Avx512) ? "AVX-512" : "AVX2", built.Split(' ')[^1]);
        Assert.Equal([.. Actions.ActionSpace.Names, "", ""], Enumerable.Range(0, 9).Select(i => Marshal.PtrToStringUTF8((nint)Library.ActionName(i % 8 - i / 8))));
        Assert.Equal(11, Enum.GetValues<ControlStatus>().Select(s => Marshal.PtrToStringUTF8((nint)Library.StatusText(s))).Distinct().Count());
        Assert.Equal("unknown status", Marshal.PtrToStringUTF8((nint)Library.StatusText((ControlStatus)11)));
        var before = PolicyController.Now;
        Assert.InRange(Library.NowNs(), before, PolicyController.Now);
    }

    [Theory, OnDevice("opencl")]
    public void It_computes_on(string device)
    {
        if (!Requirement.Met(File.Exists(NativeLibraryFile.Path), NativeLibraryFile.Path, nameof(It_computes_on))) return;
        using var cpu = new OpenPolicy(models.Model, Library.Defaults());
        using var gpu = new OpenPolicy(models.Model, Library.Defaults(), device);
        float[] actions = [.. Enumerable.Range(0, 7).Select(i => i < 4 ? 0.01f * i : i % 2)], one = new float[1], two = new float[1];
        foreach (var (native, q) in ((OpenPolicy, float[])[])[(cpu, one), (gpu, two)])
        {
            native.SetGoal(ModelFolder.Image(100));
            Assert.Equal(ControlStatus.Ok, native.Evaluate(ModelFolder.Image(1), actions, q));
        }
        Assert.InRange(Math.Abs(one[0] - two[0]), 0, 1e-4);
    }

    /// <summary>The stand-in has capability 9.0, whose kernels are not among those of all others.</summary>
    [Theory, OnDevice("cuda")]
    public void It_computes_on_the_kernels_of_Hopper(string device)
    {
        if (!Requirement.Met(File.Exists(NativeLibraryFile.Path), NativeLibraryFile.Path, nameof(It_computes_on_the_kernels_of_Hopper))) return;
        var image = new byte[ModelFolder.WideSide * ModelFolder.WideSide * 3];
        for (var i = 0; i < image.Length; i++) image[i] = (byte)(i * 7);
        float[] actions = new float[7], one = new float[1], two = new float[1];
        var options = Library.Defaults();
        (options.CemIterations, options.CemSamples, options.CemElites) = (1, 4, 2);
        using var cpu = new OpenPolicy(models.Wide, options);
        // The stand-in is named in this runtime's environment only.
        if (Environment.GetEnvironmentVariable(StandIn.Variable) is { } driver) Assert.Equal(0, SetEnvironment(StandIn.Variable, driver, 1));
        using var gpu = new OpenPolicy(models.Wide, options, device);
        foreach (var (native, q) in ((OpenPolicy, float[])[])[(cpu, one), (gpu, two)])
        {
            Assert.Equal(ControlStatus.Ok, native.SetGoal(image));
            Assert.Equal(ControlStatus.Ok, native.Evaluate(image, actions, q));
        }
        // Products in bfloat16.
        Assert.InRange(Math.Abs(one[0] - two[0]), 0, 0.02);
    }

    [UnmanagedCallersOnly]
    private static void Log(void* data, int level, byte* text)
    {
        if (data == (void*)77) logged.Add((level, Marshal.PtrToStringUTF8((nint)text)!));
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private static uint[] Bits(Decision decision) =>
        [.. ((ReadOnlySpan<float>)decision.Action).ToArray().Append(decision.Q).Select(BitConverter.SingleToUInt32Bits), (uint)decision.Interventions];

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);

    private static nint Closed()
    {
        var memory = (ulong*)NativeMemory.AllocZeroed(64);
        return (nint)memory;
    }
}
