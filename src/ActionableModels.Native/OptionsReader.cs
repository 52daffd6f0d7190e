using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Control;
using ActionableModels.Policies;

namespace ActionableModels.Native;

/// <summary>Checks actionable_options and puts them into the terms of the managed library.</summary>
internal static unsafe class OptionsReader
{
    private const Without Known = (Without)(((uint)Without.MemoryLock << 1) - 1);
    private static readonly double LongestMs = OptionsCheck.LongestTime.TotalMilliseconds;
    private const int MostThreads = 1024;

    /// <summary>How the controller decides and what it guards; it checks the rest itself.</summary>
    /// <exception cref="OptionException">Flags mean nothing, or a time is none; the message says which.</exception>
    public static ControllerOptions Controller(NativeOptions* options)
    {
        Require((options->Flags & ~Known) == 0, $"option flags has bits that mean nothing: 0x{(uint)(options->Flags & ~Known):x}");
        return new()
        {
            Cem = new CemSettings(options->CemIterations, options->CemSamples, options->CemElites),
            Seed = options->Seed,
            Budget = options->BudgetMs == 0 ? null : Time("budget_ms", options->BudgetMs),
            Deadline = Is(options, Without.Deadline) ? null : Time("deadline_ms", options->DeadlineMs),
            MaxImageAge = Is(options, Without.AgeCheck) ? null : Time("max_image_age_ms", options->MaxImageAgeMs),
            CheckImage = !Is(options, Without.ImageCheck),
            Hold = Numbers(options->Hold),
            LimitBox = !Is(options, Without.Box),
            Low = Numbers(options->Low),
            High = Numbers(options->High),
            LimitRate = !Is(options, Without.RateLimit),
            Rate = Numbers(options->Rate),
            CheckState = !Is(options, Without.StateCheck),
            StateLow = [options->StateLow[0], options->StateLow[1]],
            StateHigh = [options->StateHigh[0], options->StateHigh[1]],
            LockMemory = !Is(options, Without.MemoryLock),
        };
    }

    /// <summary>What to compute on.</summary>
    /// <exception cref="OptionException">A number is out of range; the message says which.</exception>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static DeviceChoice Device(NativeOptions* options)
    {
        Whole("threads", options->Threads, 0, MostThreads);
        Whole("core", options->Core, -1, int.MaxValue - MostThreads);
        Whole("priority", options->Priority, 0, 99);
        var helpers = (options->Threads == 0 ? Environment.ProcessorCount : options->Threads) - 1;
        return DeviceChoice.Parse(NativeText.Read(options->Device) ?? DeviceChoice.Cpu, NativeText.Read(options->Precision)) with
        {
            Threads = options->Threads,
            Cores = options->Core < 0 ? [] : [.. Enumerable.Range(options->Core, helpers)],
            Priority = options->Priority,
        };
    }

    /// <summary>The field that a property of <see cref="ControllerOptions"/> is: StateLow is state_low, Cem.Samples is cem_samples.</summary>
    public static string Field(string property) =>
        string.Concat(property.Replace(".", "").Select((each, at) => (at > 0 && char.IsUpper(each) ? "_" : "") + char.ToLowerInvariant(each)));

    private static bool Is(NativeOptions* options, Without flag) => (options->Flags & flag) != 0;

    private static float[] Numbers(ActionValues values) => ((ReadOnlySpan<float>)values)[..ActionSpace.Dimensions].ToArray();

    private static TimeSpan Time(string name, double milliseconds)
    {
        Require(milliseconds > 0 && milliseconds <= LongestMs, FormattableString.Invariant($"option {name} is {milliseconds}: give 0 < ms <= {LongestMs:0}"));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    private static void Whole(string name, int value, int least, int most) =>
        Require(value >= least && value <= most, $"option {name} is {value}: give {least} to {most}");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new OptionException(otherwise);
    }
}
