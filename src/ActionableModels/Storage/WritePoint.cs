namespace ActionableModels.Storage;

/// <summary>The moments of an atomic write at which a test looks at the disk or makes the write fail.</summary>
internal enum WritePoint
{
    /// <summary>The temporary file exists and is empty.</summary>
    Created,
    /// <summary>The content has been handed to the operating system.</summary>
    Written,
    /// <summary>The content is on the disk.</summary>
    Synced,
    /// <summary>The temporary file has taken the place of the old one.</summary>
    Renamed,
}
