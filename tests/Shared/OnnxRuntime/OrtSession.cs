using System.Runtime.InteropServices;
using System.Text;

namespace ActionableModels.OnnxRuntime;

/// <summary>
/// A graph loaded by ONNX Runtime: one thread, one operator after the other, all optimisations, no spinning while it waits.
/// </summary>
public sealed unsafe class OrtSession : IDisposable
{
    private const int Sequential = 0, AllOptimisations = 99, Threads = 1;

    /// <summary>Loads a graph.</summary>
    /// <param name="library">ONNX Runtime.</param>
    /// <param name="path">An ONNX file.</param>
    /// <exception cref="OrtException">The file cannot be read or the graph is not valid.</exception>
    public OrtSession(OrtLibrary library, string path)
    {
        Library = library;
        nint options, session;
        library.Check(library.CreateSessionOptions(&options));
        try
        {
            library.Check(library.SetSessionExecutionMode(options, Sequential));
            library.Check(library.SetSessionGraphOptimizationLevel(options, AllOptimisations));
            library.Check(library.SetIntraOpNumThreads(options, Threads));
            library.Check(library.SetInterOpNumThreads(options, Threads));
            fixed (byte* key = "session.intra_op.allow_spinning"u8, off = "0"u8)
                library.Check(library.AddSessionConfigEntry(options, key, off));
            fixed (byte* file = Encoding.UTF8.GetBytes(path + '\0'))
                library.Check(library.CreateSession(library.Environment, file, options, &session));
        }
        finally
        {
            library.ReleaseSessionOptions(options);
        }
        Handle = session;
        nuint count;
        library.Check(library.SessionGetInputCount(session, &count));
        Inputs = [.. Enumerable.Range(0, (int)count).Select(i => Name(library.SessionGetInputName, i))];
        library.Check(library.SessionGetOutputCount(session, &count));
        Outputs = [.. Enumerable.Range(0, (int)count).Select(i => Name(library.SessionGetOutputName, i))];
    }

    /// <summary>ONNX Runtime.</summary>
    public OrtLibrary Library { get; }
    /// <summary>Names of the inputs.</summary>
    public IReadOnlyList<string> Inputs { get; }
    /// <summary>Names of the outputs.</summary>
    public IReadOnlyList<string> Outputs { get; }

    internal nint Handle { get; private set; }

    /// <summary>A run from given inputs to given outputs.</summary>
    public OrtRun Bind(params ReadOnlySpan<(string Name, OrtTensor Tensor)> tensors) => new(this, tensors);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Handle == 0) return;
        Library.ReleaseSession(Handle);
        Handle = 0;
    }

    private string Name(delegate* unmanaged<nint, nuint, nint, byte**, nint> get, int index)
    {
        byte* text;
        Library.Check(get(Handle, (nuint)index, Library.Allocator, &text));
        var name = Marshal.PtrToStringUTF8((nint)text)!;
        Library.Check(Library.AllocatorFree(Library.Allocator, text));
        return name;
    }
}
