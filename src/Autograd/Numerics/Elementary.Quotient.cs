using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autograd.Numerics;

internal static partial class Elementary
{
    /// <summary>Whether the processor estimates reciprocals and reciprocal roots to 14 bits, from which one step reaches single precision.</summary>
    public static bool HasEstimates
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.IsSupported;
    }

    /// <summary>
    /// x / (√y + offset), at most 2.1 ULP off, no more than a rounded root, sum and quotient are. Where the estimates do not hold (y below 2^-100, infinities,
    /// NaN, quotients out of range), the root and the quotient themselves, lane by lane.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OverRoot(Vector512<float> x, Vector512<float> y, Vector512<float> offset)
    {
        // Each estimate is good to 2^-14 and corrected by its residual, which a fused product gives exactly: 2^-28 remain. Held finite, that of 0 gives the root 0: a weight that
        // no gradient has reached yet has x and y 0 in every step, and need not take the long way.
        var r = Avx512F.Min(Vector512.Create(9.2233720368547758e18f), Avx512F.ReciprocalSqrt14(y));
        var root = y * r;
        root = Fma(Avx512F.FusedMultiplyAddNegated(root, root, y), r * 0.5f, root);
        var divisor = root + offset;
        var q = Avx512F.Reciprocal14(divisor);
        var quotient = x * q;
        quotient = Fma(Avx512F.FusedMultiplyAddNegated(divisor, quotient, x), q, quotient);
        // Whatever leaves the range of the estimates meets 0 times infinity on the way and ends as NaN.
        var holds = Vector512.GreaterThanOrEqual(y, Vector512.Create(7.8886090522101181e-31f)) & Vector512.Equals(quotient, quotient);
        if (!Vector512.EqualsAll(holds.AsInt32(), Vector512<int>.AllBitsSet))
        {
            holds |= Vector512.Equals(Vector512.Abs(x) + y, Vector512<float>.Zero) & Vector512.Equals(quotient, quotient);
            if (!Vector512.EqualsAll(holds.AsInt32(), Vector512<int>.AllBitsSet))
            {
                quotient = Vector512.ConditionalSelect(holds, quotient, x / (Vector512.Sqrt(y) + offset));
            }
        }
        return quotient;
    }
}
