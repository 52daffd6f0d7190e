using System.Globalization;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>One passage through a file of an RLDS dataset, or through the part of it that a slice asks for.</summary>
internal sealed class RldsReading : IDisposable
{
    const string Again = "let nobody write to it and start again";

    readonly string path;
    readonly RldsShard shard;
    readonly int number;
    readonly RldsSchema schema;
    readonly long largestRecord;
    readonly SourcePosition from;
    FileStream? file;
    TfRecordReader? reader;
    bool done;

    /// <summary>A passage that opens the file when its first item is asked for.</summary>
    public RldsReading(string folder, RldsShard shard, int number, RldsSchema schema, long largestRecord, SourcePosition from)
    {
        path = Path.Combine(folder, shard.Name);
        (this.shard, this.number, this.schema, this.largestRecord, this.from) = (shard, number, schema, largestRecord, from);
    }

    /// <summary>The next episode or fault; null at the end.</summary>
    public SourceItem? Next()
    {
        if (done) return null;
        try
        {
            if (reader is null && Open() is { } fault) return fault;
            return done ? null : Advance();
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            return Rest($"it cannot be read ({FileFault.Show(e.Message)}): check the disk and the file's permissions", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    SourceItem? Open()
    {
        if (from.Record >= shard.End && from.Record < shard.Episodes) return End();
        var stamp = FileStamp.Of(path);
        if (!stamp.Exists) return Rest("this file of the dataset is missing: download it, or choose others with a slice such as train[:10]");
        if (stamp != shard.Stamp)
            return Rest(Say($"it changed after the dataset was opened ({shard.Stamp.Length} bytes then, {stamp.Length} now): {Again}"));
        // An empty file may be a pipe or a device, whose opening could wait for ever.
        if (stamp.Length == 0) return Rest("it is empty: download it again");
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        reader = new(file, largestRecord);
        reader.Seek(from.Offset, from.Record);
        return null;
    }

    SourceItem? Advance()
    {
        while (reader!.Record < shard.First)
        {
            var passed = reader.Skip();
            if (passed.Kind != TfRecordKind.Skipped) return Stop(passed);
        }
        if (reader.Record >= shard.End) return AtEnd();
        var record = reader.Record;
        var item = reader.Read();
        switch (item.Kind)
        {
            case TfRecordKind.Record:
                return new SourceItem(Here, new RldsEpisode(schema, shard.Name, number, record, item, largestRecord));
            case TfRecordKind.Damaged:
                return Changed(1) ?? new SourceItem(Here, null, Fault(record, $"{item.What}: {item.Hint}"), 1);
            default:
                return Stop(item);
        }
    }

    SourceItem? AtEnd()
    {
        if (Changed(0) is { } change) return change;
        if (shard.End < shard.Episodes || reader!.AtEnd) return End();
        done = true;
        return new SourceItem(Behind, null, Fault(null, Say($"it goes on after the {shard.Episodes} records that {RldsInfo.File} promises, ")
            + "and the rest is not read: download the file again, or correct that number"), -1);
    }

    SourceItem Stop(TfRecordItem item) => Changed(0) ?? (item.Kind == TfRecordKind.End
        ? Rest(Say($"it ends after {reader!.Record} of the {shard.Episodes} records that {RldsInfo.File} promises: download it again"))
        : Rest($"{item.What}, and the rest of the file is lost: {item.Hint}", record: reader!.Record));

    /// <summary>The fault that the file is another one by now, of which <paramref name="read"/> more records were lost; null where it is not.</summary>
    SourceItem? Changed(long read)
    {
        var held = new FileStamp(true, RandomAccess.GetLength(file!.SafeFileHandle), File.GetLastWriteTimeUtc(file.SafeFileHandle));
        var there = FileStamp.Of(path);
        if (held == shard.Stamp && there == shard.Stamp) return null;
        var before = shard.Stamp.Length;
        var how = held != shard.Stamp ? Say($"changed while it was read ({before} bytes before, {held.Length} now)")
            : there.Exists ? Say($"was replaced while it was read ({before} bytes before, {there.Length} now)") : "was removed while it was read";
        return Rest($"it {how}: {Again}", lost: read);
    }

    SourceItem Rest(string what, Exception? cause = null, long? record = null, long lost = 0)
    {
        done = true;
        var at = Math.Max(reader?.Record ?? from.Record, shard.First);
        return new SourceItem(Behind, null, Fault(record, what, cause), lost + Math.Max(0, shard.End - at));
    }

    SourceItem? End()
    {
        done = true;
        return null;
    }

    SourcePosition Here => new(number, reader!.Record, reader.Offset);
    SourcePosition Behind => new(number + 1, 0, 0);

    SourceException Fault(long? record, string what, Exception? cause = null) => new(shard.Name, record, null, what, cause);

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
