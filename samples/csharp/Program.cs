// The smallest loop through the managed library; the arguments and the lines of a decision are those of samples/c/loop.c.
using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.Samples;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var bits = args is ["--bits", ..];
var decisions = 0;
if (args[(bits ? 1 : 0)..] is not [var path, var goalPath, var imagesPath, .. { Length: <= 1 } count]
    || (count is [var text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out decisions)))
{
    Console.Error.WriteLine("usage: loop [--bits] MODEL GOAL.ppm IMAGES.ppm [DECISIONS]");
    return 2;
}
try
{
    var goal = Ppm.Read(goalPath)[0];
    var images = Ppm.Read(imagesPath);
    using var controller = new PolicyController(() => new CpuDevice(threads: 1), PolicyModel.Read(path));
    if (controller.SetGoal(goal) != ControlStatus.Ok) throw new ActionableException(controller.Message);
    float[] state = [0, 0.1f];
    if (count is []) decisions = images.Count;
    for (var n = 0; n < decisions; n++)
    {
        // Images of a file are taken when they are used; for a camera give its driver's time stamp, or a stale image passes for a new one.
        var status = controller.Act(images[n % images.Count], state, PolicyController.Now, out var decision);
        if (status > ControlStatus.Held) throw new ActionableException(controller.Message);
        Console.Write(decision.Index);
        foreach (var number in decision.Action) Write(number);
        Write(decision.Q);
        Console.WriteLine($" {(uint)decision.Interventions:x} {decision.Samples}");
    }
    Console.WriteLine($"# time of a decision: p50 {controller.Latency(0.5) / 1e6:0.000} ms, p99 {controller.Latency(0.99) / 1e6:0.000} ms, "
        + $"longest {controller.Latency(1) / 1e6:0.000} ms");
    return 0;
}
catch (Exception wrong) when (wrong is ActionableException or IOException or InvalidDataException)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}

void Write(float number) => Console.Write(bits ? $" {BitConverter.SingleToUInt32Bits(number):x8}" : $" {number:0.0000}");
