using System.CommandLine;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Commands;

/// <summary>Shows the hardware and the devices found.</summary>
internal static class DoctorCommand
{
    public static Command Create() => new VerbCommand("doctor", "Show the hardware and the devices found, and what is used.", "doctor", Run)
        .With(Devices.Options);

    private static void Run(Invocation call)
    {
        using var device = call.OpenDevice();
        var found = Doctor.Look(Environment.CurrentDirectory);
        var devices = DeviceList.Look(device, found.Processor, found.MemoryBytes);
        var json = new DoctorResult(RunReport.Version, device.Name, device.Description, devices, found);
        call.Result(json, text =>
        {
            text.WriteLine($"actionable {RunReport.Version} computes on {device.Name}: {device.Description}");
            text.WriteLine();
            var table = new Table("what", "found", "remark");
            foreach (var (what, value, remark) in found.Rows().Concat(devices.Select(d => d.ToRow()))) table.Add(what, value, remark);
            table.Write(text);
            foreach (var missing in devices.Where(d => d.Fault is not null)) text.WriteLine($"{missing.Name}: {missing.Fault}");
        });
    }
}

/// <summary>What doctor prints.</summary>
internal sealed record DoctorResult(string Version, string Device, string DeviceDescription, IReadOnlyList<ListedDevice> Devices, DoctorInfo Machine);
