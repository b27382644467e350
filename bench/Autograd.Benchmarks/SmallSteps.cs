using BenchmarkDotNet.Attributes;
using static Autograd.Tensor;

namespace Autograd.Benchmarks;

/// <summary>Whole training steps so small that the cost is overhead: forward, backward and update, as a user writes them.</summary>
[MemoryDiagnoser]
public class SmallSteps
{
    private readonly Tensor _x;
    private readonly Tensor _y;
    private readonly Variable _w1 = new(RandomNormal([4, 16], seed: 612));
    private readonly Variable _b1 = new(Zeros(16));
    private readonly Variable _w2 = new(RandomNormal([16, 3], seed: 613));
    private readonly Variable _b2 = new(Zeros(3));

    private readonly Tensor _xorX = new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } };
    private readonly Tensor _xorY = new float[,] { { 0 }, { 1 }, { 1 }, { 0 } };
    private readonly Variable _v1 = new(RandomNormal([2, 2], seed: 1));
    private readonly Variable _c1 = new(Zeros(2));
    private readonly Variable _v2 = new(RandomNormal([2, 1], seed: 2));
    private readonly Variable _c2 = new(Zeros(1));

    private readonly Variable _sixteen = new(Ones(16));
    private readonly Tensor _factor = Ones(16);

    /// <summary>Loads the flowers.</summary>
    public SmallSteps()
    {
        var iris = Datasets.Iris();
        _x = iris.TrainX - iris.TrainX.Mean(axis: 0);
        _y = OneHot(iris.TrainY, depth: 3);
    }

    /// <summary>4-16-3, 120 rows, softmax and cross-entropy written by hand, gradient descent.</summary>
    [Benchmark]
    public void IrisStep()
    {
        using var tape = new GradientTape();
        var hidden = Relu(Linear(_x, _w1, _b1));
        var prediction = Softmax(Linear(hidden, _w2, _b2));
        var loss = -(_y * Log(Clip(prediction, 1e-7f, 1f))).Sum(axis: 1).Mean();
        var gradients = tape.Gradient(loss, [_w1, _b1, _w2, _b2]);
        _w1.AssignSub(0.01f * gradients[0]!);
        _b1.AssignSub(0.01f * gradients[1]!);
        _w2.AssignSub(0.01f * gradients[2]!);
        _b2.AssignSub(0.01f * gradients[3]!);
    }

    /// <summary>2-2-1, 4 rows, sigmoid and mean squared error, gradient descent.</summary>
    [Benchmark]
    public void XorStep()
    {
        using var tape = new GradientTape();
        var hidden = Sigmoid(Linear(_xorX, _v1, _c1));
        var error = Sigmoid(Linear(hidden, _v2, _c2)) - _xorY;
        var gradients = tape.Gradient((error * error).Mean(), [_v1, _c1, _v2, _c2]);
        _v1.AssignSub(0.5f * gradients[0]!);
        _c1.AssignSub(0.5f * gradients[1]!);
        _v2.AssignSub(0.5f * gradients[2]!);
        _c2.AssignSub(0.5f * gradients[3]!);
    }

    /// <summary>100 products of 16 floats, recorded; divide by 100 for one.</summary>
    [Benchmark]
    public void Record100Products()
    {
        using var tape = new GradientTape();
        for (var i = 0; i < 100; i++)
        {
            _ = _sixteen * _factor;
        }
    }

    /// <summary>A chain of 100 products of 16 floats, recorded and differentiated; divide by 100 for one.</summary>
    [Benchmark]
    public void Chain100Products()
    {
        using var tape = new GradientTape();
        Tensor z = _sixteen;
        for (var i = 0; i < 100; i++)
        {
            z *= _factor;
        }
        tape.Gradient(z, _sixteen);
    }
}
