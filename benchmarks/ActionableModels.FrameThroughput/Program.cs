using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActionableModels.Cli.Commands;
using ActionableModels.Cli.Report;
using ActionableModels.FrameThroughput;

if (args is ["side", var own, var path, var length])
{
    var rate = Sides.Measure(own, path, double.Parse(length, CultureInfo.InvariantCulture));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate.PerSecond:0.0} {rate.PerProcessorSecond:0.0}"));
    return 0;
}
if (args is not ["turns", var peers, var folder, var secondsText, var roundsText, var coresText, var output])
{
    Console.Error.WriteLine("usage: turns PEERS FOLDER SECONDS ROUNDS CORE,CORE OUTPUT.json   (benchmarks/frames.sh calls it)");
    return 2;
}
var (seconds, rounds) = (double.Parse(secondsText, CultureInfo.InvariantCulture), int.Parse(roundsText, CultureInfo.InvariantCulture));
var core = coresText.Split(',')[0];
var dll = typeof(Sides).Assembly.Location;
string[] Ours(string name) => ["dotnet", dll, "side", name];
(string Name, string What, string Cores, string[] Command)[] sides =
[
    ("turbojpeg", "libturbojpeg alone, a loop in C: tjDecompress2 of whole images in memory", core, [Path.Combine(folder, "turbojpeg")]),
    ("decode", "ours: the same bytes in memory to 472x472 from the middle", core, Ours("decode")),
    ("read", "ours: read from the file, CRC-32C compared, decoded", core, Ours("read")),
    ("batches-1", "ours: batches of 8 assembled by one thread, three frames for each row", core, Ours("batches-1")),
    ("batches-2", $"ours: the same by two threads on cores {coresText}", coresText, Ours("batches-2")),
    ("pillow", "Python: records read by hand, Pillow, 472x472 from the middle to numpy; no checksum", core,
        ["/usr/bin/python3", Path.Combine(peers, "pillow_frames.py")]),
];
var results = new List<QualityResult>();
foreach (var quality in (int[])[85, 95])
{
    var file = Path.Combine(folder, $"frames-{quality}.tfrecord");
    if (!File.Exists(file)) TexturedFrames.Write(file, quality);
    var frames = new RecordFile(file);
    var rates = sides.Select(_ => new FrameRate[rounds]).ToArray();
    for (var round = 0; round < rounds; round++)
        for (var i = 0; i < sides.Length; i++)
        {
            // Every other round in the opposite order.
            var at = round % 2 == 0 ? i : sides.Length - 1 - i;
            rates[at][round] = Run(sides[at].Cores, [.. sides[at].Command, file, secondsText]);
            Console.Error.WriteLine($"quality {quality}, round {round + 1} of {rounds}: {sides[at].Name} {rates[at][round].PerSecond:0} frames/s, {rates[at][round].PerProcessorSecond:0} per second of processor");
        }
    double Ratio(string mine, string its, Func<FrameRate, double> of) => Math.Round(Median(rates[At(mine)].Zip(rates[At(its)], (a, b) => of(a) / of(b))), 3);
    static double Work(FrameRate rate) => rate.PerProcessorSecond;
    var result = new QualityResult(quality, frames.Frames.Length, Math.Round(frames.Frames.Average(f => f.Length)),
        [.. sides.Select((side, i) => new SideResult(side.Name, side.What,
            new(Median(rates[i].Select(r => r.PerSecond)), Median(rates[i].Select(Work))), rates[i]))],
        Ratio("decode", "turbojpeg", Work), Ratio("read", "turbojpeg", Work), Ratio("batches-1", "turbojpeg", Work),
        Ratio("batches-2", "batches-1", rate => rate.PerSecond));
    results.Add(result);
    Console.WriteLine($"quality {quality}, {result.BytesPerFrame:0} bytes a frame; frames/s, and per second of processor:");
    foreach (var side in result.Sides) Console.WriteLine($"  {side.Median.PerSecond,7:0} {side.Median.PerProcessorSecond,7:0}  {side.Side,-10} {side.What}");
    Console.WriteLine($"  over libturbojpeg: decode {result.DecodeOverLibturbojpeg:0.00}, read {result.ReadOverLibturbojpeg:0.00}, batches "
        + $"{result.BatchesOverLibturbojpeg:0.00}; two threads over one {result.TwoThreadsOverOne:0.00}");
}
var machine = Doctor.Look(folder);
var report = new FrameReport("frames per second, 512x640 JPEG 4:2:0 to 472x472 from the middle; sides in turn, a process each; ratios are medians over "
    + "rounds, by processor time", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"{machine.Processor}, {machine.Cores} cores", BenchCommand.Commit,
    "benchmarks/frames.sh", Environment.GetEnvironmentVariable("TURBOJPEG_VERSION") ?? "unknown", machine.Runtime, seconds, rounds, "frames/s", results);
File.WriteAllText(output, JsonSerializer.Serialize(report, new JsonSerializerOptions
{
    WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
}) + "\n");
return 0;

int At(string name) => Array.FindIndex(sides, side => side.Name == name);

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}

static FrameRate Run(string cores, string[] command)
{
    using var process = Process.Start(new ProcessStartInfo("taskset", ["-c", cores, .. command]) { RedirectStandardOutput = true })!;
    var line = process.StandardOutput.ReadToEnd().Trim();
    process.WaitForExit();
    return process.ExitCode == 0 && line.Split(' ') is [var clock, var work] && double.TryParse(clock, CultureInfo.InvariantCulture, out var perSecond)
        && double.TryParse(work, CultureInfo.InvariantCulture, out var perWork)
        ? new(perSecond, perWork)
        : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {line}");
}
