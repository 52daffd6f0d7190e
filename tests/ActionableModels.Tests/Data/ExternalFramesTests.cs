using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Data;

public sealed class ExternalFramesTests : IDisposable
{
    private static readonly ExternalFrames Frames = new("/recordings", [new("a/one.tfrecord", 1000), new("two.tfrecord", 5_000_000_000)],
        new Dictionary<string, string> { ["crop"] = "centre" });
    private static readonly DatasetHeader Header = TestEpisodes.Header with { Frames = Frames };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void References_come_back_and_are_read_through_the_reader()
    {
        Record(3, 0, 2);
        var reader = new CountingReader();
        using (var store = EpisodeStore.Open(folder.Path, verifyHashes: true, (frames, header) =>
        {
            Assert.Equal(Frames.Folder, frames.Folder);
            Assert.Equal(Frames.Files, frames.Files);
            Assert.Equal(Frames.Decoding, frames.Decoding);
            Assert.Equal(TestEpisodes.Height, header.ImageHeight);
            return reader;
        }))
        {
            Assert.Equal(8, store.FrameCount);
            var image = new byte[store.Header.ImageBytes];
            for (var frame = 0L; frame < store.FrameCount; frame++)
            {
                store.ReadImage(frame, image);
                Assert.Equal((Place((int)frame), store.EpisodeOf(frame)), reader.Last);
                Assert.All(image, b => Assert.Equal(7, b));
            }
            Assert.Equal(3 * store.Header.ImageBytes, store.Copy(2).Images.Length);
        }
        Assert.True(reader.Disposed);
    }

    [Fact]
    public void Without_a_reader_such_a_dataset_is_refused() =>
        Assert.Contains("its frames stay in files of /recordings", Throws(() => { Record(1); EpisodeStore.Open(folder.Path); }));

    [Fact]
    public void Images_and_places_do_not_mix()
    {
        Record(1);
        Assert.Contains("leaves its images in other files", Throws(() => EpisodeWriter.Open(folder.Path, TestEpisodes.Header).Dispose()));
        using var writer = EpisodeWriter.Open(folder.Path, Header);
        Assert.Contains("places of frames", Throws(() => writer.Add(TestEpisodes.Make(0, 2))));
        Assert.Contains("places of frames", Throws(() => writer.Add(Make(0, 2) with { Frames = [new(2, 0, 1, 0), Place(1), Place(2)] })));
    }

    [Theory]
    [InlineData(0, 990, 11, "lies at bytes 990 to 1001 of a/one.tfrecord, which has 1000")]
    [InlineData(0, -1, 11, "lies at bytes -1")]
    [InlineData(0, 0, 0, "lies at bytes 0 to 0")]
    [InlineData(1, long.MaxValue, 1, "two.tfrecord")]
    public void A_place_outside_of_its_file_is_refused(int file, long offset, int length, string said)
    {
        using (var writer = EpisodeWriter.Open(folder.Path, Header))
        {
            writer.Add(Make(0, 0) with { Frames = [new(file, offset, length, 0)] });
            writer.Complete();
        }
        Assert.Contains(said, Throws(() => EpisodeStore.Open(folder.Path, frames: (_, _) => new CountingReader())));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a\\..\\b")]
    [InlineData("")]
    public void A_path_outside_of_the_folder_is_refused(string path)
    {
        var header = TestEpisodes.Header with { Frames = Frames with { Files = [new(path, 1)] } };
        Assert.Contains("is no path below the folder", Throws(() => EpisodeWriter.Open(folder.Path, header)));
    }

    [Fact]
    public void Notes_are_kept_with_their_shard()
    {
        Dictionary<string, string> Note(int n) => new() { ["place"] = $"{n}", ["policy.0"] = "not a policy" };
        using (var writer = EpisodeWriter.Open(folder.Path, TestEpisodes.Header, 2, 1 << 20))
        {
            var n = 0;
            writer.ShardNotes = () => Note(n);
            for (; n < 5; n++) writer.Add(TestEpisodes.Make(n, 1));
            Assert.Equal([Note(1), Note(3)], writer.Notes);
        }
        using (var writer = EpisodeWriter.Open(folder.Path, TestEpisodes.Header, 2, 1 << 20)) Assert.Equal([Note(1), Note(3)], writer.Notes);
        using var store = EpisodeStore.Open(folder.Path);
        Assert.Equal(Note(3), store.Notes(1));
        Assert.Equal(4, store.EpisodeCount);
    }

    private void Record(params int[] steps)
    {
        using var writer = EpisodeWriter.Open(folder.Path, Header);
        var first = 0;
        foreach (var t in steps)
        {
            writer.Add(Make(first, t));
            first += t + 1;
        }
        writer.Complete();
    }

    private static Episode Make(int first, int steps) => TestEpisodes.Make(first, steps) with
    {
        Images = [],
        Frames = [.. Enumerable.Range(first, steps + 1).Select(Place)],
    };

    private static FrameReference Place(int n) => n % 2 == 0 ? new(0, n, 10 + n, 1) : new(1, 4_000_000_000 + n, 20, 0xF0000000);

    private static string Throws(Action action) => Assert.Throws<ActionableException>(action).Message;

    private sealed class CountingReader : IFrameReader
    {
        public (FrameReference Frame, int Episode) Last { get; private set; }
        public bool Disposed { get; private set; }

        public void Read(in FrameReference frame, int episode, Span<byte> image)
        {
            Last = (frame, episode);
            image.Fill(7);
        }

        public void Dispose() => Disposed = true;
    }
}
