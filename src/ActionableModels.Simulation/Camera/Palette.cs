namespace ActionableModels.Simulation.Camera;

/// <summary>Colours of the scene: red in the low byte, then green, then blue.</summary>
internal static class Palette
{
    public static readonly uint Red = Rgb(214, 44, 38), Blue = Rgb(38, 92, 214), Green = Rgb(40, 160, 66), Yellow = Rgb(238, 190, 36),
        Purple = Rgb(140, 60, 170), Crate = Rgb(110, 170, 190), Steel = Rgb(126, 130, 142), Orange = Rgb(240, 128, 30);
    public static readonly uint Table = Rgb(186, 170, 146), TableEdge = Rgb(132, 114, 92), Floor = Rgb(58, 62, 70);
    public static readonly uint Finger = Rgb(42, 44, 52), Palm = Rgb(236, 238, 242), Arm = Rgb(206, 210, 218);

    private static uint Rgb(uint r, uint g, uint b) => r | g << 8 | b << 16;
}
