namespace ActionableModels.Tests.Learning;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actionable-").FullName;
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
