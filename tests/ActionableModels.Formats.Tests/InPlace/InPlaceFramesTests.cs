using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.InPlace;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Tests.InPlace;

/// <summary>Frames that stay in the files that they lie in.</summary>
public sealed class InPlaceFramesTests : IDisposable
{
    private const int Height = 48, Width = 64;
    private static readonly FrameGeometry Camera = new(32, 40, 32, 40, CropPlace.Random, 9);
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-in-place-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string PathOf(string name) => Path.Combine(folder, name);

    private static byte[] Picture(int number)
    {
        var pixels = new byte[Height * Width * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(100 + 80 * Math.Sin((i + number * 31) / (20.0 + number)));
        return pixels;
    }

    /// <summary>Files of eight frames each behind some bytes that are none.</summary>
    private (ExternalFrames Frames, List<FrameReference> References) Write(int files, bool raw = false, FrameGeometry? geometry = null)
    {
        var (names, references) = (new List<ExternalFile>(), new List<FrameReference>());
        for (var f = 0; f < files; f++)
        {
            var name = $"part/{f}.bin";
            Directory.CreateDirectory(PathOf("part"));
            using (var stream = File.Create(PathOf(name)))
                for (var i = 0; i < 8; i++)
                {
                    stream.Write(new byte[5 + i]);
                    var bytes = raw ? Picture(f * 8 + i) : JpegEncoder.Encode(Picture(f * 8 + i), Height, Width, 90);
                    references.Add(new(f, stream.Position, bytes.Length, TfRecord.Crc32C(bytes)));
                    stream.Write(bytes);
                }
            names.Add(new(name, new FileInfo(PathOf(name)).Length));
        }
        return (new(folder, names, InPlaceFrames.Decoding(geometry ?? Camera, raw ? new(Height, Width, 3) : null)), references);
    }

    private static DatasetHeader Header(ExternalFrames frames) => new("test", Camera.Height, Camera.Width, ActionSpace.QtOpt, null, frames);

    private static byte[] Read(InPlaceFrames reader, FrameReference frame, int episode = 0)
    {
        var image = new byte[Camera.Height * Camera.Width * 3];
        reader.Read(frame, episode, image);
        return image;
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Frames_are_those_that_a_decoder_makes_of_the_bytes(bool raw)
    {
        var (frames, references) = Write(3, raw);
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        using var decoder = new FrameDecoder(Camera);
        for (var i = 0; i < references.Count; i++)
        {
            var expected = new byte[Camera.Height * Camera.Width * 3];
            if (raw) decoder.Decode(Picture(i), new(Height, Width, 3), i / 4, expected);
            else decoder.Decode(JpegEncoder.Encode(Picture(i), Height, Width, 90), null, i / 4, expected);
            Assert.Equal(expected, Read(reader, references[i], i / 4));
        }
    }

    [Fact]
    public void Many_threads_read_the_same_frames()
    {
        var (frames, references) = Write(4);
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        var alone = references.Select((frame, i) => Read(reader, frame, i)).ToArray();
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            Assert.Equal(alone[i % alone.Length], Read(reader, references[i % alone.Length], i % alone.Length)));
    }

    [Fact]
    public void Reading_allocates_nothing_after_the_first_frames()
    {
        var (frames, references) = Write(2);
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        var image = new byte[Camera.Height * Camera.Width * 3];
        void Run()
        {
            for (var i = 0; i < references.Count; i++) reader.Read(references[i], i, image);
        }
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_bounded_number_of_files_is_open()
    {
        var (frames, references) = Write(6);
        using var files = new FrameFiles(frames, mostOpen: 2);
        for (var round = 0; round < 3; round++)
            foreach (var frame in references)
            {
                var bytes = new byte[frame.Length];
                files.Read(frame.File, frame.Offset, bytes);
                Assert.Equal(frame.Crc32C, TfRecord.Crc32C(bytes));
                Assert.InRange(files.OpenCount, 1, 2);
            }
        Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var bytes = new byte[references[i * 7 % references.Count].Length];
            files.Read(references[i * 7 % references.Count].File, references[i * 7 % references.Count].Offset, bytes);
            Assert.Equal(references[i * 7 % references.Count].Crc32C, TfRecord.Crc32C(bytes));
        });
    }

    [Fact]
    public void Changed_bytes_are_named_by_file_and_offset()
    {
        var (frames, references) = Write(2);
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        var frame = references[11];
        using (var stream = new FileStream(PathOf("part/1.bin"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            stream.Position = frame.Offset + 200;
            var old = stream.ReadByte();
            stream.Position = frame.Offset + 200;
            stream.WriteByte((byte)(old ^ 1));
        }
        var message = Assert.Throws<ActionableException>(() => Read(reader, frame)).Message;
        Assert.StartsWith($"{PathOf("part/1.bin")}: the frame at byte {frame.Offset} is not the one that was indexed", message);
        Read(reader, references[12]);
    }

    [Fact]
    public void A_file_that_is_shortened_while_it_is_read_is_named()
    {
        var (frames, references) = Write(1);
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        Read(reader, references[7]);
        using (var stream = new FileStream(PathOf("part/0.bin"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite)) stream.SetLength(references[7].Offset + 5);
        Assert.Contains("ends before byte", Assert.Throws<ActionableException>(() => Read(reader, references[7])).Message);
    }

    [Fact]
    public void A_missing_file_and_one_of_another_length_are_named_when_the_dataset_is_opened()
    {
        var (frames, _) = Write(3);
        File.AppendAllText(PathOf("part/1.bin"), "x");
        Assert.StartsWith($"{PathOf("part/1.bin")}: has {frames.Files[1].Bytes + 1} bytes, {frames.Files[1].Bytes} when it was indexed",
            Assert.Throws<ActionableException>(() => InPlaceFrames.Open(frames, Header(frames))).Message);
        File.Delete(PathOf("part/0.bin"));
        Assert.StartsWith($"{PathOf("part/0.bin")}: there is no such file",
            Assert.Throws<ActionableException>(() => InPlaceFrames.Open(frames, Header(frames))).Message);
        Directory.CreateDirectory(PathOf("part/0.bin"));
        Assert.StartsWith($"{PathOf("part/0.bin")}: is a folder", Assert.Throws<ActionableException>(() => InPlaceFrames.Open(frames, Header(frames))).Message);
    }

    [Fact]
    public void Paths_and_folders_that_lead_out_are_refused_and_files_may_be_links()
    {
        var (frames, _) = Write(1);
        var outside = Directory.CreateTempSubdirectory("actionable-outside-").FullName;
        try
        {
            File.Copy(PathOf("part/0.bin"), Path.Combine(outside, "0.bin"));
            foreach (var path in (string[])["../x", "/etc/passwd", "part/../../x", "a\\b", ""])
            {
                var bad = frames with { Files = [new(path, 1)] };
                Assert.Throws<ActionableException>(() => InPlaceFrames.Open(bad, Header(bad)));
            }
            File.CreateSymbolicLink(PathOf("link.bin"), Path.Combine(outside, "0.bin"));
            Directory.CreateSymbolicLink(PathOf("linked"), outside);
            Directory.CreateSymbolicLink(PathOf("part/deeper"), "../linked");
            foreach (var path in (string[])["linked/0.bin", "part/deeper/0.bin"])
                Assert.Contains("leads out of", Assert.Throws<ActionableException>(() => Open(path)).Message);
            File.CreateSymbolicLink(PathOf("through.bin"), "linked/0.bin");
            foreach (var path in (string[])["link.bin", "through.bin"]) Open(path);
            Directory.CreateSymbolicLink(PathOf("circle"), "circle");
            Assert.Contains("links", Assert.Throws<ActionableException>(() => Open("circle/0.bin")).Message);
            File.CreateSymbolicLink(PathOf("inner.bin"), PathOf("part/0.bin"));
            Open("inner.bin");

            void Open(string path)
            {
                var other = frames with { Files = [frames.Files[0] with { Path = path }] };
                InPlaceFrames.Open(other, Header(other)).Dispose();
            }
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void Folders_may_be_links_inside_of_the_folder_and_links_in_them_start_where_they_lie()
    {
        var (frames, _) = Write(1);
        Directory.CreateDirectory(PathOf("part/real"));
        Directory.CreateSymbolicLink(PathOf("zz"), "part/real");
        File.CreateSymbolicLink(PathOf("part/real/relative.bin"), "../0.bin");
        File.CreateSymbolicLink(PathOf("part/real/full.bin"), PathOf("part/0.bin"));
        foreach (var path in (string[])["zz/relative.bin", "zz/full.bin", "part/real/relative.bin"])
        {
            var linked = frames with { Files = [frames.Files[0] with { Path = path }] };
            InPlaceFrames.Open(linked, Header(linked)).Dispose();
        }
        Directory.CreateSymbolicLink(PathOf("whole"), folder);
        var reached = frames with { Folder = PathOf("whole"), Files = [frames.Files[0] with { Path = "zz/relative.bin" }] };
        InPlaceFrames.Open(reached, Header(reached)).Dispose();
    }

    [Fact]
    public void A_file_that_was_missing_when_the_others_were_indexed_is_not_asked_for()
    {
        var (frames, references) = Write(1);
        var lacking = frames with { Files = [.. frames.Files, new("part/missing.bin", 0)] };
        using var reader = InPlaceFrames.Open(lacking, Header(lacking));
        Read(reader, references[3]);
    }

    [Fact]
    public void A_frame_outside_its_file_is_refused()
    {
        var (frames, references) = Write(1);
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        foreach (var bad in (FrameReference[])[references[0] with { File = 1 }, references[0] with { File = -1 }, references[0] with { Offset = -1 },
            references[0] with { Length = -1 }, references[0] with { Offset = long.MaxValue }, references[0] with { Length = int.MaxValue }])
            Assert.Contains("in none of the files", Assert.Throws<ActionableException>(() => Read(reader, bad)).Message);
    }

    [Fact]
    public void An_image_that_cannot_be_decoded_is_named_by_file_and_offset()
    {
        var junk = "no image at all"u8.ToArray();
        File.WriteAllBytes(PathOf("junk"), junk);
        var frames = new ExternalFrames(folder, [new("junk", junk.Length)], InPlaceFrames.Decoding(Camera, null));
        using var reader = InPlaceFrames.Open(frames, Header(frames));
        Assert.StartsWith($"{PathOf("junk")}: the frame at byte 3: neither a JPEG nor a PNG image",
            Assert.Throws<ActionableException>(() => Read(reader, new(0, 3, 5, TfRecord.Crc32C(junk.AsSpan(3, 5))))).Message);
    }

    [Fact]
    public void The_decoding_must_give_the_datasets_images()
    {
        var (frames, _) = Write(1, geometry: Camera with { Height = 16, CropHeight = 16 });
        Assert.Contains("are decoded to 16x40 pixels", Assert.Throws<ActionableException>(() => InPlaceFrames.Open(frames, Header(frames))).Message);
    }
}
