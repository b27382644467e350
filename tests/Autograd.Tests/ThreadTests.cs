using System.Runtime.InteropServices;
using static Autograd.Tensor;

namespace Autograd.Tests;

/// <summary>Large work is cut by its size alone, so the number of threads must not change a bit.</summary>
public class ThreadTests
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Calls = new()
    {
        ["Map"] = t => Exp(t[0]),
        ["Map of doubles"] = t => Tanh(t[2]),
        ["Zip"] = t => t[0] * t[1],
        ["Zip with a number"] = t => t[0] - 3,
        ["Zip with a bias"] = t => t[0] + t[1][0],
        ["Zip strided"] = t => t[0].T + t[1].T,
        ["Pullback"] = t => Slope(x => Sigmoid(x), t[0]),
        ["Sum of all"] = t => t[0].Sum(),
        ["Sum of a long row"] = t => t[3].Sum(),
        ["Max of a long row"] = t => t[3].Max(),
        ["Sum of rows"] = t => t[0].Sum(axis: 1),
        ["Sum of columns"] = t => t[0].Sum(axis: 0),
        ["Sum of a few long columns"] = t => t[3][..1_500_000].Reshape(-1, 6).Sum(axis: 0),
        ["Max of many short columns"] = t => t[3][..1_500_000].Reshape(3, -1).Max(axis: 0),
        ["Sum in the middle"] = t => t[0].Reshape(40, 20, 640).Sum(axis: 1),
        ["Mean gradient"] = t => Slope(x => Square(x).Mean(axis: 0), t[0]),
        ["Softmax"] = t => Softmax(t[0]),
        ["LogSoftmax"] = t => LogSoftmax(t[2]),
        ["Softmax of narrow rows"] = t => Softmax(t[0].Reshape(-1, 10)),
        ["Softmax gradient"] = t => Slope(x => Square(Softmax(x)), t[0]),
        ["MatMul in place"] = t => MatMul(t[0][..96, ..128], t[1][..128, ..160]),
        ["MatMul"] = t => MatMul(t[0], t[1], transposeY: true),
        ["MatMul transposed"] = t => MatMul(t[0], t[1], transposeX: true),
        ["MatMul to narrow rows"] = t => MatMul(t[0], t[1][..640, ..25]),
        ["MatMul of doubles"] = t => MatMul(t[2], t[2], transposeY: true),
        ["MatMul in batches"] = t => MatMul(t[0].Reshape(5, 160, 640), t[1].Reshape(5, 640, 160)),
        ["Lstm"] = t => Lstm(Sequences(t), t[1][..40, ..256], t[1][..64, ..256]).Outputs,
        ["Lstm gradient of the state"] = t => Slope(h => Lstm(Sequences(t), t[1][..40, ..256], t[1][..64, ..256] / 8, initialHidden: h).Outputs, t[0][..50, ..64]),
        ["Gru gradient of the kernel"] = t => Slope(u => Gru(Sequences(t), t[1][..40, ..192], u / 8).Outputs, t[1][..64, ..192]),
        ["LayerNorm gradient of the gain"] = t => Slope(gain => LayerNorm(t[0], gain), t[1][0]),
        ["Greater"] = t => t[0] > t[1],
        ["Less than one value"] = t => t[3] < 0.25,
        ["Where"] = t => Where(t[0] > 0, t[1], t[0]),
        ["Where of one value"] = t => Where(t[2] > 0, t[2], 0),
        ["Maximum gradient"] = t => Slope(x => Maximum(x, t[1]), t[0]),
        ["Gradient of a sum"] = t => Slope(x => Tanh(x), t[0]),
        ["BatchNorm"] = t => BatchNorm(t[0].Reshape(-1, 20), t[1][0, ..20]),
        ["BatchNorm gradient"] = t => Slope(x => Square(BatchNorm(x)), t[0]),
        ["BatchNorm gradient of the gain"] = t => Slope(gain => BatchNorm(t[0], gain), t[1][0]),
        ["SoftmaxCrossEntropy gradient"] = t => Slope(x => SoftmaxCrossEntropy(Softmax(t[1]), x), t[0]),
        ["A training run"] = _ => Train(),
    };

    public static TheoryData<string> Names() => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_and_several_threads_give_the_same_bits(string name)
    {
        Tensor[] operands =
        [
            RandomNormal([800, 640], seed: 1), RandomNormal([800, 640], seed: 2), RandomNormal([300, 640], seed: 3, dtype: DType.Float64), RandomNormal(1_500_001, seed: 4),
        ];
        var before = Device.CpuThreads;
        try
        {
            Device.CpuThreads = 1;
            var expected = Bytes(Calls[name](operands));
            foreach (var threads in new[] { 2, 3, 8 })
            {
                Device.CpuThreads = threads;
                Assert.True(expected.AsSpan().SequenceEqual(Bytes(Calls[name](operands))), $"{name} differs with {threads} threads");
            }
        }
        finally
        {
            Device.CpuThreads = before;
        }
    }

    private static Tensor Sequences(Tensor[] t) => t[0].Reshape(-1)[..(50 * 12 * 40)].Reshape(50, 12, 40);

    [Fact]
    public void Many_users_threads_at_once_get_their_own_results()
    {
        var x = RandomNormal([300, 400], seed: 1);
        var expected = Bytes(MatMul(x, x, transposeY: true));
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            Assert.True(expected.AsSpan().SequenceEqual(Bytes(MatMul(x, x, transposeY: true)))));
    }

    [Fact]
    public void The_number_of_threads_must_be_positive() => Assert.Throws<ArgumentOutOfRangeException>(() => Device.CpuThreads = 0);

    private static byte[] Bytes(Tensor x) => MemoryMarshal.AsBytes(x.Cast(DType.Float64).ToArray<double>().AsSpan()).ToArray();

    private static Tensor Slope(Func<Tensor, Tensor> f, Tensor x)
    {
        using var tape = new GradientTape();
        tape.Watch(x);
        return tape.Gradient(f(x).Sum(), x)!;
    }

    private static Tensor Train()
    {
        var x = RandomNormal([128, 784], seed: 1);
        var y = OneHot(RandomInteger([128], 0, 10, seed: 2), 10);
        Variable[] weights = [new(0.05f * RandomNormal([784, 256], seed: 3)), new(Zeros(256)), new(0.05f * RandomNormal([256, 10], seed: 4)), new(Zeros(10))];
        for (var step = 0; step < 5; step++)
        {
            using var tape = new GradientTape();
            var logits = MatMul(Relu(MatMul(x, weights[0]) + weights[1]), weights[2]) + weights[3];
            var gradients = tape.Gradient(-(y * LogSoftmax(logits)).Sum(axis: 1).Mean(), weights);
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i].AssignSub(0.1f * gradients[i]!);
            }
        }
        return weights[0].Value;
    }
}
