using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autograd.Backends.Cpu;

/// <summary>Sorting of positions by the elements there.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void ArgSort(Tensor x, bool descending, int rows, int n, Tensor y)
    {
        switch (x.DType)
        {
            case DType.Float32:
                ArgSort<float>(x, descending, rows, n, y);
                break;
            case DType.Float64:
                ArgSort<double>(x, descending, rows, n, y);
                break;
            case DType.Int32:
                ArgSort<int>(x, descending, rows, n, y);
                break;
            case DType.Int64:
                ArgSort<long>(x, descending, rows, n, y);
                break;
            case DType.Bool:
                ArgSort<byte>(x, descending, rows, n, y);
                break;
            default:
                throw NoKernel(x.DType);
        }
    }

    private static void ArgSort<E>(Tensor x, bool descending, int rows, int n, Tensor y) where E : unmanaged, INumber<E>
    {
        fixed (E* values = &x.First<E>())
        fixed (long* positions = &y.First<long>())
        {
            for (nint row = 0; row < rows; row++)
            {
                var line = new Span<long>(positions + (row * n), n);
                for (var i = 0; i < n; i++)
                {
                    line[i] = i;
                }
                line.Sort(new ByElement<E>(values + (row * n), descending));
            }
        }
    }

    /// <summary>NaN counts as largest; of equal elements the first comes first, in either direction.</summary>
    private readonly struct ByElement<E>(E* values, bool descending) : IComparer<long> where E : unmanaged, INumber<E>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Compare(long i, long k)
        {
            var (a, b) = (values[i], values[k]);
            var order = a < b ? -1 : a > b ? 1 : E.IsNaN(a).CompareTo(E.IsNaN(b));
            return order == 0 ? i.CompareTo(k) : descending ? -order : order;
        }
    }
}
