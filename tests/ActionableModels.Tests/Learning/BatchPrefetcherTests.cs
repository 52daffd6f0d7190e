using System.Collections.Concurrent;
using ActionableModels.Compute;
using ActionableModels.Learning;

namespace ActionableModels.Tests.Learning;

/// <summary>Batches that are assembled ahead on several threads.</summary>
public sealed class BatchPrefetcherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static Batch[] Slots(int count) => [.. Enumerable.Range(0, count).Select(_ => new Batch(4, 2, 2))];

    [Theory, InlineData(1, 2, 1), InlineData(1, 3, 4), InlineData(4, 2, 4), InlineData(3, 5, 2), InlineData(8, 16, 4)]
    public void Every_step_gets_its_own_batch_whole_and_in_order(int threads, int slots, int parts)
    {
        const int first = 7, last = 300;
        using var batches = new BatchPrefetcher(Slots(slots), first, last, threads, parts, (batch, step, part) =>
        {
            for (var row = 4 * part / parts; row < 4 * (part + 1) / parts; row++) batch.Actions[row] = step * 10 + row;
            if ((step + part) % 50 == 0) Thread.Sleep(1);
        }, (batch, step) => batch.NextActions[0] = batch.Actions[..4].Sum());
        for (var step = (long)first; step < last; step++)
        {
            var batch = batches.Take(step);
            Assert.Equal([step * 10f, step * 10 + 1, step * 10 + 2, step * 10 + 3], batch.Actions[..4]);
            Assert.Equal(step * 40 + 6, batch.NextActions[0]);
        }
    }

    [Fact]
    public void Several_threads_fill_parts_of_one_batch_at_once()
    {
        using var together = new Barrier(4);
        using var batches = new BatchPrefetcher(Slots(2), 0, 1, 4, 4,
            (_, _, _) => Assert.True(together.SignalAndWait(Patience), "four threads never met"), (_, _) => { });
        batches.Take(0);
    }

    [Fact]
    public void No_more_batches_are_filled_ahead_than_there_are()
    {
        const int slots = 3;
        var (furthest, taken) = (0L, 0L);
        using var batches = new BatchPrefetcher(Slots(slots), 0, 100, 4, 2, (_, step, _) =>
        {
            InterlockedMax(ref furthest, step);
            Assert.True(step < Volatile.Read(ref taken) + slots, $"step {step} was filled into the batch of step {Volatile.Read(ref taken)}");
        }, (_, _) => { });
        for (var step = 0L; step < 100; step++)
        {
            Volatile.Write(ref taken, step);
            batches.Take(step);
        }
        Assert.Equal(99, furthest);
    }

    [Fact]
    public async Task A_fault_reaches_the_thread_that_learns_and_ends_the_others()
    {
        var batches = new BatchPrefetcher(Slots(4), 0, 1000, 3, 4,
            (_, step, part) => { if (step == 5 && part == 2) throw new ActionableException("the file has changed"); }, (_, _) => { });
        var fault = Assert.Throws<ActionableException>(() =>
        {
            for (var step = 0L; step < 1000; step++) batches.Take(step);
        });
        Assert.Equal("the file has changed", fault.Message);
        Assert.Throws<ActionableException>(() => batches.Take(999));
        await Task.Run(batches.Dispose).WaitAsync(Patience);
    }

    [Theory, InlineData(1, 2, 1), InlineData(4, 16, 4), InlineData(8, 16, 4)]
    public void Batches_before_a_fault_are_served_and_of_several_faults_the_first_is_thrown(int threads, int slots, int parts)
    {
        for (var round = 0; round < 20; round++)
        {
            using var batches = new BatchPrefetcher(Slots(slots), 0, 100, threads, parts, (_, step, part) =>
            {
                // The later a fault lies, the sooner it is met.
                if (step == 12 && part == 0) Thread.Sleep(2);
                if (step >= 12) throw new ActionableException($"step {step}, part {part}");
            }, (_, _) => { });
            for (var step = 0L; step < 12; step++)
            {
                batches.Take(step);
                if (step == 0) Thread.Sleep(1);
            }
            Assert.Equal("step 12, part 0", Assert.Throws<ActionableException>(() => batches.Take(12)).Message);
            Assert.Equal("step 12, part 0", Assert.Throws<ActionableException>(() => batches.Take(13)).Message);
        }
    }

    [Fact]
    public void A_fault_at_the_end_of_a_batch_arrives_too()
    {
        using var batches = new BatchPrefetcher(Slots(2), 0, 10, 2, 2, (_, _, _) => { }, (_, step) => throw new ActionableException($"step {step}"));
        Assert.Equal("step 0", Assert.Throws<ActionableException>(() => batches.Take(0)).Message);
    }

    [Fact]
    public async Task Threads_that_wait_or_work_end_when_it_is_disposed()
    {
        var seen = new ConcurrentBag<long>();
        var batches = new BatchPrefetcher(Slots(2), 0, 1000, 3, 3, (_, step, _) => seen.Add(step), (_, _) => { });
        batches.Take(0);
        await Task.Run(batches.Dispose).WaitAsync(Patience);
        Assert.DoesNotContain(seen, step => step > 1);
    }

    private static void InterlockedMax(ref long place, long value)
    {
        for (var seen = Volatile.Read(ref place); value > seen; seen = Volatile.Read(ref place))
            if (Interlocked.CompareExchange(ref place, value, seen) == seen) return;
    }
}
