using System.Diagnostics;
using System.Globalization;

namespace Autograd.SideBySide;

/// <summary>What came out of one row.</summary>
/// <param name="Name">The work.</param>
/// <param name="Ours">Median time in microseconds, or megabytes; null: not there yet.</param>
/// <param name="Theirs">The same of the peer; null: no peer.</param>
/// <param name="Ratio">Median of the paired ratios, theirs over ours.</param>
/// <param name="Target">What was to be reached.</param>
/// <param name="Note">What the peer was.</param>
/// <param name="AgainstMachine">The peer is what the machine allows.</param>
internal sealed record Row(string Name, double? Ours, double? Theirs, double? Ratio, Target Target, string Note, bool AgainstMachine = false)
{
    public static Row FromPairs(string name, List<double> ours, List<double> theirs, Target target, string note, bool againstMachine = false) =>
        new(name, Median(ours), Median(theirs), Median([.. theirs.Zip(ours, (them, us) => them / us)]), target, note, againstMachine);

    public static double? Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}

/// <summary>Lets both sides do a work in turns, in short slices, so that a busy minute of the machine hits both.</summary>
internal sealed class Comparison(bool quick, IReadOnlyList<Peer> peers)
{
    private const int MinimumWarmup = 40, WarmupRounds = 6;

    private readonly double _sliceUs = quick ? 20_000 : 100_000;
    private readonly int _trials = quick ? 1 : 3;

    /// <summary>How many pairs a ratio is the median of.</summary>
    public int Pairs { get; } = quick ? 3 : 7;

    public IEnumerable<Row> Run(Work work)
    {
        var action = work.Ours?.Invoke();
        var calls = action is null ? 0 : Warm(action);
        var finalists = Finalists(work.PeerName);
        List<double> ours = [], limit = [];
        for (var pair = 0; pair < Pairs; pair++)
        {
            if (action is not null)
            {
                ours.Add(Slice(action, calls) / work.PerCall);
                Rest();
            }
            foreach (var finalist in finalists)
            {
                finalist.Times.Add(finalist.Peer.Run(work.PeerName, finalist.Variant, Calls(finalist.Us))!.Value / work.PeerPerCall);
            }
            if (work.Limit is not null && action is not null)
            {
                limit.Add(work.Limit.Time(_sliceUs / 2));
                Rest();
            }
        }
        foreach (var each in peers)
        {
            each.Free(work.PeerName);
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var best = finalists.MinBy(finalist => Row.Median(finalist.Times));
        var note = best is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{best.Variant}, {best.Peer.Threads} thread{(best.Peer.Threads > 1 ? "s" : "")}");
        var row = Row.FromPairs(work.Name, ours, best?.Times ?? [], work.Target, note);
        if (limit.Count == 0)
        {
            yield return row;
            yield break;
        }
        var share = Row.FromPairs($"{work.Name}:{work.Limit!.Name}", ours, limit, new(work.Limit.Target), "the machine", againstMachine: true);
        yield return row with { Note = string.Create(CultureInfo.InvariantCulture, $"{note}{(best is null ? "" : "; ")}ours at {share.Ratio:F2} of {work.Limit.Name}") };
        if (work.Limit.Target is not null)
        {
            yield return share;
        }
    }

    // The compiler works in tiers: it begins to count calls only when nothing new was compiled for 100 ms, and goes through two tiers after that.
    private int Warm(Action action)
    {
        var us = 0.0;
        for (var round = 0; round < WarmupRounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var calls = 0;
            do
            {
                action();
                calls++;
                us = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
            while (us < _sliceUs / 2 || (calls < MinimumWarmup && us < 4 * _sliceUs));
            us /= calls;
            Thread.Sleep(120);
        }
        return Calls(us);
    }

    // Every spelling with every number of threads. The fastest spelling of each number comes through: on a busy machine several threads
    // may win one slice and lose the next.
    private Candidate[] Finalists(string name)
    {
        Candidate[] candidates = [.. peers.SelectMany(peer => peer.Variants(name).Select(variant => new Candidate(peer, variant)))];
        foreach (var candidate in candidates)
        {
            // Twice for warm-up; the second also says how many calls make a slice.
            var first = candidate.Peer.Run(name, candidate.Variant, 1) ?? 0;
            candidate.Us = first > 0 ? candidate.Peer.Run(name, candidate.Variant, Calls(10 * first)) ?? 0 : 0;
        }
        candidates = [.. candidates.Where(candidate => candidate.Us > 0)];
        for (var trial = 0; trial < _trials; trial++)
        {
            foreach (var candidate in candidates)
            {
                var us = candidate.Peer.Run(name, candidate.Variant, Calls(2 * candidate.Us))!.Value;
                candidate.Us = trial == 0 ? us : Math.Min(us, candidate.Us);
            }
        }
        return [.. candidates.GroupBy(candidate => candidate.Peer).Select(group => group.MinBy(candidate => candidate.Us)!)];
    }

    private int Calls(double us) => (int)Math.Clamp(_sliceUs / us, 1, 1_000_000);

    private static double Slice(Action action, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
        {
            action();
        }
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    // Our idle threads spin for less than this.
    private static void Rest() => Thread.Sleep(5);

    private sealed class Candidate(Peer peer, string variant)
    {
        public Peer Peer { get; } = peer;

        public string Variant { get; } = variant;

        public double Us { get; set; }

        public List<double> Times { get; } = [];
    }
}
