namespace ActionableModels.Tests.Shared;

/// <summary>What a test needs and a machine may lack: named when missing, and a failure where ACTIONABLE_REQUIRE_ALL is 1, as in CI.</summary>
internal static class Requirement
{
    /// <summary>Whether nothing may be missing.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("ACTIONABLE_REQUIRE_ALL") == "1";

    /// <summary>Whether a program is there.</summary>
    public static bool Program(string path, string test) => Met(File.Exists(path), path, test);

    /// <summary>Whether something is there: <paramref name="met"/> itself.</summary>
    public static bool Met(bool met, string what, string test)
    {
        if (met) return true;
        var message = $"{test} needs {what}, which is missing";
        if (All) Assert.Fail(message);
        Console.Error.WriteLine($"not tested: {message}");
        return false;
    }
}
