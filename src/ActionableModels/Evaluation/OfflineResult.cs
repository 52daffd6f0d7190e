using ActionableModels.Metrics;

namespace ActionableModels.Evaluation;

/// <summary>What a model makes of recorded steps.</summary>
/// <param name="Steps">Steps asked about, each with a goal: a later frame of its episode.</param>
/// <param name="Episodes">Different episodes among them.</param>
/// <param name="Q">How Q judges; null for cloned policies, which have none.</param>
/// <param name="Policy">How far the policy's actions are from the recorded ones.</param>
public sealed record OfflineResult(int Steps, int Episodes, OfflineQ? Q, PolicyDistance Policy);

/// <summary>How Q judges actions and goals.</summary>
/// <param name="UniformActions">Uniform actions that each recorded one is compared with.</param>
/// <param name="All">Recorded and uniform actions over all steps.</param>
/// <param name="ByDistance">The same by the number of steps to the goal; distances that no step has are left out.</param>
/// <param name="OtherActionQ">Mean Q of another episode's recorded action, for the same images; null with a single episode, as are the next two.</param>
/// <param name="AboveOtherAction">How often the recorded action has a higher Q than that; equal ones count half.</param>
/// <param name="OtherGoalQ">Mean Q of the recorded action for a frame of another episode as goal.</param>
/// <param name="NearnessCorrelation">Spearman's correlation of Q with −(steps to the goal); null where either never changes.</param>
public sealed record OfflineQ(int UniformActions, DistanceQ All, IReadOnlyList<DistanceQ> ByDistance, double? OtherActionQ, BootstrapMean? AboveOtherAction,
    double? OtherGoalQ, double? NearnessCorrelation);

/// <summary>Recorded against uniform actions at some distances from the goal.</summary>
/// <param name="From">Fewest steps to the goal.</param>
/// <param name="To">Most steps to the goal; null: any.</param>
/// <param name="Steps">Steps at these distances.</param>
/// <param name="RecordedQ">Mean Q of the recorded actions.</param>
/// <param name="UniformQ">Mean Q of the uniform ones.</param>
/// <param name="Auc">
/// How often a recorded action has a higher Q than a uniform one for the same images; equal ones count half. The interval is the bootstrap's
/// over episodes.
/// </param>
public sealed record DistanceQ(int From, int? To, int Steps, double RecordedQ, double UniformQ, BootstrapMean Auc);

/// <summary>How far a policy's actions are from the recorded ones.</summary>
/// <param name="Millimetres">Mean distance of the displacements.</param>
/// <param name="MedianMillimetres">Median of it.</param>
/// <param name="Azimuth">Mean difference of the azimuth changes, radians.</param>
/// <param name="EqualGripper">Share of steps at which close and open are both the recorded ones.</param>
public sealed record PolicyDistance(double Millimetres, double MedianMillimetres, double Azimuth, double EqualGripper);
