using System.Diagnostics;

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

    private static double? Median(List<double> values)
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
    private const int MinimumWarmup = 40, WarmupRounds = 3;

    private readonly double _sliceUs = quick ? 30_000 : 100_000;
    private readonly int _trials = quick ? 2 : 3;

    /// <summary>How many pairs a ratio is the median of.</summary>
    public int Pairs { get; } = quick ? 3 : 7;

    public IEnumerable<Row> Run(Work work)
    {
        var action = work.Ours?.Invoke();
        var calls = action is null ? 0 : Warm(action);
        var best = Fastest(work.Name);
        List<double> ours = [], theirs = [], limit = [];
        for (var pair = 0; pair < Pairs; pair++)
        {
            if (action is not null)
            {
                ours.Add(Slice(action, calls) / work.PerCall);
                Rest();
            }
            if (best is var (peer, variant, count) && peer.Run(work.Name, variant, count) is { } us)
            {
                theirs.Add(us);
            }
            if (work.Limit is not null && action is not null)
            {
                limit.Add(work.Limit.Time(_sliceUs / 2));
                Rest();
            }
        }
        foreach (var each in peers)
        {
            each.Free(work.Name);
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var note = best is var (winner, spelling, _) ? FormattableString.Invariant($"{spelling}, {winner.Threads} thread{(winner.Threads > 1 ? "s" : "")}") : "";
        var row = Row.FromPairs(work.Name, ours, theirs, work.Target, note);
        if (limit.Count == 0)
        {
            yield return row;
            yield break;
        }
        var share = Row.FromPairs($"{work.Name}:{work.Limit!.Name}", ours, limit, new(work.Limit.Target), "the machine", againstMachine: true);
        yield return row with { Note = FormattableString.Invariant($"{share.Ratio:P0} of {work.Limit.Name}; {note}") };
        if (work.Limit.Target is not null)
        {
            yield return share;
        }
    }

    // The compiler works in tiers: methods count their calls, and pauses let it catch up.
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
            while (us < _sliceUs || (calls < MinimumWarmup && us < 4 * _sliceUs));
            us /= calls;
            Thread.Sleep(120);
        }
        return Calls(us);
    }

    // Every spelling with every number of threads; the fastest becomes the peer.
    private (Peer Peer, string Variant, int Calls)? Fastest(string name)
    {
        var candidates = peers.SelectMany(peer => peer.Variants(name).Select(variant => (Peer: peer, Variant: variant, Us: double.MaxValue))).ToArray();
        for (var trial = 0; trial < _trials + 1; trial++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var (peer, variant, us) = candidates[i];
                // The first trial is warm-up, and says how many calls make a slice.
                var calls = us == double.MaxValue ? 2 : Calls(2 * us);
                if (trial == 0 ? peer.Run(name, variant, 2) is not null : us > 0)
                {
                    var measured = peer.Run(name, variant, calls) ?? 0;
                    candidates[i].Us = trial == 0 ? measured : Math.Min(us, measured);
                }
                else
                {
                    candidates[i].Us = 0;
                }
            }
        }
        var working = candidates.Where(candidate => candidate.Us > 0).ToArray();
        if (working.Length == 0)
        {
            return null;
        }
        var fastest = working.MinBy(candidate => candidate.Us);
        return (fastest.Peer, fastest.Variant, Calls(fastest.Us));
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
}
