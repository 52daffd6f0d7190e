using System.Buffers;
using System.Diagnostics;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>
/// Damaged files of each of the five parsers are refused in one line or read, quickly and in memory bounded by their size. ACTIONABLE_MUTATIONS
/// sets how many.
/// </summary>
public sealed class RldsFuzzTests
{
    private const int Usual = 1500;
    private const long Largest = 1 << 16, BytesPerByte = 100, BytesAtLeast = 1 << 20;
    private const double MostSeconds = 5;

    private static readonly byte[] Schema = Encoding.UTF8.GetBytes(RldsFiles.Schema);
    private static readonly byte[] Info = Encoding.UTF8.GetBytes(RldsFiles.Info("2", "3", "5"));
    private static readonly byte[] Example = RldsFiles.Episode(0);
    private static readonly byte[] Records = RldsBytes.Records("abc"u8.ToArray(), [], Example, new byte[70_000], Example);

    [Fact]
    public void Mutated_framing_is_refused_or_read()
    {
        Each(Records, Info, bytes =>
        {
            using var reader = new TfRecordReader(new MemoryStream(bytes), Largest);
            for (var items = 0; ; items++)
            {
                Assert.True(items <= bytes.Length / 16 + 1);
                var item = items % 3 == 2 ? reader.Skip() : reader.Read();
                if (item.Buffer is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
                Assert.InRange(reader.Offset, 0, bytes.Length);
                if (item.Kind is TfRecordKind.End or TfRecordKind.Unreadable) return item.Kind == TfRecordKind.End;
            }
        });
    }

    [Fact]
    public void Mutated_examples_are_refused_or_read()
    {
        var schema = RldsJson.Parse(Schema, "features.json", RldsSchema.Parse);
        Each(Example, Records, bytes =>
        {
            using var episode = Episode(schema, bytes);
            return ReadAll(schema.Leaves.Select(l => l.Field), episode) > 0;
        });
    }

    [Fact]
    public void Mutated_features_are_refused_or_describe_episodes()
    {
        Each(Schema, Info, bytes =>
        {
            var schema = RldsJson.Parse(bytes, "features.json", RldsSchema.Parse);
            using var episode = Episode(schema, Example);
            return ReadAll(schema.Leaves.Select(l => l.Field), episode) >= 0;
        });
    }

    [Fact]
    public void Mutated_information_is_refused_or_names_files()
    {
        Each(Info, Schema, bytes =>
        {
            var info = RldsJson.Parse(bytes, "dataset_info.json", RldsInfo.Parse);
            foreach (var split in info.Splits)
                for (var i = 0; i < split.ShardLengths.Length; i++)
                {
                    var path = ShardTemplate.Expand(split.Template, info.Name, split.Name, i, split.ShardLengths.Length, "dataset_info.json");
                    Assert.StartsWith("/folder/", Path.GetFullPath(Path.Combine("/folder", path)));
                }
            return true;
        });
    }

    [Fact]
    public void Mutated_datasets_are_refused_or_read()
    {
        using var files = new RldsFiles();
        byte[][] examples = [RldsFiles.Episode(0), RldsFiles.Episode(1), RldsFiles.Episode(2)];
        var shard = RldsBytes.Records(examples);
        var info = Encoding.UTF8.GetBytes(RldsFiles.Info("3", "2"));
        var (shardFile, schemaFile, infoFile) = (files.Shard(0), Path.Combine(files.Folder, "features.json"), Path.Combine(files.Folder, "dataset_info.json"));
        File.WriteAllBytes(files.Shard(1), RldsBytes.Records(examples[..2]));
        var originals = new Dictionary<string, byte[]> { [shardFile] = shard, [schemaFile] = Schema, [infoFile] = info };
        foreach (var (file, bytes) in originals) File.WriteAllBytes(file, bytes);
        var (number, changed) = (0, shardFile);
        Each(shard, Schema, bytes =>
        {
            File.WriteAllBytes(changed, originals[changed]);
            (changed, var mutated) = (number++ % 4) switch
            {
                0 => (shardFile, bytes),
                1 => (shardFile, RldsBytes.Records(examples[0], Mutations.Of(examples[1], shard, Key(number)), examples[2])),
                2 => (schemaFile, Mutations.Of(Schema, Info, Key(number))),
                _ => (infoFile, Mutations.Of(info, Schema, Key(number))),
            };
            File.WriteAllBytes(changed, mutated);
            using var source = RldsSource.Open(files.Root, new(null, Largest));
            var good = 0;
            foreach (var item in source.Read(default, default))
            {
                using var episode = item.Episode;
                if (episode is not null) good += ReadAll(source.Fields, episode) > 0 ? 1 : 0;
                else CheckMessage(item.Fault!);
            }
            return good > 0;
        });
    }

    private static RldsEpisode Episode(RldsSchema schema, byte[] bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(buffer, 0);
        return new(schema, "a file", 0, 0, new(TfRecordKind.Record, buffer, bytes.Length, 12), Largest);
    }

    /// <summary>Reads every field in each way; gives how many could be read in one.</summary>
    private static int ReadAll(IEnumerable<SourceField> fields, SourceEpisode episode)
    {
        var read = 0;
        try
        {
            Assert.InRange(episode.Steps, 0, int.MaxValue);
        }
        catch (ActionableException e)
        {
            CheckMessage(e);
            return 0;
        }
        foreach (var field in fields)
        {
            Action[] ways = [() => episode.Numbers(field.Name), () => episode.Texts(field.Name), () => episode.Frame(field.Name, 0),
                () => episode.Frame(field.Name, episode.Steps)];
            foreach (var way in field.Type switch { FieldType.Image => ways[2..], FieldType.Text => ways[1..2], _ => ways[..1] })
            {
                try
                {
                    way();
                    read++;
                }
                catch (ActionableException e)
                {
                    CheckMessage(e);
                }
            }
        }
        return read;
    }

    private static RandomKey Key(int number) => new(6, 8, (ulong)number);

    private static void Each(byte[] whole, byte[] other, Func<byte[], bool> read)
    {
        Assert.True(read(whole), "the file before its mutation");
        var (good, refused) = (0, 0);
        var watch = new Stopwatch();
        var count = Mutations.Count(Usual);
        for (var i = 0; i < count; i++)
        {
            var bytes = Mutations.Of(whole, other, Key(i));
            var before = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
            try
            {
                if (read(bytes)) good++;
                else refused++;
            }
            catch (ActionableException e)
            {
                CheckMessage(e);
                refused++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"mutation {i}: {Convert.ToHexString(bytes)}", e);
            }
            Assert.True(watch.Elapsed.TotalSeconds < MostSeconds, $"mutation {i} took {watch.Elapsed.TotalSeconds:0.0} s");
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < BytesAtLeast + BytesPerByte * bytes.Length, $"mutation {i} allocated {allocated} bytes for {bytes.Length}");
        }
        Assert.True(good > count / 200 && refused > count / 200, $"{good} were read, {refused} were refused");
    }

    private static void CheckMessage(ActionableException e) =>
        Assert.True(e.Message.Length is > 10 and < 2000 && !e.Message.Any(char.IsControl), e.Message);
}
