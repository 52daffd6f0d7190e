using System.Text;

namespace ActionableModels.Formats.Rlds;

/// <summary>Numbers the keys of the features that are wanted, so that an example is parsed without making a text of any key.</summary>
internal sealed class FeatureIndex
{
    readonly Dictionary<byte[], int> slots = new(new Utf8Keys());

    /// <summary>Number of keys.</summary>
    public int Count => slots.Count;

    /// <summary>The number of a key, a new one where it is new.</summary>
    public int Add(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        if (!slots.TryGetValue(bytes, out var slot)) slots.Add(bytes, slot = slots.Count);
        return slot;
    }

    /// <summary>Finds a key.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out int slot) => slots.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out slot);

    sealed class Utf8Keys : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public byte[] Create(ReadOnlySpan<byte> key) => key.ToArray();
        public bool Equals(ReadOnlySpan<byte> key, byte[] other) => key.SequenceEqual(other);
        public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);
        public int GetHashCode(byte[] key) => GetHashCode(key.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> key)
        {
            var hash = new HashCode();
            hash.AddBytes(key);
            return hash.ToHashCode();
        }
    }
}
