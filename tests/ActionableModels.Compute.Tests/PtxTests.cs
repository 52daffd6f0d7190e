using ActionableModels.Compute.Kernels;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>The committed PTX is what the sources give, this assembly carries it, and ptxas accepts it without spills in hot kernels.</summary>
public sealed class PtxTests(PtxBuild build) : IClassFixture<PtxBuild>
{
    private const string Mend = "run kernels/build --fetch-ptxas --report kernels/README.md, and commit what it writes";

    [Fact]
    public void Ptx_is_what_the_sources_give()
    {
        if (!Requirement.Met(PtxBuild.HasCompiler, "clang-19 and python3", nameof(Ptx_is_what_the_sources_give))) return;
        var committed = Files(Repository.File("kernels/ptx"));
        var fresh = Files(build.Ptx);
        Assert.True(fresh.Count > 0, build.Messages);
        var different = fresh.Keys.Union(committed.Keys).Where(name => committed.GetValueOrDefault(name) != fresh.GetValueOrDefault(name)).Order();
        Assert.True(!different.Any(), $"kernels/ptx differs from its sources in {string.Join(", ", different)}: {Mend}");
    }

    [Fact]
    public void The_assembly_carries_the_ptx()
    {
        var carried = new[] { "sm_80", "sm_90a" }.SelectMany(t => KernelResources.PtxFiles(t).Select(n => (Name: $"{t}/{n}.ptx", Text: KernelResources.Ptx(n, t)!)));
        Assert.Equal(Files(Repository.File("kernels/ptx")), carried.ToDictionary(f => f.Name, f => System.Text.Encoding.UTF8.GetString(f.Text[..^1])));
        Assert.All(carried, f => Assert.Equal(0, f.Text[^1]));
    }

    [Fact]
    public void Ptxas_accepts_all_of_it_and_hot_kernels_spill_nothing()
    {
        if (!Requirement.Met(PtxBuild.HasCompiler && PtxBuild.HasAssembler, "clang-19, python3 and ptxas (kernels/fetch-ptxas)",
            nameof(Ptxas_accepts_all_of_it_and_hot_kernels_spill_nothing))) return;
        Assert.True(build.ExitCode == 0, build.Messages);
        Assert.True(File.ReadAllText(Repository.File("kernels/README.md")).Contains(build.Report, StringComparison.Ordinal),
            $"the register report in kernels/README.md is old: {Mend}");
    }

    private static Dictionary<string, string> Files(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.ptx", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText)
            : [];
}
