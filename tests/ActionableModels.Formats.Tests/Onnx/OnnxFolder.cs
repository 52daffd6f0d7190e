using ActionableModels.Actions;
using ActionableModels.Formats.Onnx;
using ActionableModels.OnnxRuntime;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Onnx;

/// <summary>A model exported to a folder of its own, and computed by ONNX Runtime.</summary>
internal sealed class OnnxFolder : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-onnx-").FullName;
    private readonly TestModel model;
    private readonly OnnxForm form;

    public OnnxFolder(TestModel model, OnnxForm? form = null)
    {
        (this.model, this.form) = (model, form ?? new());
        Files = OnnxExport.Write(model.Policy, folder, form);
    }

    public IReadOnlyList<OnnxFile> Files { get; }
    public string this[string file] => Path.Combine(folder, file);

    /// <summary>An output of the whole graph and of tower and head on every pair.</summary>
    public IEnumerable<(float[] Whole, float[] Parts)> Run(string result)
    {
        var library = OnnxRuntimeLibrary.Open();
        var header = model.Policy.Header;
        var (cloned, count) = (result == "action", result == "action" ? ActionSpace.Dimensions : TestModel.Actions);
        var map = header.Network.Map;
        var floats = form.Images == OnnxImages.Floats;
        long[] size = floats ? [1, 3, header.Network.ImageHeight, header.Network.ImageWidth] : [1, header.CameraHeight, header.CameraWidth, 3];
        using var image = floats ? OrtTensor.Floats(library, size) : OrtTensor.Bytes(library, size);
        using var goal = floats ? OrtTensor.Floats(library, size) : OrtTensor.Bytes(library, size);
        using var features = OrtTensor.Floats(library, 1, map.Channels, map.Height, map.Width);
        using var actions = OrtTensor.Floats(library, TestModel.Actions, ActionSpace.Dimensions);
        using var state = OrtTensor.Floats(library, 1, ActionSpace.StateDimensions);
        using var output = OrtTensor.Floats(library, count);
        using var logit = OrtTensor.Floats(library, count);
        (string, OrtTensor)[] images = [("image", image), ("goal", goal)];
        (string, OrtTensor)[] rest = cloned ? [("state", state), (result, output)]
            : [("actions", actions), ("state", state), (result, output), ("logit", logit)];
        using var whole = new OrtSession(library, this[OnnxExport.PolicyFile]);
        using var tower = new OrtSession(library, this[OnnxExport.TowerFile]);
        using var head = new OrtSession(library, this[OnnxExport.HeadFile]);
        using var all = whole.Bind([.. images, .. rest]);
        using var first = tower.Bind([.. images, ("map", features)]);
        using var second = head.Bind([("map", features), .. rest]);
        model.ActionRows.CopyTo(actions.AsFloats);
        for (var pair = 0; pair < model.Images.Length; pair++)
        {
            Load(model.Images[pair], image, floats);
            Load(model.Goals[pair], goal, floats);
            model.State(pair).CopyTo(state.AsFloats);
            all.Run();
            var one = output.AsFloats.ToArray();
            output.AsFloats.Fill(float.NaN);
            first.Run();
            second.Run();
            yield return (one, output.AsFloats.ToArray());
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Load(byte[] pixels, OrtTensor tensor, bool floats)
    {
        if (!floats)
        {
            pixels.CopyTo(tensor.AsBytes);
            return;
        }
        var (header, spec) = (model.Policy.Header, model.Policy.Header.Network);
        var numbers = tensor.AsFloats;
        var (top, left) = ((header.CameraHeight - spec.ImageHeight) / 2, (header.CameraWidth - spec.ImageWidth) / 2);
        for (var c = 0; c < 3; c++)
            for (var y = 0; y < spec.ImageHeight; y++)
                for (var x = 0; x < spec.ImageWidth; x++)
                    numbers[(c * spec.ImageHeight + y) * spec.ImageWidth + x] = pixels[((top + y) * header.CameraWidth + left + x) * 3 + c] / 255f;
    }
}
