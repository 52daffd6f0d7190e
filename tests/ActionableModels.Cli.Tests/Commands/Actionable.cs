using System.Diagnostics;
using System.Text.Json;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>Runs the built command as a process, the way a shell does.</summary>
internal static class Actionable
{
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "actionable.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static Result Run(params string[] arguments) => RunWith([], arguments);

    /// <summary>Runs a command with changes to its environment.</summary>
    public static Result RunWith((string Name, string Value)[] environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException($"actionable {string.Join(' ', arguments)} did not end");
        }
        return new(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Runs a command that must succeed and returns the JSON object that it prints.</summary>
    public static JsonElement Json(params string[] arguments)
    {
        var result = Run([.. arguments, "--json"]);
        Assert.True(result.Code == 0, result.Error);
        return result.Json;
    }

    public static Process Start(params string[] arguments) => Start([], arguments);

    private static Process Start((string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Library);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    internal sealed record Result(int Code, string Output, string Error)
    {
        /// <summary>The object on the one line of standard output.</summary>
        public JsonElement Json
        {
            get
            {
                var json = JsonDocument.Parse(Assert.Single(Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
                Assert.Equal(JsonValueKind.Object, json.ValueKind);
                return json;
            }
        }

        /// <summary>Asserts a failure that says its cause in one line and nothing on standard output.</summary>
        public void Fails(params string[] parts)
        {
            Assert.Equal(1, Code);
            Assert.Equal("", Output);
            var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
                line.StartsWith("error: ", StringComparison.Ordinal));
            Assert.All(parts, part => Assert.Contains(part, line));
            Assert.DoesNotContain("   at ", Error);
        }
    }
}
