using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActionableModels.Compute;

namespace ActionableModels.Storage;

/// <summary>
/// Writer of safetensors. Equal tensors and metadata give equal bytes: metadata by key, tensors by element size (largest first, so that
/// every tensor lies aligned) and then by name, as the reference implementation orders them; the header is padded with spaces so that
/// the data begins at a multiple of 8 bytes.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file, atomically and durably (<see cref="AtomicFile"/>).</summary>
    /// <param name="path">File to create or replace.</param>
    /// <param name="metadata">Free text.</param>
    /// <param name="tensors">Tensors in any order; their bytes go straight to the file.</param>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">
    /// A name is used twice, or a callback wrote another number of bytes than its shape takes.
    /// </exception>
    public static void Write(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors) =>
        AtomicFile.Write(path, stream => Write(stream, metadata, tensors));

    /// <summary>Writes a file into a stream.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, string}, IReadOnlyList{SafetensorsTensor})"/>
    public static void Write(Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        var ordered = tensors.OrderByDescending(t => t.Dtype.Size()).ThenBy(t => t.Name, StringComparer.Ordinal).ToArray();
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        if (ordered.FirstOrDefault(t => !names.Add(t.Name)) is { } twice)
            throw new ArgumentException($"the tensor name {twice.Name} is used twice", nameof(tensors));
        var header = Header(metadata, ordered);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        using var counting = new HashingStream(stream, hash: false);
        foreach (var tensor in ordered)
        {
            var before = counting.Written;
            tensor.Write(counting);
            if (counting.Written - before != tensor.Length)
                throw new ArgumentException(
                    $"{tensor.Name}: {counting.Written - before} bytes written, {tensor.Length} announced", nameof(tensors));
        }
    }

    static ReadOnlySpan<byte> Header(IReadOnlyDictionary<string, string> metadata, SafetensorsTensor[] ordered)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var tensor in ordered)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Dtype.Name());
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.WrittenCount % 8 != 0)
            buffer.Write(" "u8);
        return buffer.WrittenSpan;
    }
}
