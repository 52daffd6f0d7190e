using ActionableModels.Compute;

namespace ActionableModels.Formats.Hdf5;

/// <summary>The way to what reads HDF5 files: this process, or another one. Used by one thread at a time.</summary>
internal interface IHdf5Channel : IDisposable
{
    /// <summary>Number of the process that answers: where it has changed, no file is open any more.</summary>
    int Generation { get; }

    /// <summary>Sends a request and returns its answer.</summary>
    /// <exception cref="Hdf5DeathException">The process ended over it.</exception>
    /// <exception cref="ActionableException">It was refused.</exception>
    byte[] Ask(ReadOnlySpan<byte> request);

    /// <summary>Sends a request whose answer is data of a known length.</summary>
    /// <inheritdoc cref="Ask(ReadOnlySpan{byte})" path="/exception"/>
    void Ask(ReadOnlySpan<byte> request, Span<byte> data);
}

/// <summary>The process that reads HDF5 files ended over a request, or was ended.</summary>
internal sealed class Hdf5DeathException(string what, Hdf5Death death) : ActionableException(what)
{
    /// <summary>How.</summary>
    public Hdf5Death Death { get; } = death;
}

/// <summary>How a process that reads HDF5 files ended.</summary>
internal enum Hdf5Death
{
    /// <summary>By itself.</summary>
    Crash,
    /// <summary>It took too long.</summary>
    Time,
    /// <summary>It took too much memory.</summary>
    Memory,
}

/// <summary>Reads in this process: for files that one trusts.</summary>
internal sealed class Hdf5InProcess : IHdf5Channel
{
    private readonly Hdf5Server server = new();

    public int Generation => 1;

    public byte[] Ask(ReadOnlySpan<byte> request) => Good(server.Answer(request)).ToArray();

    public void Ask(ReadOnlySpan<byte> request, Span<byte> data)
    {
        var answer = Good(server.Answer(request));
        if (answer.Length != data.Length) throw Hdf5MessageReader.Damaged();
        answer.CopyTo(data);
    }

    public void Dispose() => server.Dispose();

    private static ReadOnlySpan<byte> Good(ReadOnlySpan<byte> answer) => answer[0] == 0 ? answer[Hdf5Server.Head..] : throw Refused(answer[Hdf5Server.Head..]);

    /// <summary>The fault that an answer tells of.</summary>
    public static ActionableException Refused(ReadOnlySpan<byte> answer) => new(new Hdf5MessageReader(answer).Text());
}
