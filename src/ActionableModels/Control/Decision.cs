using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActionableModels.Actions;

namespace ActionableModels.Control;

/// <summary>The numbers of one action; see <see cref="ActionSpace"/>.</summary>
[InlineArray(ActionSpace.Dimensions)]
public struct ActionValues
{
    private float first;
}

/// <summary>One decision of a <see cref="PolicyController"/>; laid out as actionable_decision in actionable.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Decision
{
    /// <summary>The action: finite and inside the box, whatever happened.</summary>
    public ActionValues Action;
    /// <summary>Probability of reaching the goal image; −1 where there is none: hold actions, cloned policies.</summary>
    public float Q;
    /// <summary>Number of this decision since the start or <see cref="PolicyController.Reset"/>.</summary>
    public ulong Index;
    /// <summary>When its image was taken, nanoseconds of <see cref="PolicyController.Now"/>; 0 if not known.</summary>
    public long CapturedNs;
    /// <summary>When deciding began.</summary>
    public long StartedNs;
    /// <summary>When deciding ended.</summary>
    public long FinishedNs;
    /// <summary>What was done to the action, and why.</summary>
    public Interventions Interventions;
    /// <summary>Actions that CEM evaluated.</summary>
    public int Samples;
    /// <summary>Which model decided: 0 the first, one more with each swap.</summary>
    public uint Model;
    /// <summary>What the call returned.</summary>
    public ControlStatus Status;
}
