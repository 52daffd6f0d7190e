using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Environments;
using ActionableModels.Evaluation;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Evaluation;

/// <summary>The evaluator on a world whose every answer follows from its seed and the actions.</summary>
public sealed class EvaluatorTests
{
    /// <summary>
    /// Succeeds at the step after the first positive x when the seed is even; holds an object at step 2 and drops it at step 3. The image
    /// shows seed and step.
    /// </summary>
    private sealed class World : IGoalEnvironment
    {
        private readonly byte[] image = new byte[3], goal = new byte[3];
        private readonly float[] state = new float[ActionSpace.StateDimensions];
        private int step;
        private ulong seed;

        public List<ulong> Seeds { get; } = [];
        public List<float> Moves { get; } = [];
        public string Task => "stub";
        public ActionSpace Actions => ActionSpace.QtOpt;
        public int ImageHeight => 1;
        public int ImageWidth => 1;
        public int MaxSteps => 5;
        public ReadOnlySpan<byte> GoalImage => goal;

        public Observation Reset(ulong seed)
        {
            (this.seed, step) = (seed, 0);
            Seeds.Add(seed);
            goal[0] = (byte)(seed >> 8);
            return Observe();
        }

        public StepResult Step(ReadOnlySpan<float> action)
        {
            step++;
            Moves.Add(action[0]);
            var success = action[0] > 0 && seed % 2 == 0;
            return new StepResult(Observe(), success ? 1 : 0, success, step == MaxSteps, new StepInfo(success, step == 2));
        }

        private Observation Observe()
        {
            (image[0], image[1], image[2]) = ((byte)(seed >> 8), (byte)seed, (byte)step);
            return new Observation(image, state);
        }
    }

    private sealed class Forward : IPolicy
    {
        public List<RandomKey> Keys { get; } = [];

        public float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key,
            Span<float> action)
        {
            Assert.Equal(currentImage[0], goalImage[0]);
            Keys.Add(key);
            action.Clear();
            // Moves forward from the third step on.
            action[0] = currentImage[2] >= 2 ? 0.1f : 0;
            return 0;
        }
    }

    [Fact]
    public void Episodes_are_counted_as_they_went()
    {
        var world = new World();
        var done = new List<int>();
        var result = Evaluator.Run(new Forward(), world, 40, 7, 0, done.Add);
        Assert.Equal(Enumerable.Range(1, 40), done);
        Assert.Equal(40, result.Episodes);
        var even = world.Seeds.Count(seed => seed % 2 == 0);
        Assert.InRange(even, 5, 35);
        Assert.Equal(even, result.Successes);
        Assert.Equal(even / 40.0, result.SuccessRate);
        Assert.Equal(1, result.GraspRate);
        Assert.Equal((even, 40), (result.Interval.Successes, result.Interval.Trials));
        Assert.All(result.Outcomes, (outcome, e) =>
        {
            Assert.Equal(world.Seeds[e], outcome.Seed);
            Assert.Equal(outcome.Seed % 2 == 0, outcome.Success);
            Assert.Equal(outcome.Success ? 3 : world.MaxSteps, outcome.Steps);
            Assert.True(outcome.Goal is null && outcome.Frames is null);
        });
    }

    [Fact]
    public void Policies_are_compared_on_equal_goals_and_seeds_are_distinct()
    {
        World first = new(), second = new(), third = new();
        Evaluator.Run(new Forward(), first, 30, 7);
        Evaluator.Run(new UniformPolicy(ActionSpace.QtOpt), second, 30, 7);
        Evaluator.Run(new Forward(), third, 30, 8);
        Assert.Equal(first.Seeds, second.Seeds);
        Assert.NotEqual(first.Moves, second.Moves);
        Assert.Equal(60, first.Seeds.Concat(third.Seeds).Distinct().Count());
    }

    [Fact]
    public void Every_decision_has_a_key_of_its_own_and_a_second_run_has_the_same()
    {
        Forward first = new(), second = new();
        Evaluator.Run(first, new World(), 20, 7);
        Evaluator.Run(second, new World(), 20, 7);
        Assert.Equal(first.Keys, second.Keys);
        Assert.Equal(first.Keys.Count, first.Keys.Distinct().Count());
        Assert.All(first.Keys, key => Assert.Equal((7UL, Streams.Policy), (key.Seed, key.Stream)));
    }

    [Fact]
    public void The_first_episodes_keep_their_images()
    {
        var result = Evaluator.Run(new Forward(), new World(), 6, 7, keepFrames: 4);
        for (var e = 0; e < 6; e++)
        {
            var outcome = result.Outcomes[e];
            if (e >= 4)
            {
                Assert.True(outcome.Goal is null && outcome.Frames is null);
                continue;
            }
            Assert.Equal((byte)(outcome.Seed >> 8), outcome.Goal![0]);
            Assert.Equal(outcome.Steps + 1, outcome.Frames!.Count);
            Assert.All(outcome.Frames, (frame, t) => Assert.Equal([(byte)(outcome.Seed >> 8), (byte)outcome.Seed, (byte)t], frame));
        }
    }

    [Fact]
    public void No_episodes_are_no_success()
    {
        var result = Evaluator.Run(new Forward(), new World(), 0, 7);
        Assert.Equal((0, 0.0, 0.0), (result.Episodes, result.SuccessRate, result.GraspRate));
    }
}
