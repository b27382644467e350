using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Autograd.Backends.Ilgpu;

namespace Autograd.Ilgpu.Tests;

/// <summary>What cuBLAS is asked for, against a stand-in that does as its manual says: there need be no GPU.</summary>
public unsafe class CuBlasTests
{
    private static bool s_refuses;

    // Column-major: element (i, j) of a matrix with leading dimension ld is at i + j ld.
    [UnmanagedCallersOnly]
    private static int Gemm(
        nint handle, int readA, int readB, int m, int n, int k, void* alpha, nint a, int typeA, int leadingA, long strideA, nint b, int typeB, int leadingB, long strideB, void* beta,
        nint c, int typeC, int leadingC, long strideC, int batch, int compute, int algorithm)
    {
        // As the manual demands of leading dimensions.
        if (s_refuses || handle != 7 || algorithm != -1 || leadingA < Math.Max(1, readA == 0 ? m : k) || leadingB < Math.Max(1, readB == 0 ? k : n) || leadingC < m)
        {
            return 7; // CUBLAS_STATUS_INVALID_VALUE
        }
        return (typeA, typeB, typeC, compute) switch
        {
            (0, 0, 0, 68) when *(float*)alpha == 1 && *(float*)beta == 0 => Gemm((float*)a, (float*)b, (float*)c),
            (1, 1, 1, 70) when *(double*)alpha == 1 && *(double*)beta == 0 => Gemm((double*)a, (double*)b, (double*)c),
            _ => 15,
        };

        int Gemm<T>(T* x, T* y, T* z) where T : unmanaged, System.Numerics.INumber<T>
        {
            for (var matrix = 0; matrix < batch; matrix++, x += strideA, y += strideB, z += strideC)
            {
                for (var i = 0; i < m; i++)
                {
                    for (var j = 0; j < n; j++)
                    {
                        var sum = T.Zero;
                        for (long l = 0; l < k; l++)
                        {
                            sum += x[readA == 0 ? i + (l * leadingA) : l + ((long)i * leadingA)] * y[readB == 0 ? l + ((long)j * leadingB) : j + (l * leadingB)];
                        }
                        z[i + ((long)j * leadingC)] = sum;
                    }
                }
            }
            return 0;
        }
    }

    private static CuBlas Stand => new(7, (nint)(delegate* unmanaged<nint, int, int, int, int, int, void*, nint, int, int, long, nint, int, int, long, void*, nint, int, int, long, int, int, int, int>)&Gemm);

    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 2, 3, 4, 1 }, { 5, 1, 3, 1 }, { 1, 5, 3, 1 }, { 3, 4, 1, 1 }, { 1, 1, 1, 1 }, { 2, 3, 4, 3 }, { 1, 3, 1, 2 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_of_any_shape_are_right(int m, int n, int k, int batch)
    {
        foreach (var (transposeA, transposeB, broadcastB) in from a in new[] { false, true } from b in new[] { false, true } from c in new[] { false, true } select (a, b, c))
        {
            var x = Tensor.RandomNormal(transposeA ? [batch, k, m] : [batch, m, k], seed: 1, dtype: DType.Float64);
            var y = Tensor.RandomNormal(transposeB ? [broadcastB ? 1 : batch, n, k] : [broadcastB ? 1 : batch, k, n], seed: 2, dtype: DType.Float64);
            var p = new Product
            {
                Batch = batch, M = m, N = n, K = k,
                BatchA = m * k, RowA = transposeA ? 1 : k, ColumnA = transposeA ? m : 1,
                BatchB = broadcastB ? 0 : k * n, RowB = transposeB ? 1 : n, ColumnB = transposeB ? k : 1,
            };
            var expected = Tensor.MatMul(x, y, transposeA, transposeB);
            Agreement.Assert(expected, Multiply<double>(true, p, x, y), $"float64 {transposeA} {transposeB} {broadcastB}");
            Agreement.Assert(expected.Cast(DType.Float32), Multiply<float>(false, p, x.Cast(DType.Float32), y.Cast(DType.Float32)), $"float32 {transposeA} {transposeB} {broadcastB}");
        }
    }

    [Fact]
    public void What_it_cannot_read_is_left_to_others()
    {
        var whole = new Product { Batch = 1, M = 2, N = 2, K = 2, BatchA = 4, RowA = 2, ColumnA = 1, BatchB = 4, RowB = 2, ColumnB = 1 };
        Product[] unreadable = [whole with { ColumnA = 2, RowA = 4 }, whole with { RowB = -2 }, whole with { RowA = 0 }, whole with { ColumnB = 0, RowB = 0 }, whole with { BatchA = -4 }];
        Assert.All(unreadable, p => Assert.False(Stand.TryMultiply(true, p, 0, 0, 0)));
        s_refuses = true;
        Assert.False(Stand.TryMultiply(true, whole, 0, 0, 0));
        s_refuses = false;
    }

    private static Tensor Multiply<T>(bool isDouble, in Product p, Tensor x, Tensor y) where T : unmanaged
    {
        var result = new T[p.Batch * p.M * p.N];
        fixed (T* a = x.ToArray<T>(), b = y.ToArray<T>(), c = result)
        {
            Assert.True(Stand.TryMultiply(isDouble, p, (nint)a, (nint)b, (nint)c));
        }
        return Tensor.From(result, [p.Batch, p.M, p.N]);
    }
}
