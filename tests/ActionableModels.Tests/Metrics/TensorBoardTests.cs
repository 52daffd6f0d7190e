using System.Text;
using ActionableModels.Compute;
using ActionableModels.Imaging;
using ActionableModels.Metrics;
using ActionableModels.Storage;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Metrics;

public sealed class TensorBoardTests : IDisposable
{
    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000.25);
    }

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("123456789", 0xE3069283, 0xC78AB0E5)]
    [InlineData("abc", 0x364B3FB7, 0x21F1576E)]
    [InlineData("", 0x00000000, 0xA282EAD8)]
    public void Checksums_have_their_published_values(string text, uint crc, uint masked)
    {
        Assert.Equal(crc, TfRecord.Crc32C(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(masked, TfRecord.MaskedCrc32C(Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void Records_have_their_known_bytes()
    {
        var stream = new MemoryStream();
        TfRecord.Write(stream, []);
        TfRecord.Write(stream, "abc"u8);
        Assert.Equal("00000000000000002903980" + "7D8EA82A2" + "0300000000000000B099490E6162636E57F121", Convert.ToHexString(stream.ToArray()));
    }

    [Fact]
    public void Scalars_read_back()
    {
        string path;
        using (var writer = new TensorBoardWriter(folder, new FixedClock()))
        {
            path = writer.Path;
            writer.Scalars(300, ["loss/td", "q/seen", "none"], [0.5, -1.25, double.NaN]);
            writer.Scalar(long.MaxValue, "x", 2);
            writer.Scalars(301, ["none"], [double.NaN]);
        }
        Assert.Equal("events.out.tfevents.1700000000.actionable.000", Path.GetFileName(path));
        var events = EventReader.Records(File.ReadAllBytes(path));
        Assert.Equal(4, events.Count);
        Assert.All(events, e => Assert.Equal(1_700_000_000.25, ProtobufReader.Field(e, 1)));
        Assert.Equal("brain.Event:2", ProtobufReader.Text(events[0], 3));
        Assert.Equal(300L, ProtobufReader.Field(events[2], 2));
        var values = ProtobufReader.Fields(ProtobufReader.Inner(events[2], 5)).Select(f => (byte[])f.Value).ToList();
        Assert.Equal([("loss/td", 0.5f), ("q/seen", -1.25f)], values.Select(v => (ProtobufReader.Text(v, 1), (float)ProtobufReader.Field(v, 2))));
        Assert.Equal(long.MaxValue, ProtobufReader.Field(events[3], 2));
    }

    [Fact]
    public void Histograms_read_back()
    {
        var histogram = new Histogram(0, 1, 4);
        histogram.Add([0f, 0.3f, 0.3f, 0.99f, 1f, float.NaN]);
        string path;
        using (var writer = new TensorBoardWriter(folder, new FixedClock()))
        {
            path = writer.Path;
            writer.Histogram(7, "q", histogram);
        }
        var value = ProtobufReader.Inner(ProtobufReader.Inner(EventReader.Records(File.ReadAllBytes(path))[^1], 5), 1);
        var histo = ProtobufReader.Inner(value, 5);
        Assert.Equal("q", ProtobufReader.Text(value, 1));
        Assert.Equal([0.0, 1.0, 5.0], new[] { 1, 2, 3 }.Select(f => (double)ProtobufReader.Field(histo, f)));
        Assert.Equal(2.59, (double)ProtobufReader.Field(histo, 4), 6);
        Assert.Equal(2 * 0.09 + 0.9801 + 1, (double)ProtobufReader.Field(histo, 5), 6);
        Assert.Equal([0.25, 0.5, 0.75, 1], EventReader.Doubles(ProtobufReader.Inner(histo, 6)));
        Assert.Equal([1, 2, 0, 2], EventReader.Doubles(ProtobufReader.Inner(histo, 7)));
    }

    [Fact]
    public void Images_read_back()
    {
        var image = new RgbImage(3, 5);
        image[1, 2][0] = 200;
        string path;
        using (var writer = new TensorBoardWriter(folder, new FixedClock()))
        {
            path = writer.Path;
            writer.Image(7, "goal", image);
        }
        var stored = ProtobufReader.Inner(ProtobufReader.Inner(ProtobufReader.Inner(EventReader.Records(File.ReadAllBytes(path))[^1], 5), 1), 4);
        Assert.Equal([3L, 5L, 3L], new[] { 1, 2, 3 }.Select(f => (long)ProtobufReader.Field(stored, f)));
        Assert.Equal(image.Pixels, Png.Decode(ProtobufReader.Inner(stored, 4), "x").Pixels);
    }

    [Fact]
    public void A_resumed_run_announces_the_step_after_its_checkpoint_in_a_later_file()
    {
        using var first = new TensorBoardWriter(folder, new FixedClock());
        using var second = new TensorBoardWriter(folder, new FixedClock(), resumeStep: 500);
        Assert.True(string.CompareOrdinal(second.Path, first.Path) > 0);
        var start = EventReader.Records(Shared(second.Path))[1];
        Assert.Equal(501L, ProtobufReader.Field(start, 2));
        Assert.Equal(1L, ProtobufReader.Field(ProtobufReader.Inner(start, 7), 1));
        Assert.DoesNotContain(ProtobufReader.Fields(EventReader.Records(Shared(first.Path))[1]), f => f.Field == 2);
    }

    [Fact]
    public void The_log_writes_both_files()
    {
        using (var log = new MetricsLog(folder, ["loss", "q"], new FixedClock()))
        {
            log.Write(10, [1, 2]);
            log.Histogram(10, "h", new Histogram(0, 1, 2));
            log.Image(10, "i", new RgbImage(1, 1));
        }
        Assert.Equal("step,loss,q\n10,1,2\n", File.ReadAllText(Path.Combine(folder, MetricsLog.CsvName)));
        Assert.Equal(5, EventReader.Records(File.ReadAllBytes(Directory.GetFiles(folder, "*tfevents*").Single())).Count);
    }

    [Fact]
    public void Writing_scalars_allocates_nothing()
    {
        using var writer = new TensorBoardWriter(folder, new FixedClock());
        string[] tags = ["a", "b"];
        double[] values = [1, 2];
        writer.Scalars(1, tags, values);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 2; step < 100; step++) writer.Scalars(step, tags, values);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void An_unwritable_folder_is_named()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        Assert.Contains(file, Assert.Throws<ActionableException>(() => new TensorBoardWriter(file, new FixedClock())).Message);
    }

    private static byte[] Shared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
