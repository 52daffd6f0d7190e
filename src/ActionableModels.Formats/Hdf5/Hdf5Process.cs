using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// Another process that runs <see cref="Hdf5Worker"/>, watched: it is ended where an answer takes too long or too much memory, and a new one
/// serves the next request. What it sends is checked like any file.
/// </summary>
internal sealed class Hdf5Process(Func<ProcessStartInfo> start, Hdf5Limits limits) : IHdf5Channel
{
    /// <summary>Longest answer, in bytes.</summary>
    public const int LongestAnswer = 1 << 28;

    private const int ReadAhead = 1 << 20;
    private static readonly TimeSpan Watching = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private Child? child;
    private bool disposed;

    /// <inheritdoc/>
    public int Generation { get; private set; }

    /// <summary>Most memory that a process was seen to take.</summary>
    public long PeakMemory { get; private set; }

    /// <summary>Ends the process; the next request starts another.</summary>
    public void Restart()
    {
        lock (gate)
        {
            child?.Dispose();
            child = null;
            Generation++;
        }
    }

    /// <inheritdoc/>
    public byte[] Ask(ReadOnlySpan<byte> request) => Ask(request, (stream, length) =>
    {
        // The length is what another process says: memory is taken as its bytes arrive.
        var answer = new byte[Math.Min(length, ReadAhead)];
        for (var have = 0; have < length;)
        {
            if (have == answer.Length) Array.Resize(ref answer, (int)Math.Min(length, 2L * have));
            var got = stream.Read(answer.AsSpan(have));
            if (got == 0) throw new EndOfStreamException();
            have += got;
        }
        return answer;
    });

    /// <inheritdoc/>
    public unsafe void Ask(ReadOnlySpan<byte> request, Span<byte> data)
    {
        var expected = data.Length;
        fixed (byte* to = data)
        {
            var target = (nint)to;
            Ask(request, (stream, length) =>
            {
                if (length != expected) throw new InvalidDataException();
                stream.ReadExactly(new Span<byte>((byte*)target, expected));
                return [];
            });
        }
    }

    /// <summary>Ends the process, also where another thread waits for its answer: that gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            child?.Dispose();
        }
    }

    private Child Current()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (child is null) Generation++;
            return child ??= new Child(start, limits);
        }
    }

    private byte[] Ask(ReadOnlySpan<byte> request, Func<Stream, int, byte[]> take)
    {
        var current = Current();
        try
        {
            current.Begin();
            Span<byte> head = stackalloc byte[sizeof(int) + Hdf5Server.Head];
            BinaryPrimitives.WriteInt32LittleEndian(head, request.Length);
            current.Requests.Write(head[..sizeof(int)]);
            current.Requests.Write(request);
            current.Requests.Flush();
            current.Answers.ReadExactly(head);
            var length = BinaryPrimitives.ReadInt32LittleEndian(head) - Hdf5Server.Head;
            if (length is < 0 or > LongestAnswer || head[sizeof(int)] > 1) throw new InvalidDataException();
            var served = head[sizeof(int)] == 0;
            var answer = served ? take(current.Answers, length) : Refusal(current.Answers, length);
            current.Finish();
            return served ? answer : throw Hdf5InProcess.Refused(answer);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or ObjectDisposedException)
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                child = null;
            }
            throw current.End(fault is InvalidDataException);
        }
        finally
        {
            PeakMemory = Math.Max(PeakMemory, current.PeakMemory);
        }
    }

    private static byte[] Refusal(Stream stream, int length)
    {
        if (length > Hdf5Worker.LongestRequest) throw new InvalidDataException();
        var text = new byte[length];
        stream.ReadExactly(text);
        return text;
    }

    private sealed class Child : IDisposable
    {
        private readonly Process process;
        private readonly Hdf5Limits limits;
        private readonly ManualResetEventSlim ended = new();
        private long askedAt = -1, initialMemory;
        private int disposals;
        private volatile bool isReady;
        private Hdf5Death death;

        public Child(Func<ProcessStartInfo> start, Hdf5Limits limits)
        {
            this.limits = limits;
            var info = start();
            (info.UseShellExecute, info.CreateNoWindow) = (false, true);
            (info.RedirectStandardInput, info.RedirectStandardOutput, info.RedirectStandardError) = (true, true, true);
            // No program beside libhdf5 itself: neither filters nor drivers nor connectors that the environment names.
            info.Environment["HDF5_PLUGIN_PRELOAD"] = "::";
            foreach (var name in (string[])["HDF5_PLUGIN_PATH", "HDF5_VOL_CONNECTOR", "HDF5_DRIVER", "HDF5_DRIVER_CONFIG"]) info.Environment.Remove(name);
            try
            {
                process = Process.Start(info) ?? throw new ActionableException($"{info.FileName} did not start to read HDF5 files");
            }
            catch (Exception fault) when (fault is Win32Exception or IOException)
            {
                throw new ActionableException($"{FileFault.Show(info.FileName)} did not start to read HDF5 files ({fault.Message})", fault);
            }
            (Requests, Answers) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
            Run(Watch);
            var errors = process.StandardError.BaseStream;
            Run(() => Swallow(errors));
        }

        public Stream Requests { get; }
        public Stream Answers { get; }
        public long PeakMemory { get; private set; }

        /// <summary>Starts the clock of a request; that of the first does not start before the process can serve.</summary>
        public void Begin()
        {
            Volatile.Write(ref askedAt, Stopwatch.GetTimestamp());
            if (isReady) return;
            Span<byte> greeting = stackalloc byte[Hdf5Worker.Greeting.Length];
            Answers.ReadExactly(greeting);
            if (!greeting.SequenceEqual(Hdf5Worker.Greeting)) throw new InvalidDataException();
            Volatile.Write(ref initialMemory, Memory());
            isReady = true;
            Volatile.Write(ref askedAt, Stopwatch.GetTimestamp());
        }

        public void Finish() => Volatile.Write(ref askedAt, -1);

        public Hdf5DeathException End(bool strange)
        {
            process.WaitForExit(strange ? TimeSpan.Zero : TimeSpan.FromSeconds(2));
            var (gone, how) = (process.HasExited, death);
            var code = gone ? process.ExitCode : 0;
            Dispose();
            if (how == Hdf5Death.Time && !isReady)
                return new($"the process that reads HDF5 files was not ready after {limits.Start.TotalSeconds} s and was ended", how);
            if (how == Hdf5Death.Time) return new($"libhdf5 gave no answer for {limits.Patience.TotalSeconds} s and was ended", how);
            if (how == Hdf5Death.Memory) return new($"libhdf5 took more than {limits.Memory} bytes of memory and was ended", how);
            if (strange) return new("the process that reads HDF5 files sent something unexpected and was ended", how);
            // The runtime's and the shells' convention: 128 and the signal.
            return new(string.Create(CultureInfo.InvariantCulture,
                $"libhdf5 ended the process that reads HDF5 files ({(code > 128 ? $"signal {code - 128}" : $"exit code {code}")})"), how);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposals, 1) > 0) return;
            ended.Set();
            try
            {
                // Who started it through a shell left it the same pipes.
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
            catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException)
            {
                // It has ended by itself.
            }
            process.WaitForExit(TimeSpan.FromSeconds(5));
            // A process that is let go leaves its pipes open until they are collected.
            try
            {
                Requests.Dispose();
            }
            catch (IOException)
            {
                // What was not sent yet has no receiver.
            }
            Answers.Dispose();
            process.Dispose();
        }

        private static void Run(ThreadStart what) => new Thread(what, 128 << 10) { IsBackground = true, Name = "reader of HDF5" }.Start();

        private void Watch()
        {
            while (!ended.Wait(Watching))
            {
                var began = Volatile.Read(ref askedAt);
                if (began < 0) continue;
                try
                {
                    var memory = Memory();
                    PeakMemory = Math.Max(PeakMemory, memory);
                    death = memory - (isReady ? Volatile.Read(ref initialMemory) : 0) > limits.Memory ? Hdf5Death.Memory
                        : Stopwatch.GetElapsedTime(began) > (isReady ? limits.Patience : limits.Start) ? Hdf5Death.Time : Hdf5Death.Crash;
                    if (death == Hdf5Death.Crash) continue;
                    process.Kill(entireProcessTree: true);
                }
                catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException)
                {
                    // It has ended: who waits for its answer will find out.
                }
                return;
            }
        }

        private long Memory()
        {
            try
            {
                process.Refresh();
                return process.WorkingSet64;
            }
            catch (Exception fault) when (fault is InvalidOperationException or Win32Exception)
            {
                return 0;
            }
        }

        // What libraries say when they die is no help to anyone, but unread it would block them.
        private static void Swallow(Stream errors)
        {
            var bytes = new byte[4096];
            try
            {
                while (errors.Read(bytes) > 0)
                {
                }
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // The process has ended.
            }
            finally
            {
                errors.Dispose();
            }
        }
    }
}
