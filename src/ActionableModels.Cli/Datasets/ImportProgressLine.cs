using ActionableModels.Cli.Terminal;
using ActionableModels.Formats.Import;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli;

/// <summary>The progress of an import: records where their number is known, else the source's bytes; then the bytes that are hashed.</summary>
internal sealed class ImportProgressLine(Invocation call, IEpisodeSource source, int? episodes) : IDisposable
{
    private const int Mebibyte = 20;
    private readonly long? records = episodes is { } most ? Math.Min(most, source.Episodes ?? most) : source.Episodes;
    private ProgressLine? reading, hashing;

    /// <summary>Whether anything was imported.</summary>
    public bool HasBegun => reading is not null;

    /// <summary>Whether the folder holds shards of it.</summary>
    public bool HasKept { get; private set; }

    /// <summary>Takes what the import tells.</summary>
    public void Update(ImportProgress at)
    {
        HasKept = at.Kept;
        var done = records is null ? at.Bytes >> Mebibyte : at.Episodes + at.Skipped;
        reading ??= call.Progress("importing", records ?? source.Files.Sum(f => f.Bytes) >> Mebibyte, records is null ? "MiB" : "episodes",
            Math.Max(0, done - 1));
        if (!at.Hashing)
            reading.Update(done, reading.Due ? Status(at) : null);
        else
        {
            if (hashing is null)
            {
                reading.Finish(Status(at));
                hashing = call.Progress("hashing the source", at.ToHash >> Mebibyte, "MiB", at.Hashed >> Mebibyte);
            }
            hashing.Update(at.Hashed >> Mebibyte);
        }
    }

    /// <summary>All is done.</summary>
    public void Finish()
    {
        reading?.Finish();
        hashing?.Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reading?.Dispose();
        hashing?.Dispose();
    }

    private string? Status(ImportProgress at) => string.Join(", ", ((string?[])
    [
        records is null ? $"{Amount.Count(at.Episodes)} episodes" : null, at.Skipped > 0 ? $"{Amount.Count(at.Skipped)} left out" : null,
    ]).OfType<string>());
}
