using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation.Tests.Physics;

public class SupportTests
{
    private const double Side = 0.05;

    /// <summary>The first body in the hand, high above the others.</summary>
    private static World Holding(Body held, double azimuth, params Body[] others)
    {
        var world = new World();
        world.Clear(-0.15, -0.15, 0.008, 0);
        Assert.True(world.TryAdd(held with { X = -0.15, Y = -0.15 }));
        foreach (var body in others)
            Assert.True(world.TryAdd(body));
        world.Step(0, 0, 0, 0, true, false);
        Assert.Equal(0, world.Hand.Held);
        world.Step(0, 0, 0.15, azimuth, false, false);
        return world;
    }

    /// <summary>Brings the hand over a place, lowers what it holds to the first contact, lets go, and rises.</summary>
    private static void PlaceAt(World world, double x, double y)
    {
        world.Step(x - world.Hand.X, y - world.Hand.Y, 0, 0, false, false);
        world.Step(0, 0, -0.2, 0, false, true);
        world.Step(0, 0, 0.2, 0, false, false);
        Assert.Null(SceneOracle.Fault(world));
    }

    [Theory]
    [InlineData(0), InlineData(0.02), InlineData(-0.024)]
    public void AWellPlacedCubeStaysOnTheOther(double offset)
    {
        var world = Holding(Body.Cube(Side, 1), 0, Body.Cube(Side, 2));
        PlaceAt(world, offset, 0);
        Assert.Equal(Side, world.Bodies[0].Z, 6);
        Assert.Equal(1, world.SupportOf(0));
        Assert.Equal(offset, world.Bodies[0].X, 6);
    }

    [Theory]
    [InlineData(0.027, 0), InlineData(0, -0.03), InlineData(-0.045, 0)]
    public void ABadlyPlacedCubeTopplesAndEndsBesideTheOther(double x, double y)
    {
        var world = Holding(Body.Cube(Side, 1), 0, Body.Cube(Side, 2));
        PlaceAt(world, x, y);
        Assert.True(world.RestsOnTable(0));
        var along = x != 0 ? world.Bodies[0].X * Math.Sign(x) : world.Bodies[0].Y * Math.Sign(y);
        Assert.InRange(along, Side - 1e-6, Side + 0.02);
        Assert.Equal(0, world.Bodies[1].X, 9);
    }

    [Fact]
    public void AToppledTallBlockLiesOnItsSide()
    {
        var world = Holding(Body.Block(0.03, 0.03, 0.08, 1), 0, Body.Cube(Side, 2));
        PlaceAt(world, 0.035, 0);
        Assert.True(world.RestsOnTable(0));
        Assert.Equal(0.03, world.Bodies[0].Height, 9);
        Assert.Equal(0.04, world.Bodies[0].HalfX, 9);
    }

    [Fact]
    public void TheUpperCubeTravelsWithTheLowerOneInTheHand()
    {
        var world = Holding(Body.Cube(0.03, 1), 0, Body.Cube(Side, 2));
        PlaceAt(world, 0.005, 0);
        world.Step(-0.005, 0, 0, 0, false, false);
        world.Step(0, 0, -0.2, 0, true, false);
        Assert.Equal(1, world.Hand.Held);
        world.Step(0.1, 0.05, 0.08, Math.PI / 2, false, false);
        Assert.Equal(0.08 + Side, world.Bodies[0].Z, 6);
        Assert.Equal(world.Bodies[1].X, world.Bodies[0].X, 6);
        Assert.Equal(world.Bodies[1].Y + 0.005, world.Bodies[0].Y, 6);
    }

    [Fact]
    public void AStackWhoseJointCentreOfMassHangsOverTopples()
    {
        var world = Holding(Body.Cube(Side, 1), 0, Body.Cube(Side, 2));
        PlaceAt(world, 0.022, 0);
        Assert.Equal(Side, world.Bodies[0].Z, 6);
        Assert.True(world.TryAdd(Body.Cube(Side, 3) with { X = 0.022 + 0.022, Z = 2 * Side }));
        world.Step(-0.05, 0.1, 0, 0, false, false);
        Assert.True(world.RestsOnTable(0));
        Assert.Null(SceneOracle.Fault(world));
    }

    [Fact]
    public void WhatLosesItsSupportFalls()
    {
        var world = new World();
        world.Clear(-0.2, -0.2, 0.2, 0);
        Assert.True(world.TryAdd(Body.Cube(Side, 1) with { X = 0.1, Z = 0.13 }));
        world.Step(0, 0, 0, 0, false, false);
        Assert.True(world.RestsOnTable(0));
        Assert.Equal(0, world.Bodies[0].Z, 9);
    }

    [Fact]
    public void ACubeGoesIntoAContainerAndMovesWithIt()
    {
        var world = Holding(Body.Cube(0.045, 1), 0, Body.Container(0.17, 0.17, 0.03, 2) with { X = 0.02 });
        PlaceAt(world, 0.03, 0);
        Assert.Equal(1, world.SupportOf(0));
        Assert.InRange(world.Bodies[0].Z, 0.001, 0.01);
        var offset = world.Bodies[0].X - world.Bodies[1].X;
        world.Step(-0.2, 0, 0, 0, true, false);
        world.Step(0, 0, -0.2, 0, false, false);
        world.Step(0.12, 0, 0, 0, false, false);
        Assert.True(world.Bodies[1].X > 0.03);
        Assert.Equal(offset, world.Bodies[0].X - world.Bodies[1].X, 6);
        Assert.Null(SceneOracle.Fault(world));
    }

    [Fact]
    public void ACubeOnTheRimOfAContainerFallsToTheSideThatItLeansTo()
    {
        var world = Holding(Body.Cube(0.045, 1), 0, Body.Container(0.14, 0.14, 0.04, 2));
        PlaceAt(world, 0.055, 0);
        Assert.Equal(1, world.SupportOf(0));
        Assert.True(world.Bodies[0].Z < 0.01 && world.Bodies[0].X < 0.04);
        world = Holding(Body.Cube(0.045, 1), 0, Body.Container(0.14, 0.14, 0.04, 2));
        PlaceAt(world, 0.08, 0);
        Assert.True(world.RestsOnTable(0));
        Assert.True(world.Bodies[0].X > 0.09);
    }

    [Theory]
    [InlineData(0.6, 0, true), InlineData(0.7, 0.006, true), InlineData(0.6 - Math.PI, 0.003, true)]
    [InlineData(0, 0, false), InlineData(0.6 + Math.PI / 2, 0, false), InlineData(0.95, 0, false), InlineData(0.6, 0.02, false)]
    public void AFixtureTakesABlockAtTheRightAzimuthOnly(double azimuth, double offset, bool fits)
    {
        var world = Holding(Body.Block(0.04, 0.08, 0.05, 1), azimuth, Body.Fixture(0.044, 0.084, 0.03, 2) with { Yaw = 0.6 });
        PlaceAt(world, offset, 0);
        Assert.Equal(fits, world.SupportOf(0) == 1 && world.Bodies[0].Z < 0.01);
        if (fits)
            Assert.Equal(0, Trigonometry.Wrap(world.Bodies[0].Yaw - 0.6, Math.PI), 2);
        else
            Assert.True(world.Bodies[0].Z > 0.029 || world.RestsOnTable(0));
    }
}
