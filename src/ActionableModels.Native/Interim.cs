using ActionableModels.Checkpoints;
using ActionableModels.Control;
namespace ActionableModels.Native;
internal static unsafe class Interim
{
    extension(PolicyController c)
    {
        public void* Block { get {
            var p = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(32000, 64);
            new Span<byte>(p, 32000).Clear();
            ((uint*)p)[0] = 1; ((uint*)p)[1] = 32000; ((long*)p)[1] = 500_000_000;
            return p; } }
        public string Message => "";
        public CheckpointHeader Header => null!;
        public string DeviceDescription => "";
        public long MemoryBytes => 0;
        public long LockedBytes => 0;
        public TimeSpan WarmUp => default;
        public float[] Low => new float[7];
        public float[] High => new float[7];
        public float[] Rate => new float[7];
        public float[] Hold => new float[7];
        public void Swap(PolicyModel m) => throw new Compute.ActionableException("not yet");
        public ControlStatus Evaluate(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, ReadOnlySpan<float> actions, Span<float> q) => ControlStatus.Unsupported;
    }
    extension(PolicyModel)
    {
        public static PolicyModel Parse(ReadOnlyMemory<byte> bytes, string name) => throw new Compute.ActionableException("not yet");
    }
}
