using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Writes_and_replaces_and_leaves_nothing_else()
    {
        AtomicFile.WriteText(folder["a.txt"], "one, and long enough to be longer");
        AtomicFile.WriteBytes(folder["a.txt"], "zwei"u8.ToArray());
        Assert.Equal("zwei", File.ReadAllText(folder["a.txt"]));
        AtomicFile.Write(folder["a.txt"], stream => stream.Write(new byte[200_000]));
        Assert.Equal(200_000, new FileInfo(folder["a.txt"]).Length);
        Assert.Equal([folder["a.txt"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Leftover_of_a_killed_writer_is_overwritten()
    {
        File.WriteAllBytes(folder["a.txt.partial"], new byte[1000]);
        AtomicFile.WriteText(folder["a.txt"], "new");
        Assert.Equal("new", File.ReadAllText(folder["a.txt"]));
        Assert.Equal([folder["a.txt"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Full_disk_leaves_the_old_file()
    {
        // Whatever is written to /dev/full fails as on a full disk; a link in the temporary's place leads there.
        AtomicFile.WriteText(folder["a.txt"], "old");
        foreach (var size in new[] { 1, 100_000 })
        {
            File.CreateSymbolicLink(folder["a.txt.partial"], "/dev/full");
            AssertOldStays(() => AtomicFile.WriteBytes(folder["a.txt"], new byte[size]), "the disk is full: free some space");
        }
    }

    [Theory]
    [InlineData(WritePoint.Created)]
    [InlineData(WritePoint.Written)]
    [InlineData(WritePoint.Synced)]
    internal void Failure_at_any_point_leaves_the_old_file(WritePoint failing)
    {
        AtomicFile.WriteText(folder["a.txt"], "old");
        AssertOldStays(() => AtomicFile.Write(folder["a.txt"], stream => stream.Write(new byte[10]), (point, _) =>
        {
            if (point == failing)
                throw new IOException("broken disk");
        }), "cannot be written (broken disk)");
    }

    [Fact]
    public void Cancellation_passes_through_and_leaves_the_old_file()
    {
        AtomicFile.WriteText(folder["a.txt"], "old");
        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(folder["a.txt"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new OperationCanceledException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["a.txt"]));
        Assert.Equal([folder["a.txt"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Two_writers_of_one_file_do_not_mix()
    {
        AtomicFile.Write(folder["a.txt"], stream =>
        {
            stream.Write("first"u8);
            var error = Assert.Throws<ActionableException>(() => AtomicFile.WriteText(folder["a.txt"], "second"));
            Assert.Contains("another process is writing it", error.Message);
        });
        Assert.Equal("first", File.ReadAllText(folder["a.txt"]));
    }

    [Fact]
    public void Readers_are_admitted_as_soon_as_the_file_has_its_name()
    {
        var read = "";
        AtomicFile.Write(folder["a.txt"], stream => stream.Write("new"u8), (point, path) => read = point == WritePoint.Renamed ? File.ReadAllText(path) : "");
        Assert.Equal("new", read);
    }

    [Fact]
    public void Places_that_cannot_be_written_are_named()
    {
        File.WriteAllText(folder["file"], "");
        foreach (var path in new[] { folder["file/a.txt"], folder["none/a.txt"], "/proc/a.txt", folder.Path })
            Assert.StartsWith($"{path}: cannot be written", Assert.Throws<ActionableException>(() => AtomicFile.WriteText(path, "x")).Message);
        foreach (var path in new[] { folder["file/inner"], "/proc/inner/most" })
            Assert.Contains("cannot be written", Assert.Throws<ActionableException>(() => AtomicFile.CreateFolder(path)).Message);
        Assert.Equal([folder["file"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Folders_are_created_with_their_parents()
    {
        AtomicFile.CreateFolder(folder["a/b/c"]);
        AtomicFile.CreateFolder(folder["a/b/c"]);
        Assert.True(Directory.Exists(folder["a/b/c"]));
    }

    void AssertOldStays(Action write, string message)
    {
        var error = Assert.Throws<ActionableException>(write);
        Assert.StartsWith(folder["a.txt"] + ": ", error.Message);
        Assert.Contains(message, error.Message);
        Assert.Equal("old", File.ReadAllText(folder["a.txt"]));
        Assert.Equal([folder["a.txt"]], Directory.GetFileSystemEntries(folder.Path));
    }
}
