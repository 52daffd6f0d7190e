namespace ActionableModels.Cli.Tests.Terminal;

internal sealed class FakeClock : TimeProvider
{
    public TimeSpan Now { get; set; }
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Now.Ticks;
}
