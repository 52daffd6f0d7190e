using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Kernels;

/// <summary>
/// The arguments of one launch, in the order of the kernel's parameters. A device has one and fills it again for every launch, so that nothing
/// is allocated.
/// </summary>
internal sealed unsafe class KernelCall(KernelDevice device)
{
    /// <summary>Most arguments, a tensor being two, and most bytes of them.</summary>
    public const int MaximumArguments = 48, MaximumBytes = 1024;
    private readonly byte[] bytes = GC.AllocateArray<byte>(MaximumBytes, pinned: true);
    private readonly int[] offsets = new int[MaximumArguments], sizes = new int[MaximumArguments];
    private readonly DeviceMemory?[] memories = new DeviceMemory?[MaximumArguments];
    private readonly bool[] isMemory = new bool[MaximumArguments];
    private int used;

    /// <summary>What is launched.</summary>
    public Kernel Kernel { get; private set; } = null!;

    /// <summary>Number of arguments.</summary>
    public int Count { get; private set; }

    /// <summary>Whether argument <paramref name="i"/> is a memory block: 8 bytes that the device writes.</summary>
    public bool IsMemory(int i) => isMemory[i];

    /// <summary>The block of argument <paramref name="i"/>; null for a tensor that is left out.</summary>
    public DeviceMemory? Memory(int i) => memories[i];

    /// <summary>The bytes of argument <paramref name="i"/>, at a fixed address that is a multiple of 8.</summary>
    public Span<byte> Argument(int i) => bytes.AsSpan(offsets[i], sizes[i]);

    /// <summary>All arguments, each from a multiple of 8 on, with zeros between them.</summary>
    public Span<byte> Arguments => bytes.AsSpan(0, used);

    /// <summary>Where in <see cref="Arguments"/> each of them starts.</summary>
    public ReadOnlySpan<int> Offsets => offsets.AsSpan(0, Count);

    /// <summary>Starts the arguments of a launch.</summary>
    public KernelCall Begin(Kernel kernel)
    {
        (Kernel, Count, used) = (kernel, 0, 0);
        return this;
    }

    /// <summary>A tensor parameter of floats, IN or OUT in the source; null for one that is left out.</summary>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    public KernelCall Add(Tensor? tensor, [CallerArgumentExpression(nameof(tensor))] string name = "") => Add(tensor, ElementType.Float32, name);

    /// <summary>The same of any type.</summary>
    public KernelCall Add(Tensor? tensor, ElementType type, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        if (tensor is null) return Add(null, 0L);
        Check.Type(tensor, type, name);
        return Add(tensor.Memory, tensor.Offset);
    }

    /// <summary>A tensor parameter that is a part of a block.</summary>
    public KernelCall Add(DeviceMemory? memory, long offset)
    {
        memories[Count] = memory;
        Append(0L, true);
        return Add(offset);
    }

    /// <summary>A random key. Its bytes between the numbers are zeros, so that equal keys are equal bytes.</summary>
    public KernelCall Add(RandomKey key) => Add(new KeyArgument(key.Seed, key.Stream, 0, key.Counter));

    /// <summary>A number, or a struct of numbers without gaps, that is passed by value.</summary>
    public KernelCall Add<T>(T value) where T : unmanaged
    {
        memories[Count] = null;
        Append(value, false);
        return this;
    }

    /// <summary>Launches groups in one dimension.</summary>
    public void Run(long groups) => Run(checked((int)groups), 1, 1);

    /// <summary>Launches a grid of groups; nothing where it is empty.</summary>
    public void Run(int x, int y, int z)
    {
        if (x > 0 && y > 0 && z > 0) device.Launch(this, x, y, z);
    }

    /// <summary>struct random_key of kernels/portable/philox.h.</summary>
    private readonly record struct KeyArgument(ulong Seed, uint Stream, uint Gap, ulong Counter);

    private void Append<T>(T value, bool memory) where T : unmanaged
    {
        (isMemory[Count], offsets[Count], sizes[Count]) = (memory, used, sizeof(T));
        var slot = bytes.AsSpan(used, (sizeof(T) + 7) & ~7);
        slot[^8..].Clear();
        Unsafe.WriteUnaligned(ref slot[0], value);
        used += slot.Length;
        Count++;
    }
}
