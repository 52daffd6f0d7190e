using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Data;

/// <summary>
/// One shard: a safetensors file with images U8 [frames, H, W, 3], states F32 [frames, 2], actions F32 [steps, 7], episode_steps I32 [E],
/// success U8 [E] and policy I32 [E], an index into the names that its metadata hold under policy.0, policy.1, …. Episodes follow each
/// other; one of T steps has T actions and T + 1 frames. Where frames stay in other files, frame_file I32, frame_offset I64, frame_bytes I32
/// and frame_crc32c I32, all [frames], stand for the images. The metadata under note.… are the writer's own.
/// </summary>
internal sealed class Shard : IDisposable
{
    const string Images = "images", States = "states", Actions = "actions";
    const string FrameFile = "frame_file", FrameOffset = "frame_offset", FrameBytes = "frame_bytes", FrameCrc = "frame_crc32c";
    const string NotePrefix = "note.";
    const string EpisodeSteps = "episode_steps", Success = "success", Policy = "policy";
    const int ActionBytes = ActionSpace.Dimensions * sizeof(float), StateBytes = ActionSpace.StateDimensions * sizeof(float);
    const int CheckedAtOnce = 1 << 16;

    readonly SafetensorsFile file;
    readonly int imageBytes;
    readonly long images, states, actions, frameFile, frameOffset, frameBytes, frameCrc;
    readonly string[] policies;

    Shard(SafetensorsFile file, DatasetHeader header, ShardInfo info)
    {
        this.file = file;
        imageBytes = header.ImageBytes;
        var episodes = info.Episodes;
        var frames = checked(info.Steps + episodes);
        if (header.Frames is null)
            images = file.Require(Images, SafetensorsDtype.U8, frames, header.ImageHeight, header.ImageWidth, 3).Offset;
        else
        {
            frameFile = file.Require(FrameFile, SafetensorsDtype.I32, frames).Offset;
            frameOffset = file.Require(FrameOffset, SafetensorsDtype.I64, frames).Offset;
            frameBytes = file.Require(FrameBytes, SafetensorsDtype.I32, frames).Offset;
            frameCrc = file.Require(FrameCrc, SafetensorsDtype.I32, frames).Offset;
        }
        states = file.Require(States, SafetensorsDtype.F32, frames, ActionSpace.StateDimensions).Offset;
        actions = file.Require(Actions, SafetensorsDtype.F32, info.Steps, ActionSpace.Dimensions).Offset;
        file.Require(EpisodeSteps, SafetensorsDtype.I32, episodes);
        file.Require(Success, SafetensorsDtype.U8, episodes);
        file.Require(Policy, SafetensorsDtype.I32, episodes);
        policies = ReadPolicies();
    }

    /// <summary>Steps of each episode.</summary>
    public ReadOnlySpan<int> Steps => file.Int32(EpisodeSteps);

    /// <summary>Maps a shard and checks all of it but the pixels.</summary>
    /// <param name="path">File.</param>
    /// <param name="header">The dataset's header.</param>
    /// <param name="info">What the dataset says of this shard.</param>
    /// <param name="verifyHash">Whether to read every byte and compare the SHA-256.</param>
    /// <exception cref="ActionableException">Anything in it is wrong.</exception>
    public static Shard Open(string path, DatasetHeader header, ShardInfo info, bool verifyHash)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            if (file.Length != info.Bytes)
                throw Bad(file.Name, $"it has {file.Length} bytes, {DatasetFile.Name} says {info.Bytes}");
            if (verifyHash && Hash(file) != info.Sha256)
                throw Bad(file.Name, $"its SHA-256 is not the one in {DatasetFile.Name}");
            var shard = new Shard(file, header, info);
            shard.CheckEpisodes(info);
            shard.CheckNumbers(header.Actions, info);
            if (header.Frames is { } external)
                shard.CheckFrames(external, info);
            return shard;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a shard, atomically.</summary>
    /// <returns>What the dataset is to say of it.</returns>
    public static ShardInfo Write(
        string folder, int index, DatasetHeader header, IReadOnlyList<Episode> episodes, IReadOnlyDictionary<string, string> notes,
        Action<WritePoint, string>? probe)
    {
        var steps = episodes.Sum(e => (long)e.Steps);
        var frames = steps + episodes.Count;
        var names = episodes.Select(e => e.Policy).Distinct().ToList();
        var metadata = names.Select((name, i) => (Key: PolicyKey(i), name)).ToDictionary(p => p.Key, p => p.name);
        foreach (var (key, value) in notes)
            metadata[NotePrefix + key] = value;
        SafetensorsTensor[] tensors =
        [
            .. header.Frames is null
                ? [new(Images, SafetensorsDtype.U8, [frames, header.ImageHeight, header.ImageWidth, 3], Each(episodes, e => e.Images))]
                : References(frames, [.. episodes.SelectMany(e => e.Frames!)]),
            new(States, SafetensorsDtype.F32, [frames, ActionSpace.StateDimensions],
                Each(episodes, e => MemoryMarshal.AsBytes<float>(e.States))),
            new(Actions, SafetensorsDtype.F32, [steps, ActionSpace.Dimensions],
                Each(episodes, e => MemoryMarshal.AsBytes<float>(e.Actions))),
            SafetensorsTensor.Int32(EpisodeSteps, [episodes.Count], episodes.Select(e => e.Steps).ToArray()),
            new(Success, SafetensorsDtype.U8, [episodes.Count], episodes.Select(e => (byte)(e.Success ? 1 : 0)).ToArray()),
            SafetensorsTensor.Int32(Policy, [episodes.Count], episodes.Select(e => names.IndexOf(e.Policy)).ToArray()),
        ];
        var name = ShardInfo.NameOf(index);
        var (bytes, sha256) = (0L, "");
        AtomicFile.Write(Path.Combine(folder, name), stream =>
        {
            using var hashing = new HashingStream(stream);
            SafetensorsWriter.Write(hashing, metadata, tensors);
            (bytes, sha256) = (hashing.Written, hashing.Hash());
        }, probe);
        return new ShardInfo(name, episodes.Count, steps, bytes, sha256);
    }

    /// <summary>An image by frame within the shard.</summary>
    public ReadOnlySpan<byte> Image(long frame) => file.Range(images + frame * imageBytes, imageBytes);

    /// <summary>Where a frame's bytes lie, by frame within the shard.</summary>
    public FrameReference Reference(long frame) => new(
        Number<int>(frameFile, frame), Number<long>(frameOffset, frame), Number<int>(frameBytes, frame), Number<uint>(frameCrc, frame));

    /// <summary>What the writer noted in the shard.</summary>
    public IReadOnlyDictionary<string, string> Notes => file.Metadata.Where(m => m.Key.StartsWith(NotePrefix, StringComparison.Ordinal))
        .ToDictionary(m => m.Key[NotePrefix.Length..], m => m.Value);

    /// <summary>Consecutive states by frame within the shard.</summary>
    public ReadOnlySpan<float> StatesAt(long frame, int count) =>
        MemoryMarshal.Cast<byte, float>(file.Range(states + frame * StateBytes, count * StateBytes));

    /// <summary>Consecutive actions by step within the shard.</summary>
    public ReadOnlySpan<float> ActionsAt(long step, int count) =>
        MemoryMarshal.Cast<byte, float>(file.Range(actions + step * ActionBytes, count * ActionBytes));

    /// <summary>Whether an episode was a success, by its number within the shard.</summary>
    public bool Succeeded(int episode) => file.Bytes(Success)[episode] != 0;

    /// <summary>Name of the policy of an episode, by its number within the shard.</summary>
    public string PolicyOf(int episode) => policies[file.Int32(Policy)[episode]];

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    void CheckEpisodes(ShardInfo info)
    {
        var steps = Steps;
        var success = file.Bytes(Success);
        var policy = file.Int32(Policy);
        var sum = 0L;
        for (var e = 0; e < steps.Length; e++)
        {
            if (steps[e] < 0)
                throw Bad(file.Name, $"episode {e} has {steps[e]} steps");
            if (success[e] > 1)
                throw Bad(file.Name, $"the success of episode {e} is {success[e]}, not 0 or 1");
            if ((uint)policy[e] >= (uint)policies.Length)
                throw Bad(file.Name, $"the policy of episode {e} is {policy[e]}, there are {policies.Length} policy names");
            sum += steps[e];
        }
        if (sum != info.Steps)
            throw Bad(file.Name, $"the steps of its episodes sum to {sum}, {DatasetFile.Name} says {info.Steps}");
    }

    void CheckNumbers(ActionSpace space, ShardInfo info)
    {
        for (var step = 0L; step < info.Steps; step += CheckedAtOnce)
        {
            var first = step;
            EpisodeCheck.Actions(ActionsAt(step, (int)Math.Min(CheckedAtOnce, info.Steps - step)), space,
                s => $"{file.Name}: tensor \"{Actions}\", row {first + s}");
        }
        var frames = info.Steps + info.Episodes;
        for (var frame = 0L; frame < frames; frame += CheckedAtOnce)
        {
            var first = frame;
            EpisodeCheck.States(StatesAt(frame, (int)Math.Min(CheckedAtOnce, frames - frame)),
                f => $"{file.Name}: tensor \"{States}\", row {first + f}");
        }
    }

    void CheckFrames(ExternalFrames external, ShardInfo info)
    {
        for (var frame = 0L; frame < info.Steps + info.Episodes; frame++)
        {
            var at = Reference(frame);
            if ((uint)at.File >= (uint)external.Files.Count)
                throw Bad(file.Name, $"frame {frame} lies in file {at.File} of {external.Files.Count}");
            if (at.Length < 1 || at.Offset < 0 || at.Offset > external.Files[at.File].Bytes - at.Length)
                throw Bad(file.Name, $"frame {frame} lies at bytes {at.Offset} to {at.Offset + at.Length} of {external.Files[at.File].Path}, "
                    + $"which has {external.Files[at.File].Bytes}");
        }
    }

    string[] ReadPolicies()
    {
        var names = new List<string>();
        while (file.Metadata.TryGetValue(PolicyKey(names.Count), out var name))
            names.Add(EpisodeCheck.IsPolicyName(name) ? name
                : throw Bad(file.Name, $"the policy name {FileFault.Quote(name)} is not one line of text"));
        return [.. names];
    }

    static string Hash(SafetensorsFile file)
    {
        var sha = new Sha256();
        const int AtOnce = 1 << 20;
        for (var offset = 0L; offset < file.Length; offset += AtOnce)
            sha.Append(file.Range(offset, (int)Math.Min(AtOnce, file.Length - offset)));
        return sha.Hex();
    }

    T Number<T>(long tensor, long index) where T : unmanaged =>
        MemoryMarshal.Read<T>(file.Range(tensor + index * Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>()));

    static SafetensorsTensor[] References(long count, FrameReference[] frames) =>
    [
        SafetensorsTensor.Int32(FrameFile, [count], frames.Select(f => f.File).ToArray()),
        SafetensorsTensor.Int64(FrameOffset, [count], frames.Select(f => f.Offset).ToArray()),
        SafetensorsTensor.Int32(FrameBytes, [count], frames.Select(f => f.Length).ToArray()),
        SafetensorsTensor.Int32(FrameCrc, [count], frames.Select(f => (int)f.Crc32C).ToArray()),
    ];

    delegate ReadOnlySpan<byte> BytesOf(Episode episode);

    static Action<Stream> Each(IReadOnlyList<Episode> episodes, BytesOf bytes) => stream =>
    {
        foreach (var episode in episodes)
            stream.Write(bytes(episode));
    };

    static string PolicyKey(int index) => string.Create(CultureInfo.InvariantCulture, $"policy.{index}");

    static ActionableException Bad(string file, string what) =>
        new($"{file}: {what}: the file is damaged, restore it or record the dataset again");
}
