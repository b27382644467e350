using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>A formula's mask as a condition of its own, for kernels that decide by it.</summary>
internal interface IMask<T> where T : unmanaged
{
    static abstract bool Holds(T mask);
}

internal readonly partial struct Real32 : IMask<Real32>
{
    [MethodImpl(AggressiveInlining)]
    public static bool Holds(Real32 mask) => mask.V != 0f;
}

internal readonly partial struct Real64 : IMask<Real64>
{
    [MethodImpl(AggressiveInlining)]
    public static bool Holds(Real64 mask) => mask.V != 0.0;
}

internal readonly partial struct Whole32 : IMask<Whole32>
{
    [MethodImpl(AggressiveInlining)]
    public static bool Holds(Whole32 mask) => mask.V != 0;
}

internal readonly partial struct Whole64 : IMask<Whole64>
{
    [MethodImpl(AggressiveInlining)]
    public static bool Holds(Whole64 mask) => mask.V != 0;
}
