namespace ActionableModels.Control;

/// <summary>
/// The bytes of the goal image. The policy thread writes and reads them; others copy them at any time, trying again when a new goal comes meanwhile.
/// </summary>
internal sealed class KeptGoal(int bytes)
{
    private readonly byte[] image = new byte[bytes];
    // Odd while the image is written; even numbers are versions.
    private long state;

    /// <summary>Which goal this is; 0 where there is none.</summary>
    public long Version => Volatile.Read(ref state);

    /// <summary>The version that the next goal will have; for the policy thread.</summary>
    public long Next => state + 2;

    /// <summary>The image; for the policy thread.</summary>
    public ReadOnlySpan<byte> Image => image;

    /// <summary>Takes a new goal; for the policy thread.</summary>
    public void Set(ReadOnlySpan<byte> goal)
    {
        var version = state;
        state = version + 1;
        Interlocked.MemoryBarrier();
        goal.CopyTo(image);
        Volatile.Write(ref state, version + 2);
    }

    /// <summary>Has no goal any more; no other thread may know this yet.</summary>
    public void Forget() => state = 0;

    /// <summary>Copies the goal of one version and says which; 0 and no copy where there is none.</summary>
    public long Copy(Span<byte> goal)
    {
        var wait = new SpinWait();
        while (true)
        {
            var version = Version;
            if (version == 0) return 0;
            if ((version & 1) == 0)
            {
                image.CopyTo(goal);
                Interlocked.MemoryBarrier();
                if (Version == version) return version;
            }
            wait.SpinOnce();
        }
    }
}
