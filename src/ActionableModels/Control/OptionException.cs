using System.Globalization;
using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>An option is out of range; the message names it and says what is allowed.</summary>
public sealed class OptionException : ActionableException
{
    private readonly FormattableString? text;

    /// <summary>Creates the error with its message.</summary>
    public OptionException(string message) : base(message) { }

    private OptionException(FormattableString text) : base(text.ToString(CultureInfo.InvariantCulture)) => this.text = text;

    /// <summary>An error whose options are given as <see cref="OptionName"/>.</summary>
    internal static OptionException Of(FormattableString text) => new(text);

    /// <summary>The message with other names for the options, as another language has them.</summary>
    internal string Naming(Func<string, string> name) => text is null ? Message : string.Format(CultureInfo.InvariantCulture, text.Format,
        [.. text.GetArguments().Select(each => each is OptionName option ? option with { Name = name(option.Name) } : each)]);
}

/// <summary>An option in a message.</summary>
/// <param name="Name">The property of <see cref="ControllerOptions"/>.</param>
/// <param name="Dimension">Which number of an action it is about; null: none.</param>
internal readonly record struct OptionName(string Name, int? Dimension = null)
{
    /// <inheritdoc/>
    public override string ToString() => Dimension is { } d ? $"{Name} of {ActionSpace.Names[d]}" : Name;
}
