using System.Buffers.Binary;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// Reads HDF5 files for another process, through libhdf5: what a damaged file does to that library, it does to the process that this runs in.
/// Requests and answers, after a greeting, are messages of 4 bytes length, little-endian, and as many bytes.
/// </summary>
public static class Hdf5Worker
{
    /// <summary>Longest request, in bytes.</summary>
    internal const int LongestRequest = 1 << 16;

    /// <summary>What it says first: that it is there, and speaks this form of requests.</summary>
    internal static ReadOnlySpan<byte> Greeting => "AMH5\x01\0\0\0"u8;

    /// <summary>Serves requests until the input ends.</summary>
    /// <param name="requests">What is asked: the process's standard input.</param>
    /// <param name="answers">Receives the answers: the process's standard output, to which nothing else may write.</param>
    public static void Run(Stream requests, Stream answers)
    {
        using var server = new Hdf5Server();
        answers.Write(Greeting);
        answers.Flush();
        var length = new byte[sizeof(int)];
        while (requests.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) == length.Length)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(length);
            if (count is < 1 or > LongestRequest) return;
            var request = new byte[count];
            if (requests.ReadAtLeast(request, count, throwOnEndOfStream: false) < count) return;
            var answer = server.Answer(request);
            BinaryPrimitives.WriteInt32LittleEndian(length, answer.Length);
            answers.Write(length);
            answers.Write(answer);
            answers.Flush();
        }
    }
}
