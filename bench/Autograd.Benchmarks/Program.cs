using System.Diagnostics;
using Autograd.Benchmarks;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Autograd.Benchmarks                 BenchmarkDotNet, minutes
// dotnet run -c Release --project bench/Autograd.Benchmarks -- --quick      best of many short runs, seconds
if (args is ["--quick"])
{
    SmallStepsInTurn();
    Console.WriteLine("\nthe same without the small first generation of src/Autograd/build/Autograd.props (DOTNET_GCGen0MaxBudget=0):");
    var again = new ProcessStartInfo(Environment.ProcessPath!, ["--quick", "once"]) { Environment = { ["DOTNET_GCGen0MaxBudget"] = "0" } };
    Process.Start(again)!.WaitForExit();
    return;
}
if (args is ["--quick", "once"])
{
    SmallStepsInTurn();
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(SmallSteps).Assembly).Run(args);

static void SmallStepsInTurn()
{
    var steps = new SmallSteps();
    Console.WriteLine("name                      us      bytes   (best of 40 runs; bytes allocated per call)");
    Quick("iris step", steps.IrisStep, 1);
    Quick("xor step", steps.XorStep, 1);
    Quick("product recorded", steps.Record100Products, 100);
    Quick("product and gradient", steps.Chain100Products, 100);
}

static void Quick(string name, Action action, int calls)
{
    const int Runs = 40, Inner = 500;
    // Let the tiered compiler finish.
    for (var i = 0; i < 6; i++)
    {
        for (var k = 0; k < 2000 / calls + 50; k++)
        {
            action();
        }
        Thread.Sleep(60);
    }
    var before = GC.GetAllocatedBytesForCurrentThread();
    for (var k = 0; k < Inner; k++)
    {
        action();
    }
    var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Inner / calls;
    var best = double.MaxValue;
    for (var run = 0; run < Runs; run++)
    {
        var start = Stopwatch.GetTimestamp();
        for (var k = 0; k < Inner; k++)
        {
            action();
        }
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Inner / calls);
    }
    Console.WriteLine(FormattableString.Invariant($"{name,-22}{best,8:F3}{bytes,9}"));
}
