using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Latency;

/// <summary>
/// A child process that keeps cores busy while decisions are measured; idle until <see cref="Go"/>, and it ends with this process.
/// </summary>
internal sealed class BusyLoad : IDisposable
{
    /// <summary>The hidden command that the child runs.</summary>
    public const string Command = "busy";

    /// <summary>Memory that each of its threads goes through, again and again.</summary>
    public const int BytesPerThread = 16 << 20;

    /// <summary>What it does, in words.</summary>
    public static string What => $"a child process whose threads multiply and add over {BytesPerThread >> 20} MiB each";

    private const string GoLine = "go", BusyLine = "busy";
    private readonly Process process;
    private TimeSpan processorTime;
    private long started;

    /// <summary>Starts the child: before the calling thread is kept on a core, which the child would be, too.</summary>
    /// <param name="cores">Cores to keep busy, one thread on each.</param>
    /// <exception cref="ActionableException">The child does not start.</exception>
    public BusyLoad(int[] cores)
    {
        Cores = cores;
        var program = Environment.ProcessPath ?? throw new ActionableException("the path of this program is not known: leave --load out");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Started as `dotnet actionable.dll`, the program is dotnet.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "actionable.dll"));
        foreach (var argument in (string[])["bench", Command, "--cores", string.Join(',', cores)]) start.ArgumentList.Add(argument);
        process = Process.Start(start) ?? throw new ActionableException($"{program} did not start as the load");
    }

    /// <summary>Cores that it keeps busy.</summary>
    public int[] Cores { get; }

    /// <summary>Makes it busy; returns when all of its threads are.</summary>
    /// <exception cref="ActionableException">It ended.</exception>
    public void Go()
    {
        try
        {
            process.StandardInput.WriteLine(GoLine);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }
        if (process.StandardOutput.ReadLine() != BusyLine) throw Ended();
        process.Refresh();
        (processorTime, started) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
    }

    /// <summary>How busy each of its cores was since <see cref="Go"/>: 1 when no other work had a part of them.</summary>
    /// <exception cref="ActionableException">It ended.</exception>
    public double Share()
    {
        process.Refresh();
        if (process.HasExited) throw Ended();
        return (process.TotalProcessorTime - processorTime) / Stopwatch.GetElapsedTime(started) / Cores.Length;
    }

    /// <summary>The child's side: waits for the word, keeps the cores busy, ends when the parent closes the pipe.</summary>
    public static void Serve(int[] cores)
    {
        if (Console.In.ReadLine() != GoLine) return;
        using var busy = new CountdownEvent(cores.Length);
        foreach (var core in cores)
            new Thread(() => Work(core, busy)) { IsBackground = true }.Start();
        busy.Wait();
        Console.Out.WriteLine(BusyLine);
        Console.Out.Flush();
        Console.In.ReadToEnd();
    }

    // Arithmetic and memory traffic: the other cores share the outer cache and the memory with it.
    private static void Work(int core, CountdownEvent busy)
    {
        Affinity.Pin(core);
        var numbers = new float[BytesPerThread / sizeof(float)];
        Array.Fill(numbers, 1f);
        busy.Signal();
        while (true)
            for (var i = 0; i < numbers.Length; i++) numbers[i] = numbers[i] * 0.999f + 0.001f;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(5))) process.Kill();
        process.Dispose();
    }

    private static ActionableException Ended() => new("the load beside the decisions ended by itself: run again, or leave --load out");
}
