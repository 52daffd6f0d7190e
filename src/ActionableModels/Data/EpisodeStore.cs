using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Data;

/// <summary>
/// A recorded dataset: a folder with dataset.json and the shards that it names, memory-mapped. Opening checks the structure of
/// everything, and every action and state; after that, reading allocates nothing. The images lie in the shards, or stay in the files
/// that the dataset was indexed from (<see cref="ExternalFrames"/>). Every stored frame has one global
/// index: episodes in the order of recording, an episode of T steps taking T + 1 frames. That index is the identity of a frame
/// ("s' = g" compares indices, never pixels): two frames with equal pixels, as where one recording was cut in two, remain two frames.
/// </summary>
public sealed class EpisodeStore : IDisposable
{
    readonly Shard[] shards;
    readonly long[] shardEpisode;
    readonly long[] shardFrame;
    readonly long[] episodeFrame;
    readonly IFrameReader? frames;

    EpisodeStore(string folder, DatasetHeader header, ShardInfo[] infos, Shard[] shards, IFrameReader? frames)
    {
        this.frames = frames;
        Folder = folder;
        Header = header;
        Bytes = infos.Sum(i => i.Bytes);
        this.shards = shards;
        shardEpisode = new long[infos.Length + 1];
        shardFrame = new long[infos.Length + 1];
        for (var i = 0; i < infos.Length; i++)
        {
            shardEpisode[i + 1] = shardEpisode[i] + infos[i].Episodes;
            shardFrame[i + 1] = shardFrame[i] + infos[i].Steps + infos[i].Episodes;
        }
        episodeFrame = new long[shardEpisode[^1] + 1];
        var episode = 0;
        foreach (var shard in shards)
            foreach (var steps in shard.Steps)
                episodeFrame[episode + 1] = episodeFrame[episode++] + steps + 1;
    }

    /// <summary>Folder of the dataset, as given.</summary>
    public string Folder { get; }
    /// <summary>What holds for every episode, and how the dataset was created.</summary>
    public DatasetHeader Header { get; }
    /// <summary>Image height in pixels.</summary>
    public int ImageHeight => Header.ImageHeight;
    /// <summary>Image width in pixels.</summary>
    public int ImageWidth => Header.ImageWidth;
    /// <summary>Action layout and bounds.</summary>
    public ActionSpace Actions => Header.Actions;
    /// <summary>Bytes of all shards.</summary>
    public long Bytes { get; }
    /// <summary>Number of shards.</summary>
    public int ShardCount => shards.Length;
    /// <summary>Number of episodes.</summary>
    public int EpisodeCount => episodeFrame.Length - 1;
    /// <summary>Number of frames: steps plus one for each episode.</summary>
    public long FrameCount => episodeFrame[^1];
    /// <summary>Number of steps, which is that of actions.</summary>
    public long StepCount => FrameCount - EpisodeCount;

    /// <summary>Opens a dataset and checks it.</summary>
    /// <param name="folder">Folder with dataset.json.</param>
    /// <param name="verifyHashes">Whether to read every byte and compare the hashes too.</param>
    /// <param name="frames">Makes the reader of frames that stay in other files; without one such a dataset is refused.</param>
    /// <exception cref="ActionableException">There is no dataset, or anything in it is wrong.</exception>
    public static EpisodeStore Open(string folder, bool verifyHashes = false, Func<ExternalFrames, DatasetHeader, IFrameReader>? frames = null)
    {
        var (header, infos) = DatasetFile.Read(folder);
        if (infos.Sum(i => (long)i.Episodes) > int.MaxValue - 1)
            throw new ActionableException(
                $"{FileFault.Show(DatasetFile.PathIn(folder))}: the shards hold more than {int.MaxValue - 1} episodes: split the dataset");
        var shards = new List<Shard>(infos.Length);
        IFrameReader? reader = null;
        try
        {
            foreach (var info in infos)
                shards.Add(Shard.Open(Path.Combine(folder, info.File), header, info, verifyHashes));
            reader = header.Frames is not { } external ? null : frames?.Invoke(external, header)
                ?? throw new ActionableException($"{FileFault.Show(folder)}: its frames stay in files of {FileFault.Show(external.Folder)}, which "
                    + "this program does not read: use one that imports datasets, or import it again without --in-place");
            return new EpisodeStore(folder, header, infos, [.. shards], reader);
        }
        catch
        {
            reader?.Dispose();
            shards.ForEach(s => s.Dispose());
            throw;
        }
    }

    /// <summary>Number of actions T of an episode.</summary>
    public int Steps(int episode)
    {
        CheckEpisode(episode);
        return (int)(episodeFrame[episode + 1] - episodeFrame[episode] - 1);
    }

    /// <summary>Global index of an episode's first frame; its last is this plus <see cref="Steps"/>.</summary>
    public long FirstFrame(int episode)
    {
        CheckEpisode(episode);
        return episodeFrame[episode];
    }

    /// <summary>The episode of a frame.</summary>
    /// <param name="frame">Global frame index.</param>
    public int EpisodeOf(long frame)
    {
        CheckFrame(frame);
        return Find(episodeFrame, frame);
    }

    /// <summary>Copies an image, decoding it where frames stay in other files. Any number of threads may read at once.</summary>
    /// <param name="frame">Global frame index.</param>
    /// <param name="image">Receives UInt8 H·W·3.</param>
    /// <exception cref="ActionableException">A file that the frame stays in has changed, cannot be read or cannot be decoded.</exception>
    public void ReadImage(long frame, Span<byte> image)
    {
        CheckFrame(frame);
        if (image.Length != Header.ImageBytes)
            throw new ArgumentException($"{image.Length} bytes, an image has {Header.ImageBytes}", nameof(image));
        var shard = Find(shardFrame, frame);
        if (frames is null)
            shards[shard].Image(frame - shardFrame[shard]).CopyTo(image);
        else
            frames.Read(shards[shard].Reference(frame - shardFrame[shard]), Find(episodeFrame, frame), image);
    }

    /// <summary>Where the bytes of a frame lie that stays in another file.</summary>
    /// <param name="frame">Global frame index.</param>
    /// <exception cref="InvalidOperationException">The images lie in the shards.</exception>
    public FrameReference Reference(long frame)
    {
        CheckFrame(frame);
        if (frames is null) throw new InvalidOperationException("the images lie in the shards");
        var shard = Find(shardFrame, frame);
        return shards[shard].Reference(frame - shardFrame[shard]);
    }

    /// <summary>What the writer noted in a shard (<see cref="EpisodeWriter.ShardNotes"/>).</summary>
    /// <param name="shard">Shard, 0 … <see cref="ShardCount"/> − 1.</param>
    public IReadOnlyDictionary<string, string> Notes(int shard) => shards[shard].Notes;

    /// <summary>A state, <see cref="ActionSpace.StateDimensions"/> numbers, in place.</summary>
    /// <param name="frame">Global frame index.</param>
    public ReadOnlySpan<float> State(long frame)
    {
        CheckFrame(frame);
        var shard = Find(shardFrame, frame);
        return shards[shard].StatesAt(frame - shardFrame[shard], 1);
    }

    /// <summary>The action from frame t to frame t + 1 of an episode, <see cref="ActionSpace.Dimensions"/> numbers, in place.</summary>
    /// <param name="episode">Episode.</param>
    /// <param name="t">Step, 0 … T − 1.</param>
    public ReadOnlySpan<float> Action(int episode, int t)
    {
        if ((uint)t >= (uint)Steps(episode))
            throw new ArgumentOutOfRangeException(nameof(t));
        return ActionsFrom(episode, t, 1);
    }

    /// <summary>All actions of an episode, T · <see cref="ActionSpace.Dimensions"/> numbers, in place.</summary>
    public ReadOnlySpan<float> ActionsOf(int episode) => ActionsFrom(episode, 0, Steps(episode));

    /// <summary>Whether the recording policy reached what it tried.</summary>
    public bool Success(int episode)
    {
        CheckEpisode(episode);
        var shard = Find(shardEpisode, episode);
        return shards[shard].Succeeded((int)(episode - shardEpisode[shard]));
    }

    /// <summary>Name of the recording policy.</summary>
    public string Policy(int episode)
    {
        CheckEpisode(episode);
        var shard = Find(shardEpisode, episode);
        return shards[shard].PolicyOf((int)(episode - shardEpisode[shard]));
    }

    /// <summary>A copy of an episode.</summary>
    public Episode Copy(int episode)
    {
        var (first, count) = (FirstFrame(episode), Steps(episode) + 1);
        var images = new byte[count * Header.ImageBytes];
        var states = new float[count * ActionSpace.StateDimensions];
        for (var f = 0; f < count; f++)
        {
            ReadImage(first + f, images.AsSpan(f * Header.ImageBytes, Header.ImageBytes));
            State(first + f).CopyTo(states.AsSpan(f * ActionSpace.StateDimensions));
        }
        return new Episode(images, states, ActionsOf(episode).ToArray(), Success(episode), Policy(episode));
    }

    /// <summary>Demands episodes that can be relabelled with goals of their own.</summary>
    /// <param name="minimumSteps">Fewest steps of an episode.</param>
    /// <exception cref="ActionableException">There is no episode, or one is too short.</exception>
    public void RequireRelabelable(int minimumSteps = 1)
    {
        if (EpisodeCount == 0)
            throw new ActionableException($"dataset {FileFault.Show(Folder)}: holds no episodes: record some first");
        var (count, first) = (0, -1);
        for (var episode = EpisodeCount - 1; episode >= 0; episode--)
            if (Steps(episode) < minimumSteps)
                (count, first) = (count + 1, episode);
        if (count > 0)
            throw new ActionableException($"dataset {FileFault.Show(Folder)}: {count} of {EpisodeCount} episodes have fewer than "
                + $"{minimumSteps} step{(minimumSteps == 1 ? "" : "s")} (first: episode {first}, of {Steps(first)}), too short to relabel: "
                + "record it again without them");
    }

    /// <summary>Unmaps the shards; spans taken from them must not be used any more.</summary>
    public void Dispose()
    {
        foreach (var shard in shards)
            shard.Dispose();
        frames?.Dispose();
    }

    ReadOnlySpan<float> ActionsFrom(int episode, int t, int count)
    {
        var shard = Find(shardEpisode, episode);
        // Steps before this one in the shard: its frames less one for every episode before.
        var step = episodeFrame[episode] - shardFrame[shard] - (episode - shardEpisode[shard]) + t;
        return shards[shard].ActionsAt(step, count);
    }

    // Starts ascend strictly, since no shard is empty and every episode has a frame; the last element is the end.
    static int Find(long[] starts, long value)
    {
        var (low, high) = (0, starts.Length - 1);
        while (high - low > 1)
        {
            var middle = (low + high) >>> 1;
            if (starts[middle] <= value)
                low = middle;
            else
                high = middle;
        }
        return low;
    }

    void CheckEpisode(int episode)
    {
        if ((uint)episode >= (uint)EpisodeCount)
            throw new ArgumentOutOfRangeException(nameof(episode));
    }

    void CheckFrame(long frame)
    {
        if ((ulong)frame >= (ulong)FrameCount)
            throw new ArgumentOutOfRangeException(nameof(frame));
    }
}
