using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;

namespace ActionableModels.Formats.Tests.Import;

/// <summary>An import of a <see cref="FakeImportSource"/> as a process.</summary>
internal static class ImportProcess
{
    /// <summary>Starts one.</summary>
    public static Process Start(string source, string output, int threads, int delay)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(ImportProcess).Assembly.Location, "import", source, output, $"{threads}", $"{delay}"])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Arguments: source, output, threads, milliseconds that an episode takes.</summary>
    public static int Run(string[] arguments)
    {
        try
        {
            var delay = int.Parse(arguments[3]);
            var mapping = new FakeImportMapping { Working = _ => Thread.Sleep(delay) };
            DatasetImport.Run(new FakeImportSource(arguments[0]), mapping.Parts(), Options(arguments[1], int.Parse(arguments[2])), null, default);
            return 0;
        }
        catch (ActionableException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 1;
        }
    }

    /// <summary>The options of that process.</summary>
    public static ImportOptions Options(string output, int threads) => ImportFolder.Options(output, o => o with
    {
        Threads = threads, Resume = true, Place = CropPlace.Random, Crop = (4, 4), Seed = 3,
    });
}
