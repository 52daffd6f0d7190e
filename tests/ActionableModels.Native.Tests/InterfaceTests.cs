using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>
/// The C interface is what it was: abi-1.txt holds every exported name, signature, constant, struct layout. Programs that were compiled against a header
/// go on working with every library of the same ACTIONABLE_ABI_VERSION.
/// </summary>
public class InterfaceTests
{
    private static readonly InterfaceHeader header = new();

    [Fact]
    public void The_interface_changes_only_with_its_version()
    {
        if (!CompilerOfC.Has("gcc", nameof(The_interface_changes_only_with_its_version))) return;
        var now = Layout().Concat(header.Declarations).ToArray();
        var version = now.First(line => line.StartsWith("ACTIONABLE_ABI_VERSION = ", StringComparison.Ordinal)).Split(' ')[^1];
        var file = Repository.File($"tests/ActionableModels.Native.Tests/abi-{version}.txt");
        var before = File.Exists(file) ? File.ReadAllLines(file) : [];
        var differences = before.Except(now).Select(line => "- " + line).Concat(now.Except(before).Select(line => "+ " + line)).ToArray();
        var copy = Path.Combine(Path.GetTempPath(), "abi.txt");
        if (differences.Length > 0 || before.Length != now.Length) File.WriteAllLines(copy, now);
        Assert.True(differences.Length == 0 && before.Length == now.Length,
            $"the C interface is not that of {file}: raise ACTIONABLE_ABI_VERSION in actionable.h and commit {copy} as the file of the new number, or undo this:\n"
            + string.Join('\n', differences));
    }

    [NativeFact]
    public void The_library_exports_what_the_header_declares_and_nothing_else()
    {
        var exported = CompilerOfC.Run("nm", $"-D --defined-only {NativeLibraryFile.Path}").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).Where(parts => parts[1] == "T").Select(parts => parts[2].Split('@')[0]).ToHashSet();
        Assert.Equal(header.Functions.Order(), exported.Order());
        Assert.True(exported.Count > 20);
    }

    [Theory]
    [InlineData("gcc", "-std=c99 -x c")]
    [InlineData("gcc", "-std=c17 -x c")]
    [InlineData("g++", "-std=c++11 -x c++")]
    public void The_header_compiles_as(string compiler, string language)
    {
        if (!CompilerOfC.Has(compiler, nameof(The_header_compiles_as))) return;
        var source = Path.GetTempFileName();
        File.WriteAllText(source, "#include \"actionable.h\"\nint main() { return (int)actionable_abi_version(); }\n");
        Assert.Empty(CompilerOfC.Compile(compiler, $"{language} -fsyntax-only {source}"));
        File.Delete(source);
    }

    /// <summary>Lines of constants, structs and fields, with their numbers.</summary>
    internal static string[] Layout() => layout.Value;

    private static readonly Lazy<string[]> layout = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory();
        var (source, program) = (Path.Combine(folder.FullName, "layout.c"), Path.Combine(folder.FullName, "layout"));
        File.WriteAllText(source, header.Program());
        CompilerOfC.Compile("gcc", $"-std=c11 -o {program} {source}");
        var lines = CompilerOfC.Run(program, "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        folder.Delete(true);
        return lines;
    });
}
