using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using ActionableModels.Formats.Hdf5;

namespace ActionableModels.Cli.Commands;

/// <summary>The child process that reads HDF5 files: of no use to people, so no help names it.</summary>
internal static partial class ReadHdf5Command
{
    public static Command Create()
    {
        var command = new Command(Hdf5Reader.Command, "Read HDF5 files for another process.") { Hidden = true };
        command.SetAction(_ => Serve());
        return command;
    }

    private static void Serve()
    {
        // Ctrl+C reaches every process of the terminal: the parent is the one to end this.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        if (OperatingSystem.IsLinux())
        {
            // Before the greeting: a parent that has ended by now will ask for nothing.
            var parent = ParentProcess();
            new Thread(() => EndWith(parent)) { IsBackground = true }.Start();
        }
        using var requests = Console.OpenStandardInput();
        using var answers = Console.OpenStandardOutput();
        try
        {
            Hdf5Worker.Run(requests, answers);
        }
        catch (IOException)
        {
            // The parent has ended.
        }
    }

    // A parent that was killed closes the input, which a library in an endless loop does not notice.
    private static void EndWith(int parent)
    {
        while (ParentProcess() == parent) Thread.Sleep(TimeSpan.FromSeconds(1));
        Process.GetCurrentProcess().Kill();
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentProcess();
}
