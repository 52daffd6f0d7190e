using System.Text.Json;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Formats;

namespace ActionableModels.Cli.Tests.Terminal;

public class TerminalTests
{
    [Fact]
    public void Tables_align()
    {
        var output = new StringWriter { NewLine = "\n" };
        new Table("method", "rate", "note").Add("Actionable Models", "92.0 %", "").Add("GCBC", "5.1 %", "a\nb").Write(output);
        Assert.Equal("""
            method               rate  note
            ─────────────────  ──────  ────
            Actionable Models  92.0 %
            GCBC                5.1 %  a b

            """.ReplaceLineEndings("\n"), output.ToString());
        Assert.Throws<ArgumentException>(() => new Table("a").Add("1", "2"));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.03124, "0.0312")]
    [InlineData(4.5, "4.5")]
    [InlineData(212.4, "212")]
    [InlineData(9876, "9876")]
    [InlineData(12400, "12.4k")]
    [InlineData(999_999, "1M")]
    [InlineData(-3_140_000, "-3.14M")]
    [InlineData(2.5e9, "2.5G")]
    [InlineData(0.00002, "2E-5")]
    [InlineData(double.NaN, "none")]
    public void Numbers_are_short(double value, string expected) => Assert.Equal(expected, Amount.Short(value));

    [Theory]
    [InlineData(0.4, "0:00")]
    [InlineData(59.6, "1:00")]
    [InlineData(754, "12:34")]
    [InlineData(3723, "1:02:03")]
    [InlineData(-5, "0:00")]
    public void Durations_read_as_clocks(double seconds, string expected) =>
        Assert.Equal(expected, Amount.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_doctor_finds_this_machine()
    {
        var info = Doctor.Look(Path.GetTempPath());
        Assert.True(info.Cores >= 1 && info.MemoryBytes > 0 && info.FreeDiskBytes > 0);
        Assert.Contains("NET", info.Runtime);
        Assert.All(info.Rows(), r => Assert.False(string.IsNullOrWhiteSpace(r.What) || string.IsNullOrWhiteSpace(r.Found)));
        var output = new StringWriter();
        JsonOut.Write(info, output);
        var json = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal(info.Cores, json.GetProperty("cores").GetInt32());
        Assert.Equal(["libturbojpeg", "libhdf5"], json.GetProperty("libraries").EnumerateArray().Select(library => library.GetProperty("name").GetString()));
    }

    [Fact]
    public void The_doctor_says_what_to_install()
    {
        Assert.Equal(new("libx", "x", "1.2", null), FormatLibrary.Look("libx", "x", "install x (Debian: libx1)", () => "1.2"));
        Assert.Equal(new("libx", "x", null, "missing: install x (Debian: libx1)"), FormatLibrary.Look("libx", "x", "install x (Debian: libx1)", () => null));
        Assert.Equal(new("libx", "x", null, "too old"), FormatLibrary.Look("libx", "x", "", () => throw new ActionableException("too old")));
        Assert.All(FormatLibrary.All(), library => Assert.True(library.Version is not null || library.Fault!.Contains("Debian", StringComparison.Ordinal)));
    }
}
