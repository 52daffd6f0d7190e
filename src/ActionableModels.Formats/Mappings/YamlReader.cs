using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Storage;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ActionableModels.Formats.Mappings;

/// <summary>
/// Reads a small YAML document into a tree: one document, scalars, lists and mappings with distinct keys; no anchors, aliases, tags or
/// directives, a few levels deep, and not large. Whatever else the text holds is refused with line and column.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>Most bytes of a document.</summary>
    public const int LargestDocument = 64 << 10;
    private const int Deepest = 6, MostNodes = 2_000;

    private readonly string where;
    private readonly Parser parser;
    private int nodes;

    private YamlReader(string text, string where)
    {
        this.where = where;
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The document in a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="ActionableException">It is not such a document.</exception>
    public static YamlNode Read(string text, string where)
    {
        where = FileFault.Show(where);
        if (text.Length > LargestDocument)
            throw new ActionableException($"{where}: a mapping of more than {LargestDocument >> 10} KiB: shorten it");
        var reader = new YamlReader(text, where);
        try
        {
            return reader.Document();
        }
        catch (YamlException fault)
        {
            throw new ActionableException($"{reader.At(fault.Start)}: this is not YAML ({FileFault.Show(fault.Message, 160)}): mend it", fault);
        }
        catch (Exception fault) when (fault is not (ActionableException or OutOfMemoryException))
        {
            // The scanner has its own faults on damaged text.
            throw new ActionableException($"{where}: this is not YAML: mend it", fault);
        }
    }

    private string At(Mark mark) => string.Create(CultureInfo.InvariantCulture, $"{where}: line {mark.Line}, column {mark.Column}");

    private ActionableException Bad(Mark mark, string what) => new($"{At(mark)}: {what}");

    private ParsingEvent Next() => parser.MoveNext() ? parser.Current!
        : throw new ActionableException($"{where}: the document ends too early: complete it");

    private YamlNode Document()
    {
        Next();
        if (Next() is not DocumentStart start) throw new ActionableException($"{where}: the file is empty: write a mapping");
        if (start.Version is not null || start.Tags is { Count: > 0 } tags && tags.Any(t => t.Handle is not ("!" or "!!")))
            throw Bad(start.Start, "directives are not understood: leave them out");
        var node = Node(Next(), "", 0);
        Next();
        if (Next() is DocumentStart second) throw Bad(second.Start, "a second document begins: leave it out");
        return node;
    }

    private YamlNode Node(ParsingEvent at, string key, int depth)
    {
        if (++nodes > MostNodes) throw Bad(at.Start, $"more than {MostNodes} values: shorten the file");
        if (depth > Deepest) throw Bad(at.Start, $"more than {Deepest} levels: a mapping has fewer");
        if (at is AnchorAlias) throw Bad(at.Start, "aliases (*name) are not understood: write the value out");
        if (at is NodeEvent { Anchor.IsEmpty: false }) throw Bad(at.Start, "anchors (&name) are not understood: leave it out");
        if (at is NodeEvent { Tag.IsEmpty: false }) throw Bad(at.Start, "tags (!name) are not understood: leave it out");
        var place = At(at.Start);
        return at switch
        {
            Scalar scalar => new YamlText(place, key, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => new YamlList(place, key, Items(key, depth)),
            MappingStart => new YamlMap(place, key, Entries(depth)),
            _ => throw Bad(at.Start, "something other than a value stands here: mend it"),
        };
    }

    private List<YamlNode> Items(string key, int depth)
    {
        List<YamlNode> items = [];
        for (var at = Next(); at is not SequenceEnd; at = Next()) items.Add(Node(at, key, depth + 1));
        return items;
    }

    private Dictionary<string, YamlNode> Entries(int depth)
    {
        Dictionary<string, YamlNode> entries = [];
        for (var at = Next(); at is not MappingEnd; at = Next())
        {
            if (Node(at, "", depth + 1) is not YamlText { Value: { Length: > 0 } key })
                throw Bad(at.Start, "a key is a word: write key: value");
            if (!entries.TryAdd(key, Node(Next(), key, depth + 1)))
                throw Bad(at.Start, $"the key {FileFault.Quote(key)} stands here a second time: leave one out");
        }
        return entries;
    }
}
