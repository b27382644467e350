using Autograd.Backends.Cpu;

namespace Autograd.Tests.Faults;

/// <summary>Work cut into chunks, which helping threads may take.</summary>
public class Jobs
{
    private sealed class Counting(int chunks, int failing) : Job
    {
        private int _running;

        public int Done;

        public bool IsRunning => Volatile.Read(ref _running) != 0;

        protected override int Chunks => chunks;

        protected override void Run(int chunk)
        {
            Interlocked.Increment(ref _running);
            try
            {
                Thread.SpinWait(200);
                if (chunk == failing)
                {
                    throw new InvalidOperationException($"chunk {chunk}");
                }
                Interlocked.Increment(ref Done);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }

    [Fact]
    public void Every_chunk_runs_once()
    {
        for (var i = 0; i < 2000; i++)
        {
            var job = new Counting(i % 9, -1);
            job.Run();
            Assert.Equal(i % 9, job.Done);
        }
    }

    [Fact]
    public void A_failure_reaches_the_caller_when_nobody_works_any_more()
    {
        for (var i = 0; i < 500; i++)
        {
            var job = new Counting(8, i % 8);
            Assert.Equal($"chunk {i % 8}", Assert.Throws<InvalidOperationException>(job.Run).Message);
            Assert.False(job.IsRunning);
        }
        var next = new Counting(8, -1);
        next.Run();
        Assert.Equal(8, next.Done);
    }

    [Fact]
    public void Threads_may_run_jobs_at_once_and_change_their_number()
    {
        var count = Workers.Count;
        try
        {
            Parallel.For(0, 8, thread =>
            {
                for (var i = 0; i < 300; i++)
                {
                    Workers.Count = 1 + ((thread + i) % 4);
                    var job = new Counting(7, -1);
                    job.Run();
                    Assert.Equal(7, job.Done);
                    Thread.Sleep(i % 50 == 0 ? 1 : 0);
                }
            });
        }
        finally
        {
            Workers.Count = count;
        }
    }
}
