using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

/// <summary>Devices that the tests of a class share, opened when the first of them asks, so that kernels are compiled once.</summary>
public sealed class OpenedDevices : IDisposable
{
    private readonly Dictionary<string, Device> opened = [];

    public Device this[string name] => opened.TryGetValue(name, out var device) ? device : opened[name] = TestDevices.Open(name);

    public void Dispose()
    {
        foreach (var device in opened.Values) device.Dispose();
    }
}
