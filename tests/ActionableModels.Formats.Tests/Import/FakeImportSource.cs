using System.Buffers.Binary;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Import;

/// <summary>What is wrong with a record of a <see cref="FakeImportSource"/>.</summary>
internal enum FakeFault
{
    None,
    /// <summary>The source itself finds it out.</summary>
    Record,
    /// <summary>The mapping does.</summary>
    Mapping,
    /// <summary>The decoder does, at the last image.</summary>
    Image,
    /// <summary>It holds one image and no step.</summary>
    Empty,
}

/// <summary>
/// A dataset of files of episodes: four bytes of steps, four of a <see cref="FakeFault"/>, then raw images of 8×6×3 bytes, which are what an
/// import of any format is made of.
/// </summary>
internal sealed class FakeImportSource : IEpisodeSource
{
    public const int Height = 8, Width = 6, FrameBytes = Height * Width * 3, Head = 8;

    public FakeImportSource(string folder)
    {
        Folder = Path.GetFullPath(folder);
        Files = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(f => new SourceFile(Path.GetFileName(f), Length(f)))];
    }

    public string Format => "fake";
    public string Name { get; init; } = "fake_robot";
    public string Split { get; init; } = "all";
    public string Folder { get; }
    public IReadOnlyList<SourceFile> Files { get; private set; }
    public IReadOnlyList<SourceField> Fields => [];
    public IReadOnlyList<SourceSplit> Splits => [];
    public long? Episodes => null;
    /// <summary>Called before each record.</summary>
    public Action<SourcePosition>? Reading { get; init; }
    /// <summary>A file that is not there, and has 0 bytes in the list.</summary>
    public string? Missing
    {
        init
        {
            File.Delete(Path.Combine(Folder, value!));
            Files = [.. Files.Select(f => f.Path == value ? f with { Bytes = 0 } : f)];
        }
    }
    /// <summary>Whether an index can be made of it.</summary>
    public bool HasPlaces { get; init; } = true;
    /// <summary>Memory that a record claims to take; null: its bytes.</summary>
    public long? Claim { get; init; }
    /// <summary>Whether an image of an episode lies on its side.</summary>
    public Func<long, int, bool>? Turned { get; init; }
    /// <summary>Episodes that a missing file takes away.</summary>
    public long Lost { get; init; } = -1;
    /// <summary>Records that are alive.</summary>
    public int Alive;

    private static long Length(string path) => FileStamp.Of(path).Length;

    /// <summary>Writes a dataset.</summary>
    public static void Write(string folder, int files, int episodesPerFile, Func<int, FakeFault>? fault = null, int steps = 5)
    {
        Directory.CreateDirectory(folder);
        for (var file = 0; file < files; file++)
        {
            using var stream = File.Create(Path.Combine(folder, $"part-{file}.bin"));
            for (var e = 0; e < episodesPerFile; e++)
            {
                var episode = file * episodesPerFile + e;
                var kind = fault?.Invoke(episode) ?? FakeFault.None;
                var count = kind == FakeFault.Empty ? 0 : 1 + episode * 7 % steps;
                var head = new byte[Head];
                BinaryPrimitives.WriteInt32LittleEndian(head, count);
                BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), (int)kind);
                stream.Write(head);
                for (var row = 0; row <= count; row++)
                {
                    var frame = new byte[FrameBytes];
                    for (var i = 0; i < frame.Length; i++) frame[i] = (byte)(episode * 37 + row * 11 + i * 3);
                    if (kind == FakeFault.Image && row == count) frame.AsSpan().Fill(0xEE);
                    stream.Write(frame);
                }
            }
        }
    }

    public IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation)
    {
        for (var file = from.File; file < Files.Count; file++)
        {
            if (Files[file].Bytes == 0)
            {
                yield return new(new(file + 1, 0, 0), null, new(Files[file].Path, null, null, "it is missing: download it"), Lost);
                continue;
            }
            using var stream = new FileStream(Path.Combine(Folder, Files[file].Path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var record = file == from.File ? from.Record : 0;
            stream.Position = file == from.File ? from.Offset : 0;
            for (; stream.Position < Files[file].Bytes; record++)
            {
                cancellation.ThrowIfCancellationRequested();
                Reading?.Invoke(new(file, record, stream.Position));
                var head = new byte[Head];
                stream.ReadExactly(head);
                var steps = BinaryPrimitives.ReadInt32LittleEndian(head);
                var kind = (FakeFault)BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
                var bytes = new byte[(steps + 1) * FrameBytes];
                var offset = stream.Position;
                stream.ReadExactly(bytes);
                var next = new SourcePosition(file, record + 1, stream.Position);
                if (kind == FakeFault.Record)
                {
                    yield return new(next, null, new(Path.Combine(Folder, Files[file].Path), record, null, "its checksum is wrong: restore the file"), 1);
                    continue;
                }
                Interlocked.Increment(ref Alive);
                yield return new(next, new FakeEpisode(this, file, record, offset, steps, kind, bytes));
            }
        }
    }

    public void Dispose() { }

    internal sealed class FakeEpisode(FakeImportSource source, int file, long record, long offset, int steps, FakeFault kind, byte[] bytes) : SourceEpisode
    {
        private bool disposed;

        public FakeFault Kind => kind;
        public override string File => Path.Combine(source.Folder, source.Files[file].Path);
        public override long Record => record;
        public override long MemoryBytes => source.Claim ?? bytes.Length;
        public override int Steps => steps;

        public override FieldValues Numbers(string field) => throw Bad(field, "there is no such field");
        public override string[] Texts(string field) => throw Bad(field, "there is no such field");

        public override SourceFrame Frame(string field, int row)
        {
            Assert.False(disposed);
            Assert.Equal("camera", field);
            return new(bytes.AsMemory(row * FrameBytes, FrameBytes), source.Turned?.Invoke(record, row) == true ? new RawImage(Width, Height, 3) : new RawImage(Height, Width, 3),
                source.HasPlaces ? new FramePlace(file, offset + row * FrameBytes) : null);
        }

        public override void Dispose()
        {
            Assert.False(disposed);
            disposed = true;
            Interlocked.Decrement(ref source.Alive);
        }
    }
}

/// <summary>A mapping and a decoder as simple as can be: an image is the upper left of its source's, moved on by the episode's number if random.</summary>
internal sealed class FakeImportMapping : IImportMapping
{
    public string Name { get; init; } = "fake";
    public string Text { get; init; } = "a mapping";
    public string ImageField => "camera";
    public bool Bgr => false;
    public bool UpsideDown => false;
    public ActionSpace Actions => ActionSpace.QtOpt;
    public bool TellsSuccess => true;
    /// <summary>Slows an episode down.</summary>
    public Action<long>? Working { get; init; }

    /// <summary>The parts of an import.</summary>
    public ImportParts Parts() => new(this, geometry => new Decoder(geometry), (geometry, raw) => new Dictionary<string, string>
    {
        ["size"] = $"{geometry.Height}x{geometry.Width}", ["raw"] = raw is { } r ? $"{r.Height}x{r.Width}x{r.Channels}" : "none",
    });

    public MappedEpisode Map(SourceEpisode episode)
    {
        Working?.Invoke(episode.Record);
        if (((FakeImportSource.FakeEpisode)episode).Kind == FakeFault.Mapping) throw episode.Bad("action", "it has 6 numbers, 7 are needed: mend the mapping");
        var first = episode.Frame("camera", 0).Bytes.Span[0];
        var actions = new float[episode.Steps * ActionSpace.Dimensions];
        for (var i = 0; i < actions.Length; i++) actions[i] = ActionSpace.IsBinary(i % ActionSpace.Dimensions) ? 0 : 0.0001f * ((first + i) % 100);
        var states = new float[(episode.Steps + 1) * ActionSpace.StateDimensions];
        states.AsSpan().Fill(first);
        return new(states, actions, episode.Record % 3 == 0 ? null : episode.Record % 2 == 0, "human", [0, 1, 0, 0, 0, 0, (int)(episode.Record % 2)]);
    }

    private sealed class Decoder(FrameGeometry geometry) : IImportDecoder
    {
        public void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image)
        {
            if (bytes.IndexOfAnyExcept((byte)0xEE) < 0) throw new ActionableException("the pixels are damaged: restore the file");
            var shift = geometry.Place == CropPlace.Random ? (int)(((ulong)episode * 5 + geometry.Seed) % 13) : 0;
            for (var i = 0; i < image.Length; i++) image[i] = bytes[(i + shift) % bytes.Length];
        }

        public void Dispose() { }
    }
}

/// <summary>A folder for one test.</summary>
internal sealed class ImportFolder : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("actionable-import-").FullName;

    public string Source => At("source");

    public string At(string name) => Path.Combine(root, name);

    /// <summary>Imports of the folder's source, with small shards.</summary>
    public ImportReport Import(string output, Func<ImportOptions, ImportOptions>? change = null, FakeImportSource? source = null,
        FakeImportMapping? mapping = null, Action<ImportProgress>? progress = null, CancellationToken cancellation = default) =>
        DatasetImport.Run(source ?? new(Source), (mapping ?? new()).Parts(), Options(At(output), change), progress, cancellation);

    /// <summary>Options with shards of a few episodes.</summary>
    public static ImportOptions Options(string output, Func<ImportOptions, ImportOptions>? change)
    {
        var options = new ImportOptions(output) { Threads = 2, ShardBytes = 4000, MostSkipped = new(100, true) };
        return change is null ? options : change(options);
    }

    /// <summary>Names and contents of what an import wrote.</summary>
    public Dictionary<string, string> Files(string output) => FilesIn(At(output));

    public static Dictionary<string, string> FilesIn(string folder) => Directory.EnumerateFiles(folder)
        .Where(f => Path.GetFileName(f) != EpisodeWriter.LockName && !f.EndsWith(".partial", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).ToDictionary(f => Path.GetFileName(f)!, f => Convert.ToHexString(File.ReadAllBytes(f)));

    public void Dispose() => Directory.Delete(root, recursive: true);
}
