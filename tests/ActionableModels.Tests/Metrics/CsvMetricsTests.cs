using ActionableModels.Compute;
using ActionableModels.Metrics;

namespace ActionableModels.Tests.Metrics;

public sealed class CsvMetricsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private string File1 => Path.Combine(folder, "run", "metrics.csv");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Rows_read_back_exactly()
    {
        double[][] rows = [[0.1, -2e-300], [double.NaN, 1 / 3.0], [1e300, double.NaN]];
        using (var writer = new CsvMetricsWriter(File1, ["loss/td", "q"]))
            for (var i = 0; i < rows.Length; i++) writer.Write(100 * i, rows[i]);
        Assert.Equal("step,loss/td,q\n0,0.1,-2E-300\n100,,0.3333333333333333\n200,1E+300,\n", File.ReadAllText(File1));
        var table = MetricsTable.Read(File1);
        Assert.Equal(["step", "loss/td", "q"], table.Columns);
        for (var i = 0; i < rows.Length; i++) Assert.Equal([100 * i, .. rows[i]], table.Rows[i]);
        Assert.Equal([(0, -2e-300), (100, 1 / 3.0)], table.Series("q"));
        Assert.Empty(table.Series("unknown"));
    }

    [Fact]
    public void Resuming_drops_later_rows_and_ends_as_an_unbroken_run()
    {
        using (var whole = new CsvMetricsWriter(Path.Combine(folder, "whole.csv"), ["a"]))
            for (var step = 10; step <= 50; step += 10) whole.Write(step, [step / 7.0]);
        using (var killed = new CsvMetricsWriter(File1, ["a"]))
            for (var step = 10; step <= 40; step += 10) killed.Write(step, [step / 7.0]);
        File.AppendAllText(File1, "50,7.1");
        using (var resumed = new CsvMetricsWriter(File1, ["a"], resumeStep: 20))
            for (var step = 30; step <= 50; step += 10) resumed.Write(step, [step / 7.0]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "whole.csv")), File.ReadAllBytes(File1));
        Assert.Equal(["metrics.csv"], Directory.GetFiles(Path.GetDirectoryName(File1)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_new_run_starts_a_new_file()
    {
        using (var old = new CsvMetricsWriter(File1, ["b"])) old.Write(5, [1]);
        using (new CsvMetricsWriter(File1, ["a"])) { }
        Assert.Equal("step,a\n", File.ReadAllText(File1));
    }

    [Fact]
    public void Rows_are_in_the_file_at_once()
    {
        using var writer = new CsvMetricsWriter(File1, ["a"]);
        writer.Write(1, [2]);
        using var reader = new StreamReader(new FileStream(File1, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("step,a\n1,2\n", reader.ReadToEnd());
    }

    [Fact]
    public void Writing_a_row_allocates_nothing()
    {
        using var writer = new CsvMetricsWriter(File1, ["a", "b"]);
        double[] values = [0.25, 1e-7];
        writer.Write(0, values);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 1; step < 100; step++) writer.Write(step, values);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("")]
    [InlineData("loss,q\n1,2\n")]
    [InlineData("step,a\n1,2,3\n")]
    [InlineData("step,a\n1,x\n")]
    [InlineData("step,a\n,1\n")]
    public void Damaged_files_are_refused_and_left(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File1)!);
        File.WriteAllText(File1, content);
        var error = Assert.Throws<ActionableException>(() => new CsvMetricsWriter(File1, ["a"], resumeStep: 10));
        Assert.Contains(File1, error.Message);
        Assert.Equal(content, File.ReadAllText(File1));
    }

    [Fact]
    public void Other_columns_are_refused_when_resuming()
    {
        using (var old = new CsvMetricsWriter(File1, ["b"])) old.Write(5, [1]);
        Assert.Contains("other columns", Assert.Throws<ActionableException>(() => new CsvMetricsWriter(File1, ["a"], resumeStep: 10)).Message);
        Assert.Throws<ArgumentException>(() => new CsvMetricsWriter(File1, ["a,b"]));
    }

    [Fact]
    public void An_unwritable_place_is_named()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        var error = Assert.Throws<ActionableException>(() => new CsvMetricsWriter(Path.Combine(folder, "file", "metrics.csv"), ["a"]));
        Assert.Contains("cannot be written", error.Message);
        Assert.Contains("no such file", Assert.Throws<ActionableException>(() => MetricsTable.Read(Path.Combine(folder, "none"))).Message);
    }
}
