using System.Text;
using System.Text.RegularExpressions;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Native.Tests;

/// <summary>What actionable.h declares, read from its text, and a C program that asks a compiler for the numbers behind it.</summary>
internal sealed partial class InterfaceHeader
{
    private readonly string text = Comment.Replace(File.ReadAllText(Repository.File("src/ActionableModels.Native/include/actionable.h")), "");

    /// <summary>Names of constants: those of enumerations and of #define that are numbers.</summary>
    public IEnumerable<string> Constants => Enumerator.Matches(text).Concat(Definition.Matches(text)).Select(m => m.Groups[1].Value);

    /// <summary>Structs and their fields, in order, with the fields' types.</summary>
    public IEnumerable<(string Name, (string Type, string Name)[] Fields)> Structs => Struct.Matches(text).Select(match => (match.Groups[2].Value,
        match.Groups[1].Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Field.Match(line)).Select(m => (Plain(m.Groups[1].Value + m.Groups[3].Value), m.Groups[2].Value)).ToArray()));

    /// <summary>Declarations of functions and of types that are no structs, in one line each.</summary>
    public IEnumerable<string> Declarations => Declaration.Matches(text).Select(m => Plain(m.Groups[1].Value));

    /// <summary>Names of the functions.</summary>
    public IEnumerable<string> Functions => Function.Matches(text).Select(m => m.Groups[1].Value);

    /// <summary>A C program that prints a line for each constant, struct and field.</summary>
    public string Program()
    {
        var program = new StringBuilder("#include \"actionable.h\"\n#include <stdio.h>\nint main(void) {\n");
        foreach (var name in Constants) program.Append($"  printf(\"{name} = %lld\\n\", (long long){name});\n");
        foreach (var (name, fields) in Structs)
        {
            program.Append($"  printf(\"{name}: %zu bytes, aligned to %zu\\n\", sizeof({name}), _Alignof({name}));\n");
            foreach (var field in fields)
                program.Append($"  printf(\"{name}.{field.Name}: %zu, %zu bytes, {field.Type}\\n\", offsetof({name}, {field.Name}), "
                    + $"sizeof((({name} *)0)->{field.Name}));\n");
        }
        return program.Append("  return 0;\n}\n").ToString();
    }

    private static string Plain(string text) => Space.Replace(text, " ").Trim();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment { get; }
    [GeneratedRegex(@"^\s+(ACTIONABLE_\w+) = ", RegexOptions.Multiline)]
    private static partial Regex Enumerator { get; }
    [GeneratedRegex(@"#define (ACTIONABLE_\w+) \d")]
    private static partial Regex Definition { get; }
    [GeneratedRegex(@"typedef struct \w+ \{(.*?)\} (\w+);", RegexOptions.Singleline)]
    private static partial Regex Struct { get; }
    [GeneratedRegex(@"^(.*?)(\w+)(\[\w+\])?$", RegexOptions.Singleline)]
    private static partial Regex Field { get; }
    [GeneratedRegex(@"^(?:ACTIONABLE_API|typedef(?! struct \w+ \{)) (.*?);", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Declaration { get; }
    [GeneratedRegex(@"^ACTIONABLE_API [^;(]*?(\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Function { get; }
    [GeneratedRegex(@"\s+")]
    private static partial Regex Space { get; }
}
