using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// Division of numbers from 0 by a fixed positive one: a multiplication and a shift, where a device takes dozens of instructions to divide.
/// Granlund and Montgomery, Division by invariant integers using multiplication, 1994.
/// </summary>
internal readonly struct Divisor
{
    private readonly uint _multiplier;
    private readonly int _shift;

    public readonly int Number;

    public Divisor(int number)
    {
        Number = number;
        var bits = number <= 1 ? 0 : BitOperations.Log2((uint)number - 1) + 1;
        _shift = 31 + bits;
        _multiplier = (uint)(((1UL << _shift) + (ulong)number - 1) / (ulong)number);
    }

    [MethodImpl(AggressiveInlining)]
    public int Quotient(int x) => (int)(((ulong)(uint)x * _multiplier) >> _shift);
}
