using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation;

/// <summary>A point in the world; metres. For a body, the middle of its underside; for the hand, between the fingertips.</summary>
internal readonly record struct Place(double X, double Y, double Z)
{
    public static Place OfHand(World world) => new(world.Hand.X, world.Hand.Y, world.Hand.Z);

    public static Place OfBody(World world, int body) => new(world.Bodies[body].X, world.Bodies[body].Y, world.Bodies[body].Z);

    public double DistanceTo(Place other) =>
        Math.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y) + (Z - other.Z) * (Z - other.Z));
}
