using ActionableModels.Formats.Images;

namespace ActionableModels.Formats.Sources;

/// <summary>
/// One episode as its file holds it, before any mapping: T transitions between T + 1 observations, whatever the format's own way of
/// counting. Used by one thread at a time; parsing happens on first use, so that it runs where the episode is worked on.
/// </summary>
public abstract class SourceEpisode : IDisposable
{
    /// <summary>File, as messages name it.</summary>
    public abstract string File { get; }
    /// <summary>Number of the episode or record in its file.</summary>
    public abstract long Record { get; }
    /// <summary>Memory that this episode holds until it is disposed.</summary>
    public abstract long MemoryBytes { get; }
    /// <summary>Number of transitions T.</summary>
    /// <exception cref="SourceException">The episode is damaged.</exception>
    public abstract int Steps { get; }

    /// <summary>
    /// The numbers of a field. Of observations there are T + 1 rows, of actions and rewards at least T (more are ignored), of a field of the
    /// episode there is 1.
    /// </summary>
    /// <exception cref="SourceException">There is no such field, it holds no numbers, or it is damaged.</exception>
    public abstract FieldValues Numbers(string field);

    /// <summary>Whether the file itself holds a field that can be read; false where its format has other values stand for what is missing.</summary>
    public virtual bool Holds(string field) => true;

    /// <summary>The texts of a field, one for each step or one for the episode.</summary>
    /// <exception cref="SourceException">There is no such field, it holds no text, or it is damaged.</exception>
    public abstract string[] Texts(string field);

    /// <summary>One image of a field; valid until <see cref="Dispose"/>.</summary>
    /// <param name="field">A field of images.</param>
    /// <param name="row">Observation, 0 … T.</param>
    /// <exception cref="SourceException">There is no such field or row, it holds no images, or it is damaged.</exception>
    public abstract SourceFrame Frame(string field, int row);

    /// <summary>Gives its memory back.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>A fault in this episode.</summary>
    public SourceException Bad(string? field, string what, Exception? cause = null) => new(File, Record, field, what, cause);
}
