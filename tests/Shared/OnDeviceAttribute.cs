using System.Reflection;
using Xunit.Sdk;

namespace ActionableModels.Tests.Shared;

/// <summary>
/// A row of a theory on one device, whose name is the first parameter. Where the machine lacks the device the row is skipped and says why; with
/// ACTIONABLE_REQUIRE_ALL, as in CI, it runs and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class OnDeviceAttribute : DataAttribute
{
    private readonly string device;
    private readonly object[] row;

    /// <param name="device">Name of the device.</param>
    /// <param name="row">The other parameters.</param>
    public OnDeviceAttribute(string device, params object[] row)
    {
        (this.device, this.row) = (device, row);
        if (!Requirement.All && TestDevices.Missing(device) is { } reason) Skip = $"no {device} device: {reason}";
    }

    /// <summary>What the other parameters take in turn.</summary>
    protected virtual IEnumerable<object[]> Rows => [row];

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Rows.Select(row => (object[])[device, .. row]);
}
