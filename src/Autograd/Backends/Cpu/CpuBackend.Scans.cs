using System.Numerics;

namespace Autograd.Backends.Cpu;

/// <summary>
/// Scans. A running sum of millions of numbers must not be worse than their sum: single precision is carried in double, and running sums of doubles are made of short ones, the sum before each with
/// what its roundings lost. One thread does it, always in the same order.
/// </summary>
internal sealed partial class CpuBackend
{
    public override void Recurrence(Tensor? a, Tensor b, int outer, int n, int inner, bool reverse, Tensor y)
    {
        switch (y.DType)
        {
            case DType.Float32:
                Recurrence<float, double>(a, b, outer, n, inner, reverse, y);
                break;
            case DType.Float64 when a is null:
                RunningSums(b, outer, n, inner, reverse, y);
                break;
            case DType.Float64:
                Recurrence<double, double>(a, b, outer, n, inner, reverse, y);
                break;
            case DType.Int32:
                Recurrence<int, int>(a, b, outer, n, inner, reverse, y);
                break;
            case DType.Int64:
                Recurrence<long, long>(a, b, outer, n, inner, reverse, y);
                break;
            default:
                throw NoKernel(y.DType);
        }
    }

    /// <typeparam name="E">What the elements are.</typeparam>
    /// <typeparam name="C">What is carried from one to the next.</typeparam>
    private static void Recurrence<E, C>(Tensor? a, Tensor b, int outer, int n, int inner, bool reverse, Tensor y) where E : unmanaged, INumber<E> where C : unmanaged, INumber<C>
    {
        ReadOnlySpan<E> factors = a is null ? default : a.Elements<E>();
        ReadOnlySpan<E> terms = b.Elements<E>();
        var result = y.Elements<E>();
        var step = reverse ? -inner : inner;
        var carried = inner == 1 ? [] : new C[inner];
        for (var o = 0; o < outer; o++)
        {
            var first = (o * n * inner) + (reverse ? (n - 1) * inner : 0);
            if (inner == 1)
            {
                var before = C.CreateTruncating(terms[first]);
                result[first] = terms[first];
                for (var (k, i) = (1, first + step); k < n; k++, i += step)
                {
                    var term = C.CreateTruncating(terms[i]);
                    before = a is null ? before + term : (C.CreateTruncating(factors[i]) * before) + term;
                    result[i] = E.CreateTruncating(before);
                }
                continue;
            }
            for (var k = 0; k < n; k++)
            {
                var row = first + (k * step);
                for (var i = 0; i < inner; i++)
                {
                    var term = C.CreateTruncating(terms[row + i]);
                    // Not 0 * before: the first factor is never used, whatever it is.
                    carried[i] = k == 0 ? term : a is null ? carried[i] + term : (C.CreateTruncating(factors[row + i]) * carried[i]) + term;
                    result[row + i] = E.CreateTruncating(carried[i]);
                }
            }
        }
    }

    /// <summary>Elements added straight through.</summary>
    private const int StepsPerBlock = 64;

    private static void RunningSums(Tensor b, int outer, int n, int inner, bool reverse, Tensor y)
    {
        ReadOnlySpan<double> terms = b.Elements<double>();
        var result = y.Elements<double>();
        var step = reverse ? -inner : inner;
        var sums = new (double Before, double Lost)[inner];
        for (var o = 0; o < outer; o++)
        {
            Array.Clear(sums);
            var first = (o * n * inner) + (reverse ? (n - 1) * inner : 0);
            for (var start = 0; start < n; start += StepsPerBlock)
            {
                var steps = Math.Min(StepsPerBlock, n - start);
                for (var column = 0; column < inner; column++)
                {
                    var (before, lost) = sums[column];
                    var i = first + (start * step) + column;
                    var local = terms[i];
                    result[i] = start == 0 ? local : before + (local + lost);
                    for (var k = 1; k < steps; k++)
                    {
                        i += step;
                        local += terms[i];
                        result[i] = before + (local + lost);
                    }
                    var added = local + lost;
                    var after = before + added;
                    // Knuth's: what the rounding of the sum lost. Of infinities nothing.
                    var part = after - before;
                    var rest = (before - (after - part)) + (added - part);
                    sums[column] = (after, double.IsFinite(rest) ? rest : 0);
                }
            }
        }
    }
}
