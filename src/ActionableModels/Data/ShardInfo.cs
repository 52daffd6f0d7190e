namespace ActionableModels.Data;

/// <summary>What dataset.json says of one shard.</summary>
/// <param name="File">File name, always <see cref="NameOf"/> its index.</param>
/// <param name="Episodes">Number of episodes.</param>
/// <param name="Steps">Number of actions.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hexadecimal.</param>
internal sealed record ShardInfo(string File, int Episodes, long Steps, long Bytes, string Sha256)
{
    /// <summary>File name of the shard with an index.</summary>
    public static string NameOf(int index) => $"shard-{index:D5}.safetensors";
}
