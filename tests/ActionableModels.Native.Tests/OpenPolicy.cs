using System.Runtime.InteropServices;
using ActionableModels.Control;

namespace ActionableModels.Native.Tests;

/// <summary>A handle of the library.</summary>
internal sealed unsafe class OpenPolicy : IDisposable
{
    public OpenPolicy(string path, NativeOptions options, string? device = null)
    {
        var (status, policy, message) = Library.Open(path, options, device);
        Assert.Equal((ControlStatus.Ok, ""), (status, message));
        Pointer = (void*)policy;
    }

    public OpenPolicy(void* policy) => Pointer = policy;

    public void* Pointer { get; }

    public ControlStatus SetGoal(byte[] image)
    {
        fixed (byte* first = image) return Library.SetGoal(Pointer, first, (nuint)image.Length);
    }

    /// <summary>Decides in state 1, 0.3; the image was taken now unless said otherwise.</summary>
    public ControlStatus Act(byte[] image, out Decision decision, long? captured = null)
    {
        fixed (byte* first = image)
        fixed (Decision* result = &decision)
        {
            var seen = Seen(first, image.Length, captured ?? Library.NowNs());
            return Library.Act(Pointer, &seen, result);
        }
    }

    public ControlStatus Evaluate(byte[] image, float[] actions, float[] q)
    {
        fixed (byte* first = image)
        fixed (float* rows = actions, values = q)
        {
            var seen = Seen(first, image.Length, 0);
            return Library.Evaluate(Pointer, &seen, rows, (nuint)q.Length, values);
        }
    }

    public (ControlStatus Status, string Message) Swap(string path)
    {
        var message = stackalloc byte[512];
        fixed (byte* text = Library.Text(path))
        {
            var status = Library.SwapFile(Pointer, text, message, 512);
            return (status, Marshal.PtrToStringUTF8((nint)message)!);
        }
    }

    public void Dispose() => Library.Close(Pointer);

    private static NativeObservation Seen(byte* image, int bytes, long captured)
    {
        var seen = new NativeObservation { Image = image, ImageBytes = (nuint)bytes, CapturedNs = captured };
        (seen.State[0], seen.State[1]) = (1, 0.3f);
        return seen;
    }
}
