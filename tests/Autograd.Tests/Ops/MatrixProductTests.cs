using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>Products at every edge of tiles, panels and blocks, in every layout, against plain loops. Small whole numbers, so that sums are exact in any order.</summary>
public class MatrixProductTests
{
    private static readonly (int M, int K, int N)[] s_shapes =
    [
        (1, 1, 1), (1, 7, 1), (1, 600, 1), (1, 1, 40), (40, 1, 1), (1, 5, 64), (1, 67, 100), (100, 67, 1), (37, 1100, 1), (1, 1030, 131),
        (2, 3, 5), (5, 2, 17), (7, 18, 16), (13, 15, 33), (14, 16, 31), (15, 17, 32), (16, 120, 3), (28, 5, 48), (29, 9, 49), (33, 33, 33), (120, 4, 16),
        (14, 520, 100), (15, 521, 97), (64, 1030, 130), (100, 513, 5), (130, 515, 129), (225, 600, 20), (230, 130, 98), (3, 2, 4200), (30, 513, 4100),
    ];

    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (var (m, k, n) in s_shapes)
            {
                data.Add(m, k, n);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Agree_with_plain_loops_in_every_layout(int m, int k, int n)
    {
        Tensor a = RandomInteger([m, k], -4, 5, seed: 1, dtype: DType.Int32), b = RandomInteger([k, n], -4, 5, seed: 2, dtype: DType.Int32);
        var expected = Naive(a.ToArray<int>(), b.ToArray<int>(), m, k, n);
        foreach (var dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64])
        {
            Tensor x = a.Cast(dtype), y = b.Cast(dtype);
            Tensor xT = Turned(x), yT = Turned(y);
            // Every second column of something wider: neither axis is contiguous.
            Tensor xWide = Stack([x, x + 1], -1).Reshape(m, 2 * k), yWide = Stack([y, y + 1], -1).Reshape(k, 2 * n);
            var products = new Dictionary<string, Tensor>
            {
                ["nn"] = MatMul(x, y),
                ["tn"] = MatMul(xT, y, transposeX: true),
                ["nt"] = MatMul(x, yT, transposeY: true),
                ["tt"] = MatMul(xT, yT, true, true),
                ["strided"] = MatMul(xWide[TensorIndex.Ellipsis, TensorIndex.Every(.., 2)], yWide[TensorIndex.Ellipsis, TensorIndex.Every(.., 2)]),
            };
            foreach (var (layout, product) in products)
            {
                Assert.True(expected.AsSpan().SequenceEqual(product.Cast(DType.Int32).ToArray<int>()), $"{m} x {k} x {n} {layout} of {dtype}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Layouts_give_the_same_bits(int m, int k, int n)
    {
        foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor x = RandomNormal([m, k], seed: 3, dtype: dtype), y = RandomNormal([k, n], seed: 4, dtype: dtype);
            var expected = Values(MatMul(x, y));
            Assert.True(expected.AsSpan().SequenceEqual(Values(MatMul(Turned(x), y, transposeX: true))), $"tn of {dtype}");
            Assert.True(expected.AsSpan().SequenceEqual(Values(MatMul(x, Turned(y), transposeY: true))), $"nt of {dtype}");
            Assert.True(expected.AsSpan().SequenceEqual(Values(MatMul(y, x, true, true).T)), $"the other way round, of {dtype}");
        }
    }

    // In memory, unlike the view x.T.
    private static Tensor Turned(Tensor x) => x.T.Reshape(-1).Reshape(x.Shape[1], x.Shape[0]);

    private static double[] Values(Tensor x) => x.Cast(DType.Float64).ToArray<double>();

    private static int[] Naive(int[] a, int[] b, int m, int k, int n)
    {
        var c = new int[m * n];
        for (var i = 0; i < m; i++)
        {
            for (var p = 0; p < k; p++)
            {
                for (var j = 0; j < n; j++)
                {
                    c[(i * n) + j] += a[(i * k) + p] * b[(p * n) + j];
                }
            }
        }
        return c;
    }
}
