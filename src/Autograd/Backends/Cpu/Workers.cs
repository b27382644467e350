using System.Runtime.ExceptionServices;

namespace Autograd.Backends.Cpu;

/// <summary>Work in independent chunks. How it is cut depends on its size alone, so results do not depend on the number of threads.</summary>
internal abstract class Job
{
    private const int Closed = -1;

    private int _next = -1;
    private int _helpers;
    private volatile Exception? _failure;

    protected abstract int Chunks { get; }

    protected abstract void Run(int chunk);

    /// <summary>Runs all chunks; idle workers help. The caller never waits for a worker that has not started, so a busy core costs nothing but its help.</summary>
    public void Run()
    {
        var isOffered = Chunks > 1 && Workers.Count > 1;
        if (isOffered)
        {
            Workers.Offer(this);
        }
        Take();
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _helpers, Closed, 0) != 0)
        {
            wait.SpinOnce(sleep1Threshold: -1); // a helper is finishing its last chunk
        }
        if (isOffered)
        {
            Workers.Withdraw(this);
        }
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    internal void Help()
    {
        int helpers;
        do
        {
            helpers = Volatile.Read(ref _helpers);
            if (helpers == Closed)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _helpers, helpers + 1, helpers) != helpers);
        Take();
        Interlocked.Decrement(ref _helpers);
    }

    // A failure belongs to the caller, whoever met it, and only once nobody works on the operands any more.
    private void Take()
    {
        try
        {
            for (int chunk; _failure is null && (chunk = Interlocked.Increment(ref _next)) < Chunks;)
            {
                Run(chunk);
            }
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }
}

/// <summary>
/// The threads that help with large work. They spin briefly for the next job, since waking a sleeping thread takes longer than many jobs, and then sleep.
/// </summary>
internal static class Workers
{
    /// <summary>More threads than this help nobody and cost memory each.</summary>
    public const int Most = 1024;

    private const int SpinsBeforeSleep = 2000;

    private static readonly Lock s_starting = new();
    private static readonly SemaphoreSlim s_wake = new(0);
    private static Job? s_job;
    private static int s_jobs;
    private static int s_sleeping;
    private static int s_started;

    /// <summary>Threads that work at a time, the calling one included.</summary>
    public static int Count { get; set; } = Math.Min(Environment.ProcessorCount, Most);

    public static void Offer(Job job)
    {
        if (s_started < Count - 1)
        {
            Start();
        }
        Volatile.Write(ref s_job, job);
        Interlocked.Increment(ref s_jobs);
        // Each sleeper is woken once, however many jobs come before it runs.
        if (Interlocked.Exchange(ref s_sleeping, 0) is var sleeping and > 0)
        {
            s_wake.Release(sleeping);
        }
    }

    /// <summary>The job is done; who comes late finds nothing, and what it held can go.</summary>
    public static void Withdraw(Job job) => Interlocked.CompareExchange(ref s_job, null, job);

    /// <summary>Takes back the wish to sleep; false if the call to wake up is already on its way.</summary>
    private static bool TryStayAwake()
    {
        for (var sleeping = Volatile.Read(ref s_sleeping); sleeping > 0;)
        {
            var found = Interlocked.CompareExchange(ref s_sleeping, sleeping - 1, sleeping);
            if (found == sleeping)
            {
                return true;
            }
            sleeping = found;
        }
        return false;
    }

    private static void Start()
    {
        lock (s_starting)
        {
            for (; s_started < Count - 1; s_started++)
            {
                var number = s_started;
                new Thread(() => Loop(number)) { IsBackground = true, Name = $"Autograd worker {number + 1}" }.Start();
            }
        }
    }

    private static void Loop(int number)
    {
        var seen = 0;
        while (true)
        {
            for (var spins = 0; Volatile.Read(ref s_jobs) == seen; spins++)
            {
                if (spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(8);
                    continue;
                }
                Interlocked.Increment(ref s_sleeping);
                if (Volatile.Read(ref s_jobs) == seen || !TryStayAwake())
                {
                    s_wake.Wait();
                }
                spins = 0;
            }
            seen = Volatile.Read(ref s_jobs);
            if (number < Count - 1)
            {
                Volatile.Read(ref s_job)?.Help();
            }
        }
    }
}
