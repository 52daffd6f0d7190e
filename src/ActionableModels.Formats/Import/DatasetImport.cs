using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>How far an import is.</summary>
/// <param name="Episodes">Episodes imported, those of an earlier run included.</param>
/// <param name="Bytes">Bytes of the source's files behind the reading.</param>
/// <param name="Skipped">Records left out.</param>
/// <param name="Hashing">Whether only the hashes of the files are waited for.</param>
/// <param name="Hashed">Bytes hashed.</param>
/// <param name="ToHash">Bytes that are to be hashed.</param>
public readonly record struct ImportProgress(long Episodes, long Bytes, long Skipped, bool Hashing, long Hashed, long ToHash);

/// <summary>
/// Writes a recorded dataset as an episode store. Whenever it is ended, its folder holds the episodes up to the last shard, and with
/// <see cref="ImportOptions.Resume"/> the import goes on behind them to the bytes of an unbroken one. A finished one has import.json.
/// </summary>
public static class DatasetImport
{
    /// <summary>Imports a dataset.</summary>
    /// <param name="source">The dataset.</param>
    /// <param name="mapping">How its fields become observations and actions.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ActionableException">The folder holds a dataset already; an option does not fit; a record cannot be used and is not to be
    /// left out; a file changed or cannot be read; the dataset cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was ended; what its shards hold stays.</exception>
    public static ImportReport Run(IEpisodeSource source, EpisodeMapping mapping, ImportOptions options, Action<ImportProgress>? progress,
        CancellationToken cancellation) => Run(source, ImportParts.Of(mapping, source), options, progress, cancellation);

    internal static ImportReport Run(IEpisodeSource source, ImportParts parts, ImportOptions options, Action<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        options.Checked();
        var folder = options.Folder;
        var resume = Begin(options);
        var probe = SourceProbe.Of(source, parts.Mapping, cancellation);
        var geometry = Geometry(options, parts.Mapping, probe);
        var header = Header(source, parts, options, probe, geometry);
        if (resume)
        {
            ImportSettings.RequireSame(folder, DatasetFile.Read(folder).Header, header);
            if (ImportReport.Read(folder) is { } finished) return finished;
        }

        var threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var plan = new ImportPlan(parts.Mapping, geometry, probe.Raw, options.InPlace ? source.Files : null, !options.InPlace || options.CheckFrames);
        using var manifest = new SourceManifest(source, options.Hashes ? threads : 0);
        using var writer = EpisodeWriter.Open(folder, header, options.EpisodesPerShard, options.ShardBytes, options.Probe);
        var tally = ImportTally.From(writer.Notes, folder);
        manifest.Follow(tally.Next);
        var complete = Write(source, writer, tally, manifest, plan, () => parts.Decoder(geometry), options, threads, progress, cancellation);
        var files = manifest.Finish(tally.Next, () => progress?.Invoke(Progress(true)), cancellation);
        if (tally.Episodes == 0) throw new ActionableException($"{FileFault.Show(source.Name)}: no episode could be used: see the records with --on-error fatal");
        writer.Flush();
        var report = tally.Report(header.Settings!, complete, files);
        report.Write(folder, options.Probe);
        return report;

        ImportProgress Progress(bool hashing) => new(tally.Episodes, Behind(source, tally.Next), tally.Skipped, hashing, manifest.Hashed, manifest.Total);
    }

    /// <summary>Whether an import is gone on with; makes room for a new one.</summary>
    private static bool Begin(ImportOptions options)
    {
        var folder = options.Folder;
        var description = DatasetFile.PathIn(folder);
        var exists = File.Exists(description);
        if (exists && !options.Resume && !options.Force)
            throw new ActionableException($"{FileFault.Show(folder)}: holds a dataset already: go on with --resume, replace it with --force, or choose "
                + "another folder");
        if (exists && options.Resume) return true;
        if (!Directory.Exists(folder)) return false;
        try
        {
            // The description goes first: whoever reads meanwhile finds no shard missing.
            using var @lock = new FileStream(Path.Combine(folder, EpisodeWriter.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(description);
            File.Delete(Path.Combine(folder, ImportReport.FileName));
            foreach (var shard in Directory.EnumerateFiles(folder, "shard-*.safetensors*").ToArray()) File.Delete(shard);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(folder, fault);
        }
        return false;
    }

    private static FrameGeometry Geometry(ImportOptions options, IImportMapping mapping, SourceProbe probe)
    {
        var (height, width) = options.ImageSize ?? options.Crop ?? (probe.Height, probe.Width);
        if (options.Crop is { } crop && (crop.Height > probe.Height || crop.Width > probe.Width))
            throw new ActionableException($"--crop {crop.Height}x{crop.Width} is larger than the images, which have {probe.Height}x{probe.Width} pixels: "
                + "choose a smaller one");
        return new(height, width, options.Crop?.Height ?? 0, options.Crop?.Width ?? 0, options.Place, options.Seed, mapping.Bgr, mapping.UpsideDown);
    }

    private static DatasetHeader Header(IEpisodeSource source, ImportParts parts, ImportOptions options, SourceProbe probe, FrameGeometry geometry)
    {
        if (options.InPlace && !probe.InPlace)
            throw new ActionableException($"{FileFault.Show(source.Name)}: its images do not lie in their files as they are (they are compressed or in "
                + "chunks), so they cannot be read there: import without --in-place");
        var frames = options.InPlace ? new ExternalFrames(Path.GetFullPath(source.Folder), [.. source.Files.Select(f => new ExternalFile(f.Path, f.Bytes))],
            parts.Decoding(geometry, probe.Raw)) : null;
        return new(source.Name, geometry.Height, geometry.Width, parts.Mapping.Actions,
            ImportSettings.Of(options, source, parts.Mapping, probe, geometry), frames);
    }

    private static bool Write(IEpisodeSource source, EpisodeWriter writer, ImportTally tally, SourceManifest manifest, ImportPlan plan,
        Func<IImportDecoder> decoder, ImportOptions options, int threads, Action<ImportProgress>? progress, CancellationToken cancellation)
    {
        var written = false;
        writer.ShardNotes = () =>
        {
            written = true;
            return tally.Notes();
        };
        using var pipeline = new ImportPipeline(source, tally.Next, tally.Episodes, plan, decoder, threads, new(options.Memory, options.ShardBytes), manifest,
            cancellation);
        while (tally.Episodes != options.Episodes)
        {
            if (pipeline.Next(cancellation) is not { } slot) return true;
            slot.Fatal?.Throw();
            tally.Read(slot.Item.Next);
            manifest.RequireUnchanged(slot.Item.Next);
            if (slot.Fault is { } fault)
            {
                if (options.OnFault == OnFault.Fatal && !slot.Empty) throw new ActionableException(fault.Message, fault);
                tally.Skip(fault, slot.Item.Fault is null ? 1 : slot.Item.Lost, source.Folder, !slot.Empty);
                if (options.MostSkipped.IsExceeded(tally.Faults, tally.Records))
                    throw new ActionableException($"{tally.Faults} of {tally.Records} records cannot be used, more than --most-skipped "
                        + $"{options.MostSkipped} allows; the last: {fault.Message}", fault);
                pipeline.Release(slot, keptImages: false);
            }
            else
            {
                pipeline.Renumber(slot, tally.Episodes);
                tally.Add(slot.Imported!);
                writer.Add(slot.Imported!.Episode);
                pipeline.Release(slot, keptImages: true);
                if (written) pipeline.ShardWritten();
                written = false;
            }
            progress?.Invoke(new(tally.Episodes, Behind(source, tally.Next), tally.Skipped, false, manifest.Hashed, manifest.Total));
        }
        return false;
    }

    private static long Behind(IEpisodeSource source, SourcePosition place)
    {
        var bytes = place.Offset;
        for (var f = 0; f < Math.Min(place.File, source.Files.Count); f++) bytes += source.Files[f].Bytes;
        return bytes;
    }
}
