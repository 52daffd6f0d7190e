using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>A whole training step on a small dataset of random images.</summary>
internal sealed class TrainingWork : Workload
{
    private const ulong Seed = 1;
    private const int Episodes = 8, Steps = 4;
    private readonly TrainingSettings settings;
    private readonly RandomDataset dataset;
    private readonly Trainer trainer;

    public TrainingWork(Device device, NetworkSpec spec, TrainingSettings settings) : base(device)
    {
        this.settings = (settings with { Steps = 1L << 40 }).Checked(spec.Name);
        dataset = new RandomDataset(spec.ImageHeight, spec.ImageWidth, Episodes, Steps);
        try
        {
            trainer = new Trainer(device, dataset.Store, RandomNetwork.Checkpoint(device, spec, this.settings, Seed));
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    public override double Amount => settings.Batch;
    public override string RateUnit => "examples/s";

    public override void Run() => trainer.Advance();

    /// <summary>Only the settings: a whole step draws random numbers throughout, so that no other library can repeat it.</summary>
    public override void Describe(ExchangeFile file) => file.Note("settings", settings.ToJson());

    public override void Dispose()
    {
        trainer.Dispose();
        dataset.Dispose();
        base.Dispose();
    }
}
