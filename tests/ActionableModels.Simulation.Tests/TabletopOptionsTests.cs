using ActionableModels.Compute;

namespace ActionableModels.Simulation.Tests;

public class TabletopOptionsTests
{
    private static string ErrorOf(TabletopOptions options) => Assert.Throws<ActionableException>(() => new TabletopEnvironment(options)).Message;

    [Fact]
    public void UnknownNamesAreMetWithTheNearest()
    {
        Assert.Equal("unknown task 'pickplace'; did you mean 'pick-and-place'? known: pick-and-place, reaching", ErrorOf(new() { Task = "pickplace" }));
        Assert.Equal("unknown camera 'tilt'; did you mean 'tilted'? known: overhead, tilted", ErrorOf(new() { Camera = "tilt" }));
        Assert.Equal("unknown task 'xyzzy'; known: pick-and-place, reaching", ErrorOf(new() { Task = "xyzzy" }));
        Assert.Contains("did you mean 'dithering'?", Assert.Throws<ActionableException>(() => RecordingMix.Named("dither")).Message);
        Assert.Contains("unknown task", Assert.Throws<ActionableException>(() => ScriptedPolicy.For("stack", 0, 0)).Message);
    }

    [Fact]
    public void NumbersOutsideTheirRangeAreRefused()
    {
        Assert.Contains("image height is 8", ErrorOf(new() { ImageHeight = 8 }));
        Assert.Contains("image width is 100000", ErrorOf(new() { ImageWidth = 100_000 }));
        Assert.Contains("maximum of steps is 0", ErrorOf(new() { MaxSteps = 0 }));
        Assert.Contains("number of objects is 0", ErrorOf(new() { Objects = 0 }));
        Assert.Contains("number of objects is 7", ErrorOf(new() { Objects = 7 }));
        Assert.Throws<ActionableException>(() => ScriptedPolicy.For(TabletopOptions.Reaching, double.NaN, 0));
        Assert.Throws<ActionableException>(() => ScriptedPolicy.For(TabletopOptions.Reaching, 0, 1.1));
    }

    [Theory]
    [InlineData("", "", 0), InlineData("abc", "", 3), InlineData("kitten", "sitting", 3), InlineData("Tilted", "tilted", 0), InlineData("ab", "ba", 2)]
    public void EditDistanceIsLevenshteins(string a, string b, int distance) => Assert.Equal(distance, Names.EditDistance(a, b));
}
