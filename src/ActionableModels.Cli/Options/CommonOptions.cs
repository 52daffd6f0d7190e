using System.CommandLine;

namespace ActionableModels.Cli;

/// <summary>Options that several commands share, and how options are made.</summary>
internal static class CommonOptions
{
    public static Option<ulong> Seed { get; } = New("--seed", "seed of everything random", 0UL);
    public static Option<int> Threads { get; } = Number("--threads", "threads that compute; 0: one per core; results do not depend on it",
        0, 0, 1024);
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "print one JSON object last on standard output, everything else on standard error",
    };
    public static Option<bool> Quiet { get; } = new("--quiet") { Description = "no progress and no notes on standard error" };
    public static Option<string> Task { get; } = New("--task", $"task of the simulated world: {string.Join(", ", Worlds.Tasks)}",
        Worlds.DefaultTask);
    public static Option<string> Camera { get; } = New("--camera", $"camera of the simulated world: {string.Join(", ", Worlds.Cameras)}",
        Worlds.DefaultCamera);
    public static Option<int?> Objects { get; } = new("--objects")
    {
        Description = $"objects on the table, the red cube first, then others in its way, at most {Worlds.MaxObjects}; the task's own if left out",
    };
    public static Option<string> Data { get; } = Required("--data", "folder of the dataset", "FOLDER");
    /// <summary>What --checkpoint takes where only the policy is used.</summary>
    public const string ModelFile = "checkpoint that train or init wrote, or a policy file";
    public static Option<string> Checkpoint { get; } = Required("--checkpoint", ModelFile, "FILE");

    /// <summary>An option with a default.</summary>
    public static Option<T> New<T>(string name, string description, T otherwise, string? helpName = null) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise, HelpName = helpName };

    /// <summary>An option that must be given.</summary>
    public static Option<string> Required(string name, string description, string helpName) =>
        new(name) { Description = description, Required = true, HelpName = helpName };

    /// <summary>An option that may be left out.</summary>
    public static Option<string?> Optional(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    /// <summary>A number that must be finite.</summary>
    public static Option<float> Finite(string name, string description, float otherwise)
    {
        var option = New(name, description, otherwise);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && float.TryParse(token.Value, out var value) && !float.IsFinite(value))
                result.AddError($"{name} {token.Value} is not a finite number");
        });
        return option;
    }

    /// <summary>A whole number in a range.</summary>
    public static Option<int> Number(string name, string description, int otherwise, int least, int most)
    {
        var option = New(name, description, otherwise);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && (value < least || value > most))
                result.AddError($"{name} {value} is not within {least} to {most}");
        });
        return option;
    }
}
