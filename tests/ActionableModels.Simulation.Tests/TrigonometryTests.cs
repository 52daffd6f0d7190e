namespace ActionableModels.Simulation.Tests;

public class TrigonometryTests
{
    [Fact]
    public void SineAndCosineAreExactToTwelveDigits()
    {
        for (var angle = -12.0; angle < 12; angle += 0.00371)
        {
            var (sin, cos) = Trigonometry.SinCos(angle);
            Assert.Equal(Math.Sin(angle), sin, 11);
            Assert.Equal(Math.Cos(angle), cos, 11);
        }
    }
}
