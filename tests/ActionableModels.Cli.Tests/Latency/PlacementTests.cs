using ActionableModels.Cli.Latency;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Tests.Latency;

public class PlacementTests
{
    private static readonly int[] Allowed = Affinity.Allowed();

    [Fact]
    public void Without_a_load_the_system_chooses_unless_cores_are_given()
    {
        Assert.Null(Placement.Choose(null, 1, load: false).Deciding);
        var placement = Placement.Choose([Allowed[0]], 1, load: false);
        Assert.Equal([Allowed[0]], placement.Deciding!);
        Assert.Equal(Allowed[1..], placement.Free);
    }

    [Fact]
    public void A_load_has_every_core_that_does_not_decide()
    {
        if (Allowed.Length > 1)
        {
            var placement = Placement.Choose(null, 1, load: true);
            Assert.Equal(Allowed[^1..], placement.Deciding!);
            Assert.Equal(Allowed[..^1], placement.Free);
        }
        foreach (var threads in new[] { 0, Allowed.Length })
            Assert.Contains("no core is left for the load", Assert.Throws<ActionableException>(() => Placement.Choose(null, threads, load: true)).Message);
    }
}
