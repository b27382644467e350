using System.Diagnostics;
using static Autograd.Tensor;

namespace Autograd.Soak;

/// <summary>What one process does until it is killed: trains, saves, loads, replaces the model that other threads predict with, and checks all of it. It ends by itself only when something is wrong.</summary>
internal static class Work
{
    private const int Clients = 3;

    private static Model s_served = null!;
    private static string? s_failure;

    public static int Forever(string folder)
    {
        var path = Path.Combine(folder, "model.safetensors");
        var (x, y) = Datasets.Digits();
        (x, y) = (x[..1000], y[..1000]);
        // Killed while it saved, a process leaves the old file or the new one, and both can be read.
        var isResumed = File.Exists(path);
        var model = isResumed ? Model.Load(path, resume: true) : Fresh();
        if (!isResumed)
        {
            model.Save(path);
        }
        Publish(path, model, x);
        for (var i = 0; i < Clients; i++)
        {
            var first = i * 100;
            new Thread(() => Guarded(() => Ask(x[first..(first + 100)]))) { IsBackground = true }.Start();
        }
        Guarded(() =>
        {
            for (var round = 1; s_failure is null; round++)
            {
                var history = model.Fit(x, y, batchSize: 64, verbose: 0);
                Require(double.IsFinite(history["loss"][^1]), "the loss is no number");
                Tapes(x);
                model.Save(path);
                Publish(path, model, x);
                Console.WriteLine($"{round} {Process.GetCurrentProcess().WorkingSet64}");
            }
        });
        Console.WriteLine($"failed: {s_failure}");
        return 1;
    }

    private static Sequential Fresh()
    {
        var model = new Sequential([new Dense(64, "relu", inputShape: [400]), new BatchNormalization(), new Dropout(0.2), new Dense(10)]);
        model.Compile("adam", new SparseCategoricalCrossentropy(fromLogits: true), ["accuracy"]);
        return model;
    }

    private static void Publish(string path, Model trained, Tensor x)
    {
        var loaded = Model.Load(path);
        Require(Same(loaded.Predict(x), trained.Predict(x)), "a loaded model predicts something else than the saved one");
        Volatile.Write(ref s_served, loaded);
    }

    private static void Ask(Tensor x)
    {
        while (s_failure is null)
        {
            var model = Volatile.Read(ref s_served);
            Require(Same(model.Predict(x), model.Predict(x)), "one model predicted two things for the same rows");
        }
    }

    // Tapes as careless programs use them: dropped, nested, and with help from another thread.
    private static void Tapes(Tensor x)
    {
        var w = new Variable(RandomNormal([400, 100], seed: 1));
        for (var i = 0; i < 20; i++)
        {
            _ = new GradientTape(persistent: true).Gradient(MatMul(x, w).Sum(), w);
            _ = new GradientTape();
            _ = MatMul(x, w);
            using var outer = new GradientTape();
            using var inner = new GradientTape();
            var slope = inner.Gradient((w * w).Sum(), w)!;
            Require(Same(outer.Gradient(slope.Sum(), w)!, Full([400, 100], 2)), "a second derivative is wrong");
        }
        using var tape = new GradientTape();
        Tensor? there = null;
        var helper = new Thread(() => there = w * 2);
        helper.Start();
        helper.Join();
        try
        {
            tape.Gradient((there! + w).Sum(), w);
            Require(false, "a part of a gradient was given");
        }
        catch (TapeException)
        {
        }
    }

    private static bool Same(Tensor a, Tensor b) => a.ToArray<float>().AsSpan().SequenceEqual(b.ToArray<float>());

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            s_failure ??= otherwise;
        }
    }

    private static void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            s_failure ??= exception.ToString().ReplaceLineEndings(" | ");
        }
    }
}
