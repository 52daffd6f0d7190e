using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli.Tests.Datasets;

/// <summary>A small grasping dataset with faults where a test asks for them.</summary>
internal sealed class InspectFakeSource(int episodes, Func<int, string?>? damage = null) : IEpisodeSource
{
    public static readonly SourceField Image = new("steps/observation/image", FieldType.Image, "uint8 jpeg", [512, 640, 3], true);

    public string Format => "rlds";
    public string Name { get; init; } = "kuka";
    public string Folder => Path.Combine(Path.GetTempPath(), "kuka", "0.1.0");
    public IReadOnlyList<SourceFile> Files => [new("kuka-train.tfrecord-00000-of-00002", 3 << 20), new("kuka-train.tfrecord-00001-of-00002", 1 << 20)];
    public IReadOnlyList<SourceField> Fields { get; init; } =
    [
        new("success", FieldType.Bool, "bool", [], false), Image,
        new("steps/observation/gripper_closed", FieldType.Float, "float32 zlib", [1], true),
        new("steps/observation/height_to_bottom", FieldType.Float, "float32", [1], true),
        new("steps/observation/natural_language_embedding", FieldType.Float, "float32", [512], true),
        new("steps/observation/natural_language_instruction", FieldType.Text, "string", [], true),
        new("steps/action/world_vector", FieldType.Float, "float32", [3], true) { OfTransition = true },
        new("steps/action/rotation_delta", FieldType.Float, "float32", [3], true),
        new("steps/action/gripper_closedness_action", FieldType.Float, "float32", [1], true),
        new("steps/action/terminate_episode", FieldType.Integer, "int32", [3], true),
    ];
    public IReadOnlyList<SourceSplit> Splits => [new("train", episodes), new("test", null)];
    public long? Episodes { get; init; } = episodes;
    /// <summary>Episodes that were given and not given back.</summary>
    public int Held { get; private set; }
    public int MostHeld { get; private set; }

    public IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation)
    {
        for (var e = 0; e < episodes; e++)
        {
            var next = new SourcePosition(0, e + 1, 0);
            var fault = damage?.Invoke(e);
            if (fault == "end") throw new ActionableException("kuka-train.tfrecord-00001-of-00002: cannot be read: check the disk");
            if (fault == "record") yield return new(next, null, new(Files[0].Path, e, null, "the checksum of the data is wrong: copy the file again"), 1);
            else
            {
                MostHeld = Math.Max(MostHeld, ++Held);
                yield return new(next, new Episode(this, e, fault));
            }
        }
    }

    public void Dispose() { }

    private sealed class Episode(InspectFakeSource source, int number, string? fault) : SourceEpisode
    {
        public override string File => source.Files[0].Path;
        public override long Record => number;
        public override long MemoryBytes => 0;
        public override int Steps => fault == "steps" ? throw Bad("steps/is_first", "it has no rows: leave the episode out") : 3 + number % 5;

        public override FieldValues Numbers(string field)
        {
            if (field == fault) throw Bad(field, "zlib data is damaged: copy the file again");
            var rows = Steps + 1;
            float[] Rows(int width, Func<int, int, float> value) => [.. Enumerable.Range(0, rows * width).Select(i => value(i / width, i % width))];
            return field[(field.LastIndexOf('/') + 1)..] switch
            {
                "success" => new([number % 4 == 0 ? 1 : 0], 1),
                "gripper_closed" => new(Rows(1, (t, _) => t > rows / 2 ? 1 : 0), 1),
                "height_to_bottom" => new(Rows(1, (t, _) => fault == "nan" && t == 1 ? float.NaN : 0.3f - 0.05f * t), 1),
                "world_vector" => new(Rows(3, (t, d) => 0.02f * (d + 1) * MathF.Sin(number + t) + (number == 1 && t == 0 ? 0.2f : 0)), 3),
                "rotation_delta" => new(Rows(3, (t, d) => d == 2 ? MathF.Cos(number + t) : 0), 3),
                "gripper_closedness_action" => new(Rows(1, (t, _) => t == rows / 2 ? 1 : 0), 1),
                "terminate_episode" => new(Rows(3, (t, d) => d == (t == rows - 2 ? 0 : 1) ? 1 : 0), 3),
                _ => throw new InvalidOperationException($"{field} is too wide to be asked for"),
            };
        }

        public override string[] Texts(string field) => throw Bad(field, "it holds no text");

        public override SourceFrame Frame(string field, int row)
        {
            if (fault == "frame") throw Bad(field, "there is no such row");
            return new(new[] { (byte)number, (byte)row }, null, null);
        }

        public override void Dispose()
        {
            source.Held--;
            base.Dispose();
        }
    }
}

/// <summary>Makes an image of one colour, which tells episode and row.</summary>
internal sealed class InspectFakeDecoding(FrameGeometry geometry) : IFrameDecoding
{
    public static int Decoded { get; set; }

    public void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image)
    {
        if (bytes[0] == 201) throw new ActionableException("this is no JPEG file");
        Decoded++;
        Assert.Equal(geometry.Height * geometry.Width * 3, image.Length);
        image.Fill((byte)(10 + bytes[0] + 20 * bytes[1]));
    }

    public void Dispose() { }
}
