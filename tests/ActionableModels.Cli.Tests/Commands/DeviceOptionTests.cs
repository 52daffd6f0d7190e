using System.Text.Json;
using ActionableModels.Compute.OpenCl;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>The choice of a device, and what doctor says of all of them.</summary>
public sealed class DeviceOptionTests
{
    // As on a machine without GPU drivers.
    private static readonly (string, string)[] noDrivers = [("OCL_ICD_VENDORS", "/nonexistent"), ("ACTIONABLE_CUDA_DRIVER", "/nonexistent")];

    private static JsonElement[] Listed(JsonElement doctor) => [.. doctor.GetProperty("devices").EnumerateArray()];

    private static string Name(JsonElement device) => device.GetProperty("name").GetString()!;

    [Theory]
    [InlineData("--device opencl:x", "'opencl:x' names no device")]
    [InlineData("--device cpu:1", "'cpu:1' names no device")]
    [InlineData("--device opncl", "unknown device 'opncl'; did you mean 'opencl'?")]
    [InlineData("--device opencl --cores 0", "--cores is for the cpu")]
    [InlineData("--device cuda --convolution direct", "--convolution is for the cpu")]
    [InlineData("--precision tf32", "precision tf32 is for cuda: cpu computes in fp32")]
    public void OptionsThatDoNotFit(string line, string message) => Actionable.Run(["doctor", .. line.Split(' ')]).Fails(message);

    [Theory]
    [InlineData("opencl", "OpenCL", "install")]
    [InlineData("cuda", "/nonexistent")]
    public void ADriverThatIsMissing(string device, params string[] parts) =>
        Actionable.RunWith(noDrivers, "doctor", "--device", device).Fails(parts);

    [Fact]
    public void AutoFallsBackToTheCpuAndSaysWhy()
    {
        var result = Actionable.RunWith(noDrivers, "doctor", "--device", "auto", "--json");
        Assert.Equal(0, result.Code);
        Assert.Equal("cpu", result.Json.GetProperty("device").GetString());
        var line = Assert.Single(result.Error.Split('\n'), l => l.StartsWith("--device auto", StringComparison.Ordinal));
        Assert.StartsWith("--device auto computes on the cpu, for no GPU was found (cuda: ", line);
        Assert.Contains("/nonexistent", line);
        Assert.Contains("opencl: ", line);
        Assert.All(Listed(result.Json), d => Assert.Equal(Name(d) == "cpu", d.GetProperty("used").GetBoolean()));
        Assert.Equal(["cpu", "opencl", "cuda"], Listed(result.Json).Select(Name));
        Assert.All(Listed(result.Json)[1..], d => Assert.NotEmpty(d.GetProperty("fault").GetString()!));
    }

    [Theory, OnDevice("opencl")]
    public void DoctorListsWhatThereIs(string device)
    {
        var found = OpenClDevice.Find(out _);
        var name = $"{device}:{found.Count - 1}";
        var json = Actionable.Json("doctor", "--device", name);
        Assert.Equal(device, json.GetProperty("device").GetString());
        Assert.Contains(found[^1].Name, json.GetProperty("device_description").GetString());
        var listed = Listed(json);
        Assert.Equal(["cpu", .. found.Select(d => $"{device}:{d.Index}")], listed.Select(Name).Where(n => !n.StartsWith("cuda", StringComparison.Ordinal)));
        var used = Assert.Single(listed, d => d.GetProperty("used").GetBoolean());
        Assert.Equal(name, Name(used));
        Assert.Equal(found[^1].MemoryBytes, used.GetProperty("memory_bytes").GetInt64());
        Assert.Equal(found[^1].Version, used.GetProperty("capability").GetString());
        var text = Actionable.Run("doctor", "--device", name).Output;
        Assert.Contains($"computes on {device}: {found[^1].Name}", text);
        Assert.Contains("used; OpenCL ", text);
        Actionable.Run("doctor", "--device", $"{device}:{found.Count}").Fails($"no OpenCL device {found.Count}");
    }
}
