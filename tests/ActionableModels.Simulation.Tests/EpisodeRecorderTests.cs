using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Simulation.Tests;

public class EpisodeRecorderTests
{
    private static readonly TabletopOptions Small = new() { ImageHeight = 16, ImageWidth = 24 };

    [Fact]
    public void AnEpisodeHasItsFullLengthAndActionsWithinBounds()
    {
        foreach (var task in TabletopOptions.Tasks)
            foreach (var episode in EpisodeRecorder.Record(Small with { Task = task }, RecordingMix.Clean, 30, 10, 1))
            {
                Assert.Equal(10, episode.Steps);
                Assert.Equal(11 * 16 * 24 * 3, episode.Images.Length);
                Assert.Equal(11 * ActionSpace.StateDimensions, episode.States.Length);
                for (var i = 0; i < episode.Actions.Length; i++)
                    Assert.InRange(episode.Actions[i], Small.Actions.Low[i % 7], Small.Actions.High[i % 7]);
            }
    }

    [Fact]
    public void AnEpisodeDependsOnSeedAndNumberAlone()
    {
        var inOrder = EpisodeRecorder.Record(Small, RecordingMix.Clean, 12, 10, 4).ToArray();
        var recorder = new EpisodeRecorder(Small, RecordingMix.Clean, 10, 4);
        for (var e = 11; e >= 0; e--)
        {
            var again = recorder.Record((ulong)e);
            Assert.Equal(inOrder[e].Images, again.Images);
            Assert.Equal(inOrder[e].States, again.States);
            Assert.Equal(inOrder[e].Actions, again.Actions);
            Assert.Equal((inOrder[e].Policy, inOrder[e].Success), (again.Policy, again.Success));
        }
        Assert.NotEqual(inOrder[0].Images, new EpisodeRecorder(Small, RecordingMix.Clean, 10, 5).Record(0).Images);
    }

    [Theory]
    [InlineData("clean", 0.72, 0.88, 0.45, 0.68), InlineData("dithering", 0.30, 0.50, 0.20, 0.35)]
    public void TheMixesHitTheirSuccessRates(string name, double scriptLow, double scriptHigh, double allLow, double allHigh)
    {
        var mix = RecordingMix.Named(name);
        var episodes = EpisodeRecorder.Record(Small with { ImageWidth = 16 }, mix, 600, mix.Steps, 11).ToArray();
        Assert.InRange(Rate(episodes.Where(episode => episode.Policy == "script")), scriptLow, scriptHigh);
        Assert.InRange(Rate(episodes), allLow, allHigh);
        Assert.True(Rate(episodes.Where(episode => episode.Policy is "wander" or "random")) < 0.05);
        Assert.All(mix.Parts, part => Assert.InRange(episodes.Count(episode => episode.Policy == part.Policy) / 600.0, part.Share - 0.06, part.Share + 0.06));
    }

    [Fact]
    public void MoreNoiseMeansLessSuccess()
    {
        double RateAt(double noise, double epsilon) =>
            Rate(EpisodeRecorder.Record(Small, new("dial", 10, [new("script", 1, noise, epsilon)]), 150, 10, 2));
        double still = RateAt(0, 0), some = RateAt(0.15, 0.3), much = RateAt(0.15, 0.7);
        Assert.True(still > 0.95 && still > some + 0.1 && some > much + 0.1, $"{still} {some} {much}");
    }

    [Fact]
    public void WanderingCarriesTheCubeAbout()
    {
        var recorder = new EpisodeRecorder(Small, new("wander", 14, [new("wander", 1)]), 14, 3);
        var releases = 0;
        for (ulong e = 0; e < 20; e++)
        {
            var episode = recorder.Record(e);
            for (var t = 0; t < episode.Steps; t++)
                releases += episode.Actions[t * ActionSpace.Dimensions + ActionSpace.Open] > 0 ? 1 : 0;
        }
        Assert.True(releases >= 40, $"{releases} releases in 20 episodes");
    }

    [Fact]
    public void BadMixesAndLengthsAreRefused()
    {
        Assert.Throws<ActionableException>(() => new EpisodeRecorder(Small, RecordingMix.Clean, 0, 1));
        Assert.Throws<ActionableException>(() => new EpisodeRecorder(Small, new("none", 10, []), 10, 1));
        Assert.Throws<ActionableException>(() => new EpisodeRecorder(Small, new("nan", 10, [new("random", double.NaN)]), 10, 1));
        Assert.Contains("did you mean 'script'?", Assert.Throws<ActionableException>(() =>
            new EpisodeRecorder(Small, new("typo", 10, [new("scripted", 1)]), 10, 1)).Message);
    }

    private static double Rate(IEnumerable<Episode> episodes) => episodes.Average(episode => episode.Success ? 1.0 : 0);
}
