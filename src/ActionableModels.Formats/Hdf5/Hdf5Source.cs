using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>Opens robomimic files and Minari datasets.</summary>
internal static class Hdf5Source
{
    private const int MostShown = 12;
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether the path looks like one; nothing is opened that could fail.</summary>
    public static bool Recognises(string path) => Find(path) is not null;

    /// <summary>The HDF5 files of a folder where there are several and nothing says which is meant; null elsewhere.</summary>
    public static string? Several(string folder)
    {
        try
        {
            if (!Directory.Exists(folder) || Find(folder) is not null) return null;
            string[] files = [.. Directory.GetFiles(folder, "*.hdf5").Where(IsHdf5).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
            return files.Length < 2 ? null
                : string.Join(", ", files.Take(MostShown).Select(FileFault.Quote)) + (files.Length > MostShown ? " …" : "");
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            return null;
        }
    }

    /// <summary>Opens one.</summary>
    /// <exception cref="ActionableException">
    /// The machine has no libhdf5, the file is damaged, or it holds neither of the two layouts: the message lists what it holds.
    /// </exception>
    public static IEpisodeSource Open(string path, SourceOptions options) => Open(path, options,
        options.Hdf5Reader is { } start ? new Hdf5Process(start, options.Hdf5Limits ?? Hdf5Limits.Default) : new Hdf5InProcess());

    /// <summary>Opens one through a channel, which is disposed with it.</summary>
    internal static IEpisodeSource Open(string path, SourceOptions options, IHdf5Channel channel)
    {
        var file = Find(path) ?? throw new ActionableException($"{FileFault.Show(path)}: there is no HDF5 file: check the path");
        var client = new Hdf5Client(channel, Path.GetFullPath(file), options.LargestRecord);
        try
        {
            var names = client.Names("");
            if (names.Contains("data")) return RobomimicSource.Open(client, file, options);
            if (names.Any(name => name.StartsWith("episode_", StringComparison.Ordinal)) || Path.GetFileName(file) == MinariSource.MainFile)
                return MinariSource.Open(client, file, names, options);
            throw new SourceException(file, null, null, "it holds neither /data/demo_K (robomimic) nor /episode_K (Minari), but "
                + (names.Count == 0 ? "nothing" : string.Join(", ", names.Take(MostShown).Select(FileFault.Quote)) + (names.Count > MostShown ? " …" : ""))
                + ": convert it to one of the two");
        }
        catch (Exception fault)
        {
            client.Dispose();
            if (fault is ActionableException and not SourceException) throw new SourceException(file, null, null, fault.Message, fault);
            throw;
        }
    }

    private static string? Find(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                string[] known = [Path.Combine(path, MinariSource.MainFile), Path.Combine(path, "data", MinariSource.MainFile)];
                return known.FirstOrDefault(File.Exists)
                    ?? (Directory.GetFiles(path, "*.hdf5") is [var only] && IsHdf5(only) ? only : null);
            }
            return File.Exists(path) && IsHdf5(path) ? path : null;
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            return null;
        }
    }

    // The signature stands at the beginning, or after a user block of 512 bytes, 1024, and so on.
    private static bool IsHdf5(string path)
    {
        const long largestUserBlock = 1 << 20;
        // A pipe is never opened: that would wait for whoever writes to it.
        if (FileStamp.Of(path).Length < Signature.Length) return false;
        using var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[Signature.Length];
        for (long at = 0; at <= largestUserBlock && at + first.Length <= file.Length; at = at == 0 ? 512 : at * 2)
        {
            file.Position = at;
            file.ReadExactly(first);
            if (first.SequenceEqual(Signature)) return true;
        }
        return false;
    }
}
