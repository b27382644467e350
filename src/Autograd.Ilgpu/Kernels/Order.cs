using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;
using Reinterpret = ILGPU.Interop;

namespace Autograd.Backends.Ilgpu;

/// <summary>Elements of any type as integers in the same order, for all that compares.</summary>
internal static class Order
{
    /// <summary>Equal for equal elements, the two zeros too; NaN is largest.</summary>
    [MethodImpl(AggressiveInlining)]
    public static long Of<T>(T x) where T : unmanaged, IElement<T> => T.IsWhole ? T.ToWhole(x) : OfReal(T.ToReal(x));

    /// <summary>In reverse, but NaN is largest again.</summary>
    [MethodImpl(AggressiveInlining)]
    public static long Reversed<T>(T x) where T : unmanaged, IElement<T>
    {
        var order = Of(x);
        return !T.IsWhole && order == long.MaxValue ? order : ~order;
    }

    // The bits of positive numbers are in order already, those of negative ones in reverse.
    private static long OfReal(double x)
    {
        var bits = (long)Reinterpret.FloatAsInt(x);
        var magnitude = bits & long.MaxValue;
        return magnitude > 0x7FF0000000000000L ? long.MaxValue : bits >= 0 ? bits : -magnitude;
    }
}
