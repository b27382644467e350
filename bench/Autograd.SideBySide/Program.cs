using System.Globalization;
using System.Runtime.InteropServices;
using Autograd.SideBySide;

// bench/side-by-side.sh [--quick] [--only NAME] [--tsv FILE]; see bench/README.md.
if (args is ["--child", var work])
{
    return Processes.Child(work);
}
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return Run(args);

static int Run(string[] args)
{
    var quick = false;
    string? tsv = null;
    List<string> only = [];
    for (var i = 0; i < args.Length; i++)
    {
        switch (args[i])
        {
            case "--quick":
                quick = true;
                break;
            case "--only" when i + 1 < args.Length:
                only.Add(args[++i]);
                break;
            case "--tsv" when i + 1 < args.Length:
                tsv = args[++i];
                break;
            default:
                Console.Error.WriteLine("usage: side-by-side.sh [--quick] [--only NAME]... [--tsv FILE]    (NAME may be the beginning of a name)");
                return 2;
        }
    }
    bool Chosen(string name) => only.Count == 0 || only.Exists(start => name.StartsWith(start, StringComparison.Ordinal));

    // With one thread and with all, since small works lose by sharing.
    int[] threads = Environment.ProcessorCount > 1 ? [1, Environment.ProcessorCount] : [1];
    List<Peer> peers = [.. threads.Select(Peer.Start).OfType<Peer>()];
    try
    {
        var hasTorch = peers.Exists(peer => peer.HasTorch);
        var comparison = new Comparison(quick, peers);
        var report = new Report(hasTorch ? "" : "no python3-torch here");
        Console.WriteLine($"ours: {RuntimeInformation.FrameworkDescription}, threads: {Environment.ProcessorCount}");
        foreach (var peer in peers)
        {
            Console.WriteLine($"peer: {peer.Description}");
        }
        if (Peer.OpenMpBlas is null)
        {
            Console.WriteLine("peer: no OpenMP build of OpenBLAS here (libopenblas0-openmp); several threads are slower than they could be");
        }
        var (one, all) = (1e-3 / Machine.FmaTime(1, 1, 100_000), 1e-3 / Machine.FmaTime(1, Environment.ProcessorCount, 100_000));
        Console.WriteLine($"fused multiply-adds: {one:F0} GFLOP/s on one core, {all:F0} on all");
        if (!quick)
        {
            Machine.TriadTime();
            Console.WriteLine($"triad: {(3.0 * sizeof(float) * (1 << 26)) / 1e3 / Machine.TriadTime():F1} GB/s");
        }
        Console.WriteLine($"median of {comparison.Pairs} pairs; ratio: peer / ours, more than 1 is faster than the peer");
        Console.WriteLine();
        Report.Header();
        foreach (var each in Work.All.Where(each => Chosen(each.Name) && !(quick && each.Large)))
        {
            foreach (var row in comparison.Run(each))
            {
                report.Add(row);
            }
        }
        Machine.Release();
        if (Chosen(Processes.ColdStart))
        {
            report.Add(Processes.RunColdStart(comparison.Pairs, hasTorch));
        }
        if (Chosen(Processes.PeakMemory))
        {
            report.Add(Processes.RunPeakMemory(comparison.Pairs, hasTorch));
        }
        report.Summary();
        if (tsv is not null)
        {
            report.Save(tsv);
        }
        return 0;
    }
    finally
    {
        peers.ForEach(peer => peer.Dispose());
    }
}
