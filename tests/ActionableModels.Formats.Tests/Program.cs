using ActionableModels.Formats.Tests.Import;

namespace ActionableModels.Formats.Tests;

/// <summary>What tests run as a process of its own, in order to kill it.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        ["import", .. var rest] => ImportProcess.Run(rest),
        _ => 2,
    };
}
