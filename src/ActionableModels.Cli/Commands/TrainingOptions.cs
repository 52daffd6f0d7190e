using System.CommandLine;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Commands;

/// <summary>Every property of <see cref="TrainingSettings"/> as an option; the method's choices hold unless an option says otherwise.</summary>
internal sealed class TrainingOptions
{
    private static readonly TrainingSettings Defaults = new();
    private readonly List<(Option Option, Func<Invocation, TrainingSettings, TrainingSettings> Set)> settings = [];
    private readonly Option<string> method = CommonOptions.New("--method",
        $"the paper's method, a baseline or an ablation: {string.Join(", ", TrainingMethods.Names)}", Defaults.Method);

    public TrainingOptions()
    {
        Add("preset", $"network: {string.Join(", ", NetworkPresets.Names)}", s => s.Preset, (s, v) => s with { Preset = v });
        Add("steps", "gradient steps in all", s => s.Steps, (s, v) => s with { Steps = v });
        Add("batch", "transitions per step", s => s.Batch, (s, v) => s with { Batch = v });
        Add("discount", "discount γ", s => s.Discount, (s, v) => s with { Discount = v });
        Add("learning-rate", "learning rate", s => s.LearningRate, (s, v) => s with { LearningRate = v });
        Add("final-rate-share", "the learning rate falls linearly to this share of itself", s => s.FinalRateShare,
            (s, v) => s with { FinalRateShare = v });
        AddChoice<OptimizerKind>("optimizer", "gradient descent rule", s => s.Optimizer, (s, v) => s with { Optimizer = v });
        Add("l2", "L2 on convolution and dense weights", s => s.L2, (s, v) => s with { L2 = v });
        Add("average-rate", "rate of the moving average of the parameters", s => s.AverageRate, (s, v) => s with { AverageRate = v });
        Add("target-networks", "target networks: 1 (the average) or 2 (also the average of some steps ago)", s => s.TargetNetworks,
            (s, v) => s with { TargetNetworks = v });
        Add("lag-steps", "steps between copies to the second target network", s => s.LagSteps, (s, v) => s with { LagSteps = v });
        AddChoice<Objective>("objective", "what the network learns", s => s.Objective, (s, v) => s with { Objective = v });
        Add("random-goal-share", "share of rows whose goal is random", s => s.RandomGoalShare, (s, v) => s with { RandomGoalShare = v });
        Add("goal-sampler", $"how random goals are chosen: {string.Join(", ", GoalSamplers.Names)}", s => s.GoalSampler,
            (s, v) => s with { GoalSampler = v });
        AddChoice<RandomGoalLabel>("random-goal-label", "label of the transition into the cut under a random goal", s => s.RandomGoalLabel,
            (s, v) => s with { RandomGoalLabel = v });
        Add("monte-carlo-bound", "targets are at least γ^(steps to the goal) within an episode", s => s.MonteCarloBound,
            (s, v) => s with { MonteCarloBound = v });
        AddChoice<NegativeSampling>("negatives", "how negative actions are drawn", s => s.Negatives, (s, v) => s with { Negatives = v });
        Add("negative-candidates", "uniform candidates per row", s => s.NegativeCandidates, (s, v) => s with { NegativeCandidates = v });
        Add("negative-draws", "negatives per row", s => s.NegativeDraws, (s, v) => s with { NegativeDraws = v });
        Add("negative-weight", "weight of the negative loss", s => s.NegativeWeight, (s, v) => s with { NegativeWeight = v });
        Add("exclusion-distance", "least distance of a negative from the recorded action, in half-ranges", s => s.ExclusionDistance,
            (s, v) => s with { ExclusionDistance = v });
        Add("temperature", "temperature of exp(Q/temperature)", s => s.Temperature, (s, v) => s with { Temperature = v });
        AddChoice<TargetMaximum>("target-maximum", "over which actions the target's maximum is taken", s => s.TargetMaximum,
            (s, v) => s with { TargetMaximum = v });
        Add("target-samples", "uniform samples of --target-maximum samples", s => s.TargetSamples, (s, v) => s with { TargetSamples = v });
        Add("cem-iterations", "iterations of the cross-entropy method", s => s.CemIterations, (s, v) => s with { CemIterations = v });
        Add("cem-samples", "samples per iteration", s => s.CemSamples, (s, v) => s with { CemSamples = v });
        Add("cem-elites", "samples that the next iteration is fitted to", s => s.CemElites, (s, v) => s with { CemElites = v });
        AddOverride<GoalMerge>("goal-merge", "how current and goal image meet", (s, v) => s with { GoalMerge = v });
        AddOverride<Normalisation>("normalisation", "normalisation after every layer", (s, v) => s with { Normalisation = v });
        Add("random-crop", "random crops where the camera is larger than the network's input", s => s.RandomCrop,
            (s, v) => s with { RandomCrop = v });
        Add("photometric-distortion", "photometric distortion of both images", s => s.PhotometricDistortion,
            (s, v) => s with { PhotometricDistortion = v });
        settings.Add((CommonOptions.Seed, (call, s) => s with { Seed = call.Seed }));
    }

    /// <summary>The options, those that the method sets included.</summary>
    public IEnumerable<Option> All => [method, .. settings.Select(s => s.Option)];

    /// <summary>Some of the options by their names.</summary>
    public IEnumerable<Option> Named(params IReadOnlyList<string> names) => All.Where(option => names.Contains(option.Name));

    /// <summary>The settings of a new run.</summary>
    /// <exception cref="ActionableException">A name is unknown or a value is out of range.</exception>
    public TrainingSettings Read(Invocation call) => settings.Where(s => call.IsGiven(s.Option))
        .Aggregate(TrainingMethods.Apply(Defaults, call.Get(method)), (read, setting) => setting.Set(call, read)).Checked("train");

    /// <summary>Checks that no option asks for other settings than a run has.</summary>
    /// <exception cref="ActionableException">One does; the message names it.</exception>
    public void RequireUnchanged(Invocation call, TrainingSettings run, string where)
    {
        if (call.IsGiven(method) && call.Get(method) != run.Method) throw Changed(method, where);
        foreach (var (option, set) in settings)
            if (call.IsGiven(option) && set(call, run) != run) throw Changed(option, where);
    }

    private static ActionableException Changed(Option option, string where) =>
        new($"{where}: the run there was started with another {option.Name}; leave the option out to resume it, "
            + "or start a new run in another folder");

    private void Add<T>(string name, string help, Func<TrainingSettings, T> get, Func<TrainingSettings, T, TrainingSettings> set)
    {
        // The help leaves out a default of false.
        if (get(Defaults) is false) help += " [default: false]";
        var option = CommonOptions.New($"--{name}", help, get(Defaults), typeof(T) == typeof(bool) ? "true|false" : null);
        option.Arity = ArgumentArity.ExactlyOne;
        settings.Add((option, (call, s) => set(s, call.Get(option))));
    }

    private void AddChoice<T>(string name, string help, Func<TrainingSettings, T> get, Func<TrainingSettings, T, TrainingSettings> set)
        where T : struct, Enum
    {
        var option = Choice.Option<T>($"--{name}", help, get(Defaults));
        settings.Add((option, (call, s) => set(s, Choice.Parse<T>(call.Get(option)))));
    }

    private void AddOverride<T>(string name, string help, Func<TrainingSettings, T, TrainingSettings> set) where T : struct, Enum
    {
        var option = Choice.Option<T>($"--{name}", $"{help}; the preset's if left out", null);
        settings.Add((option, (call, s) => set(s, Choice.Parse<T>(call.Get(option)))));
    }
}
