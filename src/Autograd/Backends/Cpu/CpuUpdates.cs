using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Autograd.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Cpu;

/// <summary>Optimizer steps: a rule over vector lanes, a variable and its state in place in one pass.</summary>
[SkipLocalsInit]
internal static unsafe class CpuUpdates
{
    public static void Update<TRule>(TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2) where TRule : struct, IUpdateRule
    {
        if (variable.DType == DType.Float32)
        {
            Update<TRule, float>(rule, gradient, variable, slot0, slot1, slot2);
        }
        else if (variable.DType == DType.Float64)
        {
            Update<TRule, double>(rule, gradient, variable, slot0, slot1, slot2);
        }
        else
        {
            throw Backend.NoKernel(variable.DType);
        }
    }

    private static void Update<TRule, E>(TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2)
        where TRule : struct, IUpdateRule where E : unmanaged
    {
        var n = variable.Size;
        if (n == 0)
        {
            return;
        }
        fixed (E* g = &gradient.First<E>(), w = &variable.First<E>())
        fixed (E* s0 = &First<E>(slot0), s1 = &First<E>(slot1), s2 = &First<E>(slot2))
        {
            if (n >= Chunks.Smallest)
            {
                new UpdateJob<TRule, E>(rule, g, w, s0, s1, s2, n).Run();
            }
            else
            {
                UpdateRow(rule, g, w, s0, s1, s2, n);
            }
        }
    }

    private static ref E First<E>(Tensor? slot) where E : unmanaged
    {
        if (slot is null)
        {
            return ref Unsafe.NullRef<E>();
        }
        return ref slot.First<E>();
    }

    private sealed class UpdateJob<TRule, E>(TRule rule, E* g, E* w, E* s0, E* s1, E* s2, nint n) : Job where TRule : struct, IUpdateRule where E : unmanaged
    {
        protected override int Chunks => Cpu.Chunks.Count(n);

        protected override void Run(int chunk)
        {
            var (start, length) = Cpu.Chunks.Of(n, chunk);
            UpdateRow(rule, g + start, w + start, At(s0, start), At(s1, start), At(s2, start), length);
        }

        private static E* At(E* slot, nint start) => slot == null ? null : slot + start;
    }

    // What a rule has no slot for is not even looked at: a jump around it costs more than the arithmetic.
    [MethodImpl(AggressiveOptimization)]
    private static void UpdateRow<TRule, E>(TRule rule, E* g, E* w, E* s0, E* s1, E* s2, nint n) where TRule : struct, IUpdateRule where E : unmanaged
    {
        nint i = 0;
        for (; i <= n - Vector512<E>.Count; i += Vector512<E>.Count)
        {
            var weight = new Lanes<E>(Vector512.Load(w + i));
            var state0 = TRule.Slots > 0 && s0 != null ? new Lanes<E>(Vector512.Load(s0 + i)) : default;
            var state1 = TRule.Slots > 1 && s1 != null ? new Lanes<E>(Vector512.Load(s1 + i)) : default;
            var state2 = TRule.Slots > 2 && s2 != null ? new Lanes<E>(Vector512.Load(s2 + i)) : default;
            rule.Of(ref weight, new Lanes<E>(Vector512.Load(g + i)), ref state0, ref state1, ref state2);
            weight.V.Store(w + i);
            if (TRule.Slots > 0 && s0 != null)
            {
                Settled(state0.V).Store(s0 + i);
            }
            if (TRule.Slots > 1 && s1 != null)
            {
                Settled(state1.V).Store(s1 + i);
            }
            if (TRule.Slots > 2 && s2 != null)
            {
                Settled(state2.V).Store(s2 + i);
            }
        }
        if (i < n)
        {
            var rest = (int)(n - i);
            var weight = new Lanes<E>(VectorIO.LoadTail(w + i, rest));
            var state0 = TRule.Slots > 0 && s0 != null ? new Lanes<E>(VectorIO.LoadTail(s0 + i, rest)) : default;
            var state1 = TRule.Slots > 1 && s1 != null ? new Lanes<E>(VectorIO.LoadTail(s1 + i, rest)) : default;
            var state2 = TRule.Slots > 2 && s2 != null ? new Lanes<E>(VectorIO.LoadTail(s2 + i, rest)) : default;
            rule.Of(ref weight, new Lanes<E>(VectorIO.LoadTail(g + i, rest)), ref state0, ref state1, ref state2);
            VectorIO.StoreTail(weight.V, w + i, rest);
            if (TRule.Slots > 0 && s0 != null)
            {
                VectorIO.StoreTail(Settled(state0.V), s0 + i, rest);
            }
            if (TRule.Slots > 1 && s1 != null)
            {
                VectorIO.StoreTail(Settled(state1.V), s1 + i, rest);
            }
            if (TRule.Slots > 2 && s2 != null)
            {
                VectorIO.StoreTail(Settled(state2.V), s2 + i, rest);
            }
        }
    }
    /// <summary>
    /// State with what is next to nothing (below 2^-111 in single, 2^-959 in double precision) taken for 0. Averages of gradients that have become 0, as those of dead units and of
    /// rows not looked up, would else decay to subnormal numbers and stay there, and many processors take a hundred times as long for arithmetic with those. The room of 2^15 above
    /// them is for products with learning rates: without it a dense network on MNIST trains 10 % slower. Squares of gradients below 1e-15 are lost so, which an epsilon of 1e-7 hides.
    /// </summary>
    [MethodImpl(AggressiveInlining)]
    private static Vector512<E> Settled<E>(Vector512<E> state) where E : unmanaged
    {
        // Exponents below 16 and 64: without their upper bits.
        return sizeof(E) == 4
            ? Vector512.ConditionalSelect(Vector512.Equals(state.As<E, int>() & Vector512.Create(0x78000000), Vector512<int>.Zero), Vector512<int>.Zero, state.As<E, int>()).As<int, E>()
            : Vector512.ConditionalSelect(Vector512.Equals(state.As<E, long>() & Vector512.Create(0x7C00000000000000), Vector512<long>.Zero), Vector512<long>.Zero, state.As<E, long>()).As<long, E>();
    }
}
