using System.Security.Cryptography;
using ActionableModels.Simulation.Camera;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation.Tests;

public class RendererTests
{
    private static World Scene(double handX = 0.05, double handY = -0.03, double handZ = 0.12, double cubeX = -0.05, double cubeY = 0.06)
    {
        var world = new World();
        world.Clear(handX, handY, handZ, 0.3);
        Assert.True(world.TryAdd(Body.Cube(0.058, Palette.Red) with { X = cubeX, Y = cubeY, Yaw = 0.2 }));
        return world;
    }

    private static byte[] Draw(World world, int height = 64, int width = 64, bool overhead = false)
    {
        var image = new byte[height * width * 3];
        new Renderer(height, width, overhead).Render(world, image);
        return image;
    }

    private static bool IsRed(ReadOnlySpan<byte> pixel) => pixel[0] > 90 && pixel[1] < pixel[0] / 3 && pixel[2] < pixel[0] / 3;

    /// <summary>Number of red pixels and their mean row and column.</summary>
    private static (int Count, double Row, double Column) Red(byte[] image, int width)
    {
        double row = 0, column = 0;
        var count = 0;
        for (var i = 0; i < image.Length / 3; i++)
            if (IsRed(image.AsSpan(3 * i, 3)))
                (count, row, column) = (count + 1, row + i / width, column + i % width);
        return (count, row / count, column / count);
    }

    [Theory]
    [InlineData(false, "B34E709984ED5936")]
    [InlineData(true, "9FEC2C9F493DFDBF")]
    public void AKnownSceneHasAKnownImage(bool overhead, string sha256)
    {
        var world = Scene();
        Assert.True(world.TryAdd(Body.Container(0.1, 0.12, 0.04, Palette.Crate) with { X = 0.1, Y = 0.08, Yaw = -0.4 }));
        Assert.True(world.TryAdd(Body.Cylinder(0.03, 0.05, Palette.Yellow) with { X = -0.1, Y = -0.1 }));
        Assert.Equal(sha256, Convert.ToHexString(SHA256.HashData(Draw(world, overhead: overhead)))[..16]);
    }

    [Fact]
    public void EqualWorldsGiveEqualBytesWhateverWasDrawnBefore()
    {
        var renderer = new Renderer(48, 48, overhead: false);
        byte[] first = new byte[48 * 48 * 3], second = new byte[first.Length];
        renderer.Render(Scene(), first);
        renderer.Render(Scene(handZ: 0.02, cubeX: 0.15), second);
        Assert.NotEqual(first, second);
        renderer.Render(Scene(), second);
        Assert.Equal(first, second);
    }

    [Fact]
    public void TheOverheadCameraPutsTheWorldsAxesOnTheImages()
    {
        var middle = Red(Draw(Scene(handX: 0.2, handY: 0.2, cubeX: 0, cubeY: 0), 65, 65, overhead: true), 65);
        Assert.InRange(middle.Row, 31, 34);
        Assert.InRange(middle.Column, 31, 34);
        var right = Red(Draw(Scene(handX: -0.2, cubeX: 0.1, cubeY: 0.05), 65, 65, overhead: true), 65);
        Assert.True(right.Column > middle.Column + 5 && right.Row < middle.Row - 2);
    }

    [Fact]
    public void TheTiltedCameraShowsNearThingsLowerAndLarger()
    {
        var far = Red(Draw(Scene(handX: 0.2, handZ: 0.2, cubeX: -0.05, cubeY: 0.12)), 64);
        var near = Red(Draw(Scene(handX: 0.2, handZ: 0.2, cubeX: -0.05, cubeY: -0.12)), 64);
        Assert.True(near.Count > far.Count && near.Row > far.Row + 8);
        Assert.True(far.Count > 15);
    }

    [Fact]
    public void WhatIsNearerHidesWhatIsBehind()
    {
        var free = Red(Draw(Scene(handX: 0.2, cubeX: 0, cubeY: 0.05)), 64);
        var world = Scene(handX: 0.2, cubeX: 0, cubeY: 0.05);
        Assert.True(world.TryAdd(Body.Block(0.06, 0.03, 0.12, Palette.Blue) with { X = 0, Y = -0.02 }));
        Assert.True(Red(Draw(world), 64).Count < free.Count / 2);
    }

    [Fact]
    public void OpenAndClosedJawsAndHeightsLookDifferent()
    {
        var open = Scene(cubeX: 0.14);
        var closed = Scene(cubeX: 0.14);
        closed.Step(0, 0, 0, 0, true, false);
        var raised = Scene(cubeX: 0.14, handZ: 0.14);
        Assert.True(Difference(Draw(open, 48, 48), Draw(closed, 48, 48)) >= 8);
        Assert.True(Difference(Draw(open, 48, 48), Draw(raised, 48, 48)) >= 20);
    }

    [Fact]
    public void AShadowDarkensTheTableUnderTheHand()
    {
        var with = Draw(Scene(handX: 0, handY: 0, handZ: 0.15, cubeX: 0.14), overhead: false);
        var without = Draw(Scene(handX: -0.2, handY: 0.2, handZ: 0.2, cubeX: 0.14), overhead: false);
        var darker = Enumerable.Range(0, 64 * 64).Count(i => with[3 * i] < without[3 * i] * 0.9 && with[3 * i] > without[3 * i] * 0.4
            && Math.Abs(with[3 * i] * without[3 * i + 2] - with[3 * i + 2] * without[3 * i]) < 600);
        Assert.True(darker > 20, $"{darker} pixels in shadow");
    }

    [Theory]
    [InlineData(512, 640), InlineData(48, 96), InlineData(33, 35)]
    public void AnySizeIsDrawn(int height, int width)
    {
        var image = Draw(Scene(), height, width);
        Assert.True(Red(image, width).Count > 0.002 * height * height);
    }

    private static int Difference(byte[] a, byte[] b) =>
        Enumerable.Range(0, a.Length / 3).Count(i => Enumerable.Range(3 * i, 3).Sum(k => Math.Abs(a[k] - b[k])) > 60);
}
