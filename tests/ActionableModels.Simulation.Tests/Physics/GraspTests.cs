using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation.Tests.Physics;

public class GraspTests
{
    private const double Side = 0.058;

    private static World Table(double handX, double handY, double handZ, params Body[] bodies)
    {
        var world = new World();
        world.Clear(handX, handY, handZ, 0);
        foreach (var body in bodies)
            Assert.True(world.TryAdd(body));
        return world;
    }

    private static Body CubeAt(double x, double y, double yaw = 0) => Body.Cube(Side, 1) with { X = x, Y = y, Yaw = yaw };

    [Theory]
    [InlineData(0, 0, 0), InlineData(0.028, 0, 0), InlineData(-0.028, 0, 0), InlineData(0, 0.03, 0), InlineData(0, -0.03, 0), InlineData(0.02, 0.02, 0.15)]
    public void ClosingAroundACubeCentresAlignsAndHoldsIt(double x, double y, double yaw)
    {
        var world = Table(0, 0, 0.1, CubeAt(x, y, yaw));
        world.Step(0, 0, -0.1, 0, true, false);
        Assert.Equal(0, world.Hand.Held);
        Assert.Equal(0, world.Bodies[0].X, 9);
        Assert.Equal(0, world.Bodies[0].Y, 9);
        Assert.Equal(0, world.Bodies[0].Yaw, 9);
        Assert.Equal(Side, world.Hand.Opening, 4);
    }

    [Theory]
    [InlineData(0, 0.045), InlineData(0.09, 0), InlineData(0.1, 0.1)]
    public void ClosingBesideACubeHoldsNothing(double x, double y)
    {
        var world = Table(0, 0, 0.1, CubeAt(x, y));
        world.Step(0, 0, -0.1, 0, true, false);
        Assert.Equal(-1, world.Hand.Held);
        Assert.True(world.Hand.Closed);
        Assert.Equal(0, world.Hand.Opening, 9);
    }

    [Fact]
    public void FingersStopOnTopOfACubeAndOnTheTable()
    {
        var world = Table(0, 0, 0.1, CubeAt(0.06, 0));
        world.Step(0, 0, -0.1, 0, false, false);
        Assert.Equal(Side, world.Hand.Z, 9);
        world.Step(-0.1, 0, 0, 0, false, false);
        world.Step(0, 0, -0.1, 0, false, false);
        Assert.Equal(0, world.Hand.Z, 9);
    }

    [Fact]
    public void ThePalmStopsOnTopOfWhatIsTallerThanTheFingers()
    {
        var world = Table(0, 0, 0.1, Body.Block(0.05, 0.05, 0.1, 1));
        world.Step(0, 0, -0.1, 0, false, false);
        Assert.Equal(0.1 - Gripper.FingerLength, world.Hand.Z, 9);
    }

    [Fact]
    public void LoweredFingersPushACubeAndThatCubePushesAnother()
    {
        var world = Table(-0.1, 0, 0, CubeAt(0.05, 0), CubeAt(0.12, 0));
        world.Step(0.1, 0, 0, 0, false, false);
        var fingerEdge = world.Hand.X + Gripper.MaxOpening / 2 + Gripper.FingerThickness;
        Assert.Equal(0, world.Hand.X, 9);
        Assert.Equal(fingerEdge + Side / 2, world.Bodies[0].X, 4);
        Assert.Equal(fingerEdge + 1.5 * Side, world.Bodies[1].X, 4);
        Assert.Equal(0, world.Bodies[0].Y, 9);
    }

    [Fact]
    public void TheBorderStopsAPushedCubeAndTheHandBehindIt()
    {
        var world = Table(0.0, 0, 0, CubeAt(0.12, 0));
        for (var i = 0; i < 4; i++)
            world.Step(0.1, 0, 0, 0, false, false);
        Assert.InRange(world.Bodies[0].X + Side / 2, World.Border - 0.005, World.Border + 1e-5);
        Assert.True(world.Hand.X < 0.12);
        world.Step(0, 0.05, 0, 0, false, false);
        Assert.Equal(0.05, world.Hand.Y, 9);
    }

    [Fact]
    public void AFixtureStopsTheHand()
    {
        var world = Table(-0.05, 0, 0, Body.Fixture(0.05, 0.07, 0.03, 1) with { X = 0.1 });
        world.Step(0.12, 0, 0, 0, false, false);
        Assert.Equal(0.1, world.Bodies[0].X, 9);
        Assert.True(world.Hand.X + Gripper.MaxOpening / 2 + Gripper.FingerThickness <= 0.1 - world.Bodies[0].HalfX + 1e-5);
    }

    [Fact]
    public void AHeldCubeMovesAndTurnsWithTheHandAndStopsAtTheTable()
    {
        var world = Table(0, 0, 0.01, CubeAt(0, 0));
        world.Step(0, 0, 0, 0, true, false);
        world.Step(0.1, -0.05, 0.08, 0.7, false, false);
        Assert.Equal((0.1, -0.05), (Math.Round(world.Bodies[0].X, 9), Math.Round(world.Bodies[0].Y, 9)));
        Assert.Equal(0.08, world.Bodies[0].Z, 9);
        Assert.Equal(0.7, world.Bodies[0].Yaw, 9);
        Assert.False(world.RestsOnTable(0));
        world.Step(0, 0, -0.1, 0, false, false);
        Assert.Equal(0, world.Bodies[0].Z, 9);
        Assert.Equal(0.01, world.Hand.Z, 9);
    }

    [Fact]
    public void AHeldCubeStopsOnTopOfAnother()
    {
        var world = Table(0, 0, 0.01, CubeAt(0, 0), CubeAt(0.12, 0));
        world.Step(0, 0, 0, 0, true, false);
        world.Step(0, 0, 0.1, 0, false, false);
        world.Step(0.12, 0, 0, 0, false, false);
        world.Step(0, 0, -0.1, 0, false, false);
        Assert.Equal(Side, world.Bodies[0].Z, 9);
        Assert.Equal(0, world.Hand.Held);
    }

    [Fact]
    public void AHeldCubePushesOneOnTheTable()
    {
        var world = Table(0, 0, 0.01, CubeAt(0, 0), CubeAt(0.12, 0));
        world.Step(0, 0, 0, 0, true, false);
        world.Step(0.12, 0, 0, 0, false, false);
        Assert.True(world.Bodies[1].X >= 0.12 + Side);
        Assert.Null(SceneOracle.Fault(world));
    }

    [Fact]
    public void OpeningDropsTheCubeStraightDown()
    {
        var world = Table(0, 0, 0.01, CubeAt(0, 0));
        world.Step(0, 0, 0, 0, true, false);
        world.Step(0.05, 0.06, 0.1, 0, false, false);
        world.Step(0, 0, 0, 0, false, true);
        Assert.Equal(-1, world.Hand.Held);
        Assert.False(world.Hand.Closed);
        Assert.True(world.RestsOnTable(0));
        Assert.Equal(0.05, world.Bodies[0].X, 9);
        Assert.Equal(0.06, world.Bodies[0].Y, 9);
        Assert.Equal(0, world.Bodies[0].Z, 9);
        Assert.Equal(Gripper.MaxOpening, world.Hand.Opening, 9);
    }

    [Fact]
    public void ClosingWinsOverOpening()
    {
        var world = Table(0, 0, 0.01, CubeAt(0, 0));
        world.Step(0, 0, 0, 0, true, true);
        Assert.Equal(0, world.Hand.Held);
        world.Step(0, 0, 0.1, 0, true, true);
        Assert.Equal(0, world.Hand.Held);
    }

    [Fact]
    public void WhatIsWiderThanTheJawsIsNotHeld()
    {
        var world = Table(0, 0, 0.01, Body.Block(0.13, 0.03, 0.05, 1) with { Yaw = 0.7 });
        world.Step(0, 0, 0, 0, true, false);
        Assert.Equal(-1, world.Hand.Held);
        Assert.Null(SceneOracle.Fault(world));
    }

    [Fact]
    public void ALongBlockIsHeldAcrossItsShortSideAtTheHandsAzimuth()
    {
        var world = new World();
        world.Clear(0, 0, 0.1, 0.5);
        Assert.True(world.TryAdd(Body.Block(0.04, 0.14, 0.04, 1) with { Yaw = 0.6 }));
        world.Step(0, 0, -0.09, 0, true, false);
        Assert.Equal(0, world.Hand.Held);
        Assert.Equal(0.5, world.Bodies[0].Yaw, 9);
        Assert.Equal(0.04, world.Hand.Opening, 4);
    }

    [Fact]
    public void TwoCubesSqueezedTogetherBlockTheJaws()
    {
        var world = Table(0, 0, 0.01, Body.Cube(0.05, 1) with { X = -0.028 }, Body.Cube(0.05, 1) with { X = 0.028 });
        world.Step(0, 0, 0, 0, true, false);
        Assert.Equal(-1, world.Hand.Held);
        Assert.InRange(world.Hand.Opening, 0.1, 0.12);
        Assert.Null(SceneOracle.Fault(world));
    }
}
