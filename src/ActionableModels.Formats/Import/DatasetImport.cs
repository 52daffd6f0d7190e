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
/// <param name="Skipped">Episodes left out, as far as that is known.</param>
/// <param name="Hashing">Whether only the hashes of the files are waited for.</param>
/// <param name="Hashed">Bytes hashed.</param>
/// <param name="ToHash">Bytes that are to be hashed; 0 before <paramref name="Hashing"/>.</param>
/// <param name="Kept">Whether the folder holds shards of this import.</param>
public readonly record struct ImportProgress(long Episodes, long Bytes, long Skipped, bool Hashing, long Hashed, long ToHash, bool Kept);

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
        var resume = ImportOutput.Check(source, options);
        var probe = SourceProbe.Of(source, parts.Mapping, cancellation);
        var geometry = Geometry(options, parts.Mapping, probe);
        options = options with { ShardBytes = options.ShardBytes ?? (resume ? ImportSettings.ShardBytesOf(DatasetFile.Read(folder).Header) : null)
            ?? ImportMemory.ShardBytesFor(options.Memory, source.Files.Sum(f => f.Bytes) * (3.0 * geometry.Height * geometry.Width / probe.Bytes)) };
        options.Checked();
        var header = Header(source, parts, options, probe, geometry).Checked(FileFault.Show(source.Name));
        if (resume)
        {
            ImportSettings.RequireSame(folder, DatasetFile.Read(folder).Header, header);
            if (ImportReport.Read(folder) is { } finished) return finished;
        }

        var threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var plan = new ImportPlan(parts.Mapping, geometry, probe.Raw, options.InPlace ? source.Files : null, !options.InPlace || options.CheckFrames);
        using var manifest = new SourceManifest(source, options.Hashes ? threads : 0);
        ImportTally tally = null!;
        var written = false;
        using var output = new ImportOutput(header, options)
        {
            ShardNotes = () =>
            {
                written = true;
                return tally.Notes();
            },
        };
        tally = ImportTally.From(output.Notes, folder);
        manifest.Follow(tally.Next);
        var complete = Write();
        var files = manifest.Finish(tally.Next, () => Tell(hashing: true), Changed, cancellation);
        if (tally.Episodes == 0) throw new ActionableException($"{FileFault.Show(source.Name)}: no episode could be used: see the records with --on-error fatal");
        output.Flush();
        var report = tally.Report(header.Settings!, complete, files);
        report.Write(folder, options.Probe);
        return report;

        void Tell(bool hashing) =>
            progress?.Invoke(new(tally.Episodes, Behind(source, tally.Next), tally.Lost, hashing, manifest.Hashed, hashing ? manifest.Total : 0, output.Kept));

        void Skip(SourceException fault, long lost, bool isFault)
        {
            tally.Skip(fault, lost, source.Folder, isFault);
            var met = tally.Episodes + tally.Lost;
            if (isFault && options.MostSkipped.IsExceeded(tally.LostToFaults, met, tally.Unknown))
                throw new ActionableException($"{tally.LostToFaults} of {met} episodes are lost"
                    + (tally.Unknown == 0 ? "" : $", and nobody knows how many with {tally.Unknown} others of the faults")
                    + $": more than --most-skipped {options.MostSkipped} allows; the last: {fault.Message}", fault);
        }

        // What was read of it before is sound: an index would lead to what lies there now.
        void Changed(SourceException fault)
        {
            if (options.OnFault == OnFault.Fatal || options.InPlace) throw new ActionableException(fault.Message, fault);
            Skip(fault, 0, isFault: false);
        }

        bool Write()
        {
            using var pipeline = new ImportPipeline(source, tally.Next, tally.Episodes, plan, () => parts.Decoder(geometry), threads,
                new(options.Memory, options.ShardBytes!.Value), manifest, cancellation);
            while (tally.Episodes != options.Episodes)
            {
                if (pipeline.Next(cancellation) is not { } slot) return true;
                slot.Fatal?.Throw();
                tally.Read(slot.Item.Next);
                if (slot.Item.Fault is { Record: null }) manifest.Told(slot.Item.Next);
                while (manifest.Changed(slot.Item.Next) is { } other)
                {
                    if (options.OnFault == OnFault.Fatal || options.InPlace) throw new ActionableException(other.Message, other);
                    Skip(other, 0, isFault: true);
                }
                var fault = slot.Fault ?? (manifest.IsChanged(slot.Item.Next) ? slot.Item.Episode!.Bad(null, "its file was changed while it was read: leave "
                    + "the dataset alone while it is imported") : null);
                if (fault is not null)
                {
                    if (options.OnFault == OnFault.Fatal && !slot.Empty) throw new ActionableException(fault.Message, fault);
                    Skip(fault, slot.Item.Fault is null ? 1 : slot.Item.Lost, !slot.Empty);
                    pipeline.Release(slot, keptImages: false);
                }
                else
                {
                    pipeline.Renumber(slot, tally.Episodes);
                    tally.Add(slot.Imported!);
                    output.Add(slot.Imported!.Episode);
                    pipeline.Release(slot, keptImages: true);
                    if (written) pipeline.ShardWritten();
                    written = false;
                }
                Tell(hashing: false);
            }
            return false;
        }
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

    private static long Behind(IEpisodeSource source, SourcePosition place)
    {
        var bytes = place.Offset;
        for (var f = 0; f < Math.Min(place.File, source.Files.Count); f++) bytes += source.Files[f].Bytes;
        return bytes;
    }
}
