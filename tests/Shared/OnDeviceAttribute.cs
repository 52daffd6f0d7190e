using System.Reflection;
using Xunit.Sdk;

namespace ActionableModels.Tests.Shared;

/// <summary>
/// Rows of a theory on one device, whose name is the first parameter. Where the machine lacks the device the rows are skipped and say why; with
/// ACTIONABLE_REQUIRE_ALL, as in CI, they run and fail.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class OnDeviceAttribute : DataAttribute
{
    private readonly string device;

    public OnDeviceAttribute(string device)
    {
        this.device = device;
        if (!Requirement.All && TestDevices.Missing(device) is { } reason) Skip = $"no {device} device: {reason}";
    }

    /// <summary>What the other parameters take in turn.</summary>
    protected virtual IEnumerable<object[]> Rows => [[]];

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Rows.Select(row => (object[])[device, .. row]);
}
