using System.CommandLine;

namespace ActionableModels.Cli;

/// <summary>A command of the command line with an example line in its help.</summary>
internal sealed class VerbCommand : Command
{
    /// <summary>Names a command; every command has the options for output.</summary>
    public VerbCommand(string name, string description, string example, Action<Invocation> run) : this(name, description, example, call =>
    {
        run(call);
        return CommandLine.Done;
    })
    {
    }

    /// <summary>Names a command that chooses its exit code.</summary>
    public VerbCommand(string name, string description, string example, Func<Invocation, int> run) : base(name, description)
    {
        Example = example;
        SetAction(parse =>
        {
            using var call = new Invocation(parse);
            return run(call);
        });
    }

    /// <summary>A line that works as it stands, after those of the commands before it.</summary>
    public string Example { get; }

    /// <summary>More such lines.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>What the help lists behind the options, each list with its title.</summary>
    public IReadOnlyList<(string Title, IReadOnlyList<string> Lines)> Lists { get; init; } = [];

    /// <summary>Adds options in the order of the help, those that every command has last.</summary>
    public VerbCommand With(params IEnumerable<Option> options)
    {
        foreach (var option in options) Add(option);
        Add(CommonOptions.Json);
        Add(CommonOptions.Quiet);
        return this;
    }
}
