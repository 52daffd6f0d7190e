namespace ActionableModels.Tests.Shared;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>The full path of one of its files or folders.</summary>
    public static string File(string path) => Path.Combine(Root(), path);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
            if (Path.Exists(Path.Combine(folder.FullName, "ActionableModels.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} lies in no checkout of this project");
    }
}
