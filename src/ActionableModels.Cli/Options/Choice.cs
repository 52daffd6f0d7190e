using System.CommandLine;
using System.Text.Json;

namespace ActionableModels.Cli;

/// <summary>Options whose values are names: those of an enumeration, in kebab case, or others.</summary>
internal static class Choice
{
    /// <summary>An option; without a default it may be left out.</summary>
    public static Option<string> Option<T>(string name, string description, T? otherwise) where T : struct, Enum =>
        Among(name, description, Names<T>(), otherwise is { } value ? Name(value) : null);

    /// <summary>An option whose values are some names; without a default it may be left out.</summary>
    public static Option<string> Among(string name, string description, string[] names, string? otherwise)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', names) };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise;
        option.CompletionSources.Add([.. names]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !names.Contains(token.Value))
                result.AddError(ActionableModels.Names.Unknown($"value of {name}", token.Value, names));
        });
        return option;
    }

    /// <summary>The value of a checked name.</summary>
    public static T Parse<T>(string name) where T : struct, Enum => Enum.GetValues<T>().First(value => Name(value) == name);

    private static string[] Names<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => Name(value))];

    /// <summary>The name of a value.</summary>
    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
