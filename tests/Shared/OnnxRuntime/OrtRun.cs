using System.Text;

namespace ActionableModels.OnnxRuntime;

/// <summary>A session bound to the tensors that it reads and writes: a run allocates no managed memory and copies nothing.</summary>
public sealed unsafe class OrtRun : IDisposable
{
    private readonly OrtSession session;
    private readonly (string Name, OrtTensor Tensor)[] kept;
    private nint binding;

    internal OrtRun(OrtSession session, ReadOnlySpan<(string Name, OrtTensor Tensor)> tensors)
    {
        var library = session.Library;
        (this.session, kept) = (session, tensors.ToArray());
        nint handle;
        library.Check(library.CreateIoBinding(session.Handle, &handle));
        binding = handle;
        try
        {
            foreach (var name in session.Inputs.Concat(session.Outputs))
                if (kept.All(tensor => tensor.Name != name)) throw new OrtException($"no tensor is given for '{name}'");
            foreach (var (name, tensor) in kept)
            {
                var bind = session.Inputs.Contains(name) ? library.BindInput
                    : session.Outputs.Contains(name) ? library.BindOutput
                    : throw new OrtException($"the graph has no '{name}': it has {string.Join(", ", session.Inputs.Concat(session.Outputs))}");
                fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0')) library.Check(bind(binding, text, tensor.Value));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Computes the outputs of what the inputs hold.</summary>
    /// <exception cref="OrtException">An operator failed.</exception>
    public void Run() => session.Library.Check(session.Library.RunWithBinding(session.Handle, 0, binding));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (binding == 0) return;
        session.Library.ReleaseIoBinding(binding);
        binding = 0;
    }
}
