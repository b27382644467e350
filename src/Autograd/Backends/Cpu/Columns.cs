using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Backends.Cpu;

/// <summary>
/// Short rows turned to columns and back: as many rows as a vector has elements lie side by side then, and fill its lanes. Column k begins at columns + k * width.
/// </summary>
internal static unsafe class Columns
{
    /// <summary>Rows longer than this have more to gain from being read as they are.</summary>
    public const int Longest = 32;

    // Each vector of the rows has a part in each column, so permutations grow with the square of the length, and copying element by element does not.
    private const int LongestPermuted = 8;

    /// <summary>Lanes of rows that do not exist are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromRows<E>(E* rows, int count, int n, E* columns) where E : unmanaged
    {
        var width = Vector512<E>.Count;
        if (Avx512F.IsSupported && sizeof(E) == 4 && n <= LongestPermuted)
        {
            for (var k = 0; k < n; k++)
            {
                var place = (Vector512<int>.Indices * n) + Vector512.Create(k);
                var from = place >>> 4;
                var column = Vector512<int>.Zero;
                for (var part = 0; part < n; part++)
                {
                    var values = VectorIO.LoadTail((int*)rows + (part * width), (count * n) - (part * width));
                    column = Vector512.ConditionalSelect(Vector512.Equals(from, Vector512.Create(part)), Avx512F.PermuteVar16x32(values, place), column);
                }
                column.Store((int*)columns + (k * width));
            }
            return;
        }
        for (var k = 0; k < n; k++)
        {
            for (var i = 0; i < count; i++)
            {
                columns[(k * width) + i] = rows[(i * n) + k];
            }
            for (var i = count; i < width; i++)
            {
                columns[(k * width) + i] = default;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToRows<E>(E* columns, int count, int n, E* rows) where E : unmanaged
    {
        var width = Vector512<E>.Count;
        if (Avx512F.IsSupported && sizeof(E) == 4 && n <= LongestPermuted)
        {
            // place / n, exact for places below 2^12.
            var reciprocal = ((1 << 16) / n) + 1;
            for (var part = 0; part * width < count * n; part++)
            {
                var place = Vector512<int>.Indices + Vector512.Create(part * width);
                var row = (place * reciprocal) >>> 16;
                var from = place - (row * n);
                var values = Vector512<int>.Zero;
                for (var k = 0; k < n; k++)
                {
                    var column = Avx512F.PermuteVar16x32(Vector512.Load((int*)columns + (k * width)), row);
                    values = Vector512.ConditionalSelect(Vector512.Equals(from, Vector512.Create(k)), column, values);
                }
                VectorIO.StoreTail(values, (int*)rows + (part * width), (count * n) - (part * width));
            }
            return;
        }
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < n; k++)
            {
                rows[(i * n) + k] = columns[(k * width) + i];
            }
        }
    }
}
