using System.Diagnostics;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>The system's compilers, and programs made with them.</summary>
internal static class CompilerOfC
{
    /// <summary>Compiles with everything worth a warning refused.</summary>
    /// <returns>What the compiler says; empty if nothing.</returns>
    public static string Compile(string compiler, string arguments) =>
        Run(compiler, $"-Wall -Wextra -Wpedantic -Werror -I {Repository.File("src/ActionableModels.Native/include")} {arguments}");

    /// <summary>What a program says, on both outputs, when it ends with 0.</summary>
    public static string Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {arguments} ended with {process.ExitCode}: {output}");
        return output;
    }

    /// <summary>Whether a program is on the path.</summary>
    public static bool Has(string program, string test) => Requirement.Met(
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))), program, test);
}
