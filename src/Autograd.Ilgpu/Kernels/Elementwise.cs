using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>What happens to up to four operands' elements at one place. Those it does not read are not loaded: the compiler sees that nobody uses them.</summary>
internal interface IFormula<TIn, TOut>
{
    TOut Of(TIn a, TIn b, TIn c, TIn d);
}

/// <summary>The one elementwise kernel, over flat operands and over strided ones.</summary>
internal static class Elementwise<TFormula, TIn, TOut>
    where TFormula : struct, IFormula<TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    private static readonly Kernel<Action<KernelConfig, int, TFormula, ArrayView<TOut>, int, ArrayView<TIn>, int, ArrayView<TIn>, int, ArrayView<TIn>, int, ArrayView<TIn>, int>> s_flat =
        new(accelerator => accelerator.LoadStreamKernel<int, TFormula, ArrayView<TOut>, int, ArrayView<TIn>, int, ArrayView<TIn>, int, ArrayView<TIn>, int, ArrayView<TIn>, int>(Flat));

    private static readonly Kernel<Action<KernelConfig, int, TFormula, Extents, ArrayView<TOut>, Strides, Operands<TIn>>> s_strided =
        new(accelerator => accelerator.LoadStreamKernel<int, TFormula, Extents, ArrayView<TOut>, Strides, Operands<TIn>>(Strided));

    /// <summary>y = formula(a, b, c, d); null operands repeat the first.</summary>
    public static void Run(IlgpuBackend backend, TFormula formula, Tensor y, Tensor a, Tensor? b = null, Tensor? c = null, Tensor? d = null)
    {
        if (y.Size == 0)
        {
            return;
        }
        b ??= a;
        c ??= a;
        d ??= a;
        var walk = new Walk(y.Shape, y, a, b, c, d);
        if (walk.IsFlat)
        {
            var kernel = s_flat.On(backend);
            lock (backend.Sync)
            {
                kernel(backend.For(walk.Length), walk.Length, formula, y.On<TOut>(), walk.FlatStride(0), a.On<TIn>(), walk.FlatStride(1), b.On<TIn>(), walk.FlatStride(2),
                    c.On<TIn>(), walk.FlatStride(3), d.On<TIn>(), walk.FlatStride(4));
            }
            IlgpuBackend.KeepAlive(y, a, b, c, d);
            return;
        }
        var strided = s_strided.On(backend);
        for (var launch = 0; launch < walk.Launches; launch++)
        {
            var operands = new Operands<TIn>
            {
                A = a.Memory<TIn>(),
                B = b.Memory<TIn>(),
                C = c.Memory<TIn>(),
                D = d.Memory<TIn>(),
                StridesA = walk.Strides(a, 1, launch),
                StridesB = walk.Strides(b, 2, launch),
                StridesC = walk.Strides(c, 3, launch),
                StridesD = walk.Strides(d, 4, launch),
            };
            lock (backend.Sync)
            {
                strided(backend.For(walk.Length), walk.Length, formula, walk.Extents, y.Memory<TOut>(), walk.Strides(y, 0, launch), operands);
            }
        }
        IlgpuBackend.KeepAlive(y, a, b, c, d);
    }

    private static void Flat(
        int n, TFormula formula, ArrayView<TOut> y, int strideY, ArrayView<TIn> a, int strideA, ArrayView<TIn> b, int strideB, ArrayView<TIn> c, int strideC, ArrayView<TIn> d, int strideD)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            y[i * strideY] = formula.Of(a[i * strideA], b[i * strideB], c[i * strideC], d[i * strideD]);
        }
    }

    private static void Strided(int n, TFormula formula, Extents extents, ArrayView<TOut> y, Strides strides, Operands<TIn> operands)
    {
        for (var i = Grid.GlobalIndex.X; i < n; i += Group.DimX * Grid.DimX)
        {
            y[strides.Place(i, extents)] = formula.Of(
                operands.A[operands.StridesA.Place(i, extents)],
                operands.B[operands.StridesB.Place(i, extents)],
                operands.C[operands.StridesC.Place(i, extents)],
                operands.D[operands.StridesD.Place(i, extents)]);
        }
    }
}

internal struct Operands<T> where T : unmanaged
{
    public ArrayView<T> A, B, C, D;
    public Strides StridesA, StridesB, StridesC, StridesD;
}

// ---- the families as formulas ----

internal readonly struct MapFormula<TOp, T>(TOp op) : IFormula<T, T> where TOp : struct, IUnaryOp where T : unmanaged, IReal<T>
{
    private readonly TOp _op = op;

    [MethodImpl(AggressiveInlining)]
    public T Of(T x, T b, T c, T d) => _op.Of(x);
}

internal readonly struct MapPullbackFormula<TOp, T>(TOp op) : IFormula<T, T> where TOp : struct, IUnaryOp where T : unmanaged, IReal<T>
{
    private readonly TOp _op = op;

    [MethodImpl(AggressiveInlining)]
    public T Of(T dy, T x, T y, T d) => dy * _op.Slope(x, y);
}

internal readonly struct ZipFormula<TOp, T>(TOp op) : IFormula<T, T> where TOp : struct, IBinaryFormula where T : unmanaged, IReal<T>
{
    private readonly TOp _op = op;

    [MethodImpl(AggressiveInlining)]
    public T Of(T x, T y, T c, T d) => _op.Of(x, y);
}

internal readonly struct ZipPullbackX<TOp, T>(TOp op) : IFormula<T, T> where TOp : struct, IBinaryOp where T : unmanaged, IReal<T>
{
    private readonly TOp _op = op;

    [MethodImpl(AggressiveInlining)]
    public T Of(T dz, T x, T y, T z) => dz * _op.SlopeX(x, y, z);
}

internal readonly struct ZipPullbackY<TOp, T>(TOp op) : IFormula<T, T> where TOp : struct, IBinaryOp where T : unmanaged, IReal<T>
{
    private readonly TOp _op = op;

    [MethodImpl(AggressiveInlining)]
    public T Of(T dz, T x, T y, T z) => dz * _op.SlopeY(x, y, z);
}

internal readonly struct CompareFormula<TOp, T>(TOp op) : IFormula<T, Truth> where TOp : struct, IBinaryFormula where T : unmanaged, IReal<T>, IElement<T>
{
    private readonly TOp _op = op;

    [MethodImpl(AggressiveInlining)]
    public Truth Of(T x, T y, T c, T d) => Truth.Of(T.ToReal(T.Select(_op.Of(x, y), T.One, T.Zero)) != 0);
}

/// <summary>The element as it is.</summary>
internal readonly struct CopyFormula<T> : IFormula<T, T>
{
    [MethodImpl(AggressiveInlining)]
    public T Of(T x, T b, T c, T d) => x;
}

internal readonly struct CastFormula<TIn, TOut> : IFormula<TIn, TOut> where TIn : unmanaged, IElement<TIn> where TOut : unmanaged, IElement<TOut>
{
    [MethodImpl(AggressiveInlining)]
    public TOut Of(TIn x, TIn b, TIn c, TIn d) => TIn.IsWhole ? TOut.OfWhole(TIn.ToWhole(x)) : TOut.OfReal(TIn.ToReal(x));
}

internal readonly struct LogicalFormula(int operation) : IFormula<Truth, Truth>
{
    private readonly int _operation = operation;

    // And, or, exclusive or, as in LogicalOperation.
    [MethodImpl(AggressiveInlining)]
    public Truth Of(Truth a, Truth b, Truth c, Truth d)
    {
        var both = a.V & b.V;
        var either = a.V | b.V;
        return new((byte)(_operation == 0 ? both : _operation == 1 ? either : either & ~both));
    }
}
