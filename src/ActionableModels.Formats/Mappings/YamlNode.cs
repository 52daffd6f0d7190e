using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Mappings;

/// <summary>A part of a YAML document, and where it stands. Asking it for what it is not is an error that names the place.</summary>
/// <param name="Where">File, line and column, for messages.</param>
/// <param name="Key">The key that it is the value of.</param>
internal abstract record YamlNode(string Where, string Key)
{
    /// <summary>What it is, in words.</summary>
    protected abstract string Kind { get; }

    /// <summary>The error for something wrong here.</summary>
    public ActionableException Bad(string what) => new($"{Where}: {what}");

    /// <summary>A text.</summary>
    public string Text() => this is YamlText { Value.Length: > 0 } text ? text.Value : throw Bad($"{Named} is {Kind}: write a text");

    /// <summary>The keys of a mapping.</summary>
    public YamlMap Map() => this as YamlMap ?? throw Bad($"{Named} is {Kind}: write keys and values, as in key: value");

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<YamlNode> Items() => this is YamlList list ? list.Values : throw Bad($"{Named} is {Kind}: write a list, as in [a, b]");

    /// <summary>Whether it is a number, unquoted.</summary>
    public bool IsNumber(out double number)
    {
        number = 0;
        return this is YamlText { Plain: true } text && double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    /// <summary>A finite number.</summary>
    public double Number() => IsNumber(out var number) && Math.Abs(number) <= 1e30 ? number
        : throw Bad($"{Named} is {Kind}: write a number of at most 1e30, without quotes");

    /// <summary>A whole number within bounds.</summary>
    public int Whole(int least, int most) => IsNumber(out var number) && number >= least && number <= most && number == Math.Floor(number)
        ? (int)number : throw Bad($"{Named} is {Kind}: write a whole number from {least} to {most}");

    /// <summary>True or false.</summary>
    public bool Flag() => this is YamlText { Plain: true, Value: "true" or "false" } text ? text.Value == "true"
        : throw Bad($"{Named} is {Kind}: write true or false");

    /// <summary>One of some words.</summary>
    public T Choice<T>(params (string Word, T Value)[] choices)
    {
        foreach (var (word, value) in choices)
            if (this is YamlText text && text.Value == word) return value;
        throw Bad($"{Named} is {Kind}: write {string.Join(" or ", choices.Select(c => c.Word))}");
    }

    private string Named => Key.Length == 0 ? "the document" : FileFault.Quote(Key);
}

/// <summary>A scalar.</summary>
/// <param name="Where">Place.</param>
/// <param name="Key">Key.</param>
/// <param name="Value">The text.</param>
/// <param name="Plain">Whether it stands without quotes.</param>
internal sealed record YamlText(string Where, string Key, string Value, bool Plain) : YamlNode(Where, Key)
{
    protected override string Kind => Value.Length == 0 ? "empty" : FileFault.Quote(Value);
}

/// <summary>A sequence.</summary>
internal sealed record YamlList(string Where, string Key, IReadOnlyList<YamlNode> Values) : YamlNode(Where, Key)
{
    protected override string Kind => "a list";
}

/// <summary>A mapping; its keys in order.</summary>
internal sealed record YamlMap(string Where, string Key, IReadOnlyDictionary<string, YamlNode> Values) : YamlNode(Where, Key)
{
    protected override string Kind => "keys and values";

    /// <summary>Refuses every key but these.</summary>
    public YamlMap Only(params IEnumerable<string> keys)
    {
        var known = keys.ToArray();
        foreach (var (key, value) in Values)
            if (!known.Contains(key)) throw value.Bad($"there is no key {FileFault.Quote(key)} here: write one of {string.Join(", ", known)}");
        return this;
    }

    /// <summary>The value of a key that must be there.</summary>
    public YamlNode this[string key] => Values.GetValueOrDefault(key)
        ?? throw Bad($"the key {FileFault.Quote(key)} is missing{(Key.Length == 0 ? "" : $" from {FileFault.Quote(Key)}")}: add it");

    /// <summary>The value of a key, or null.</summary>
    public YamlNode? Optional(string key) => Values.GetValueOrDefault(key);
}
