using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>One launch over the rows of [outer, extent, inner], each cut into parts of <see cref="Run"/> steps, walked from the first step or from the last.</summary>
internal struct Walks
{
    public int Items, Extent, Inner, Parts, Run;

    /// <summary>From one step to the next: inner, or minus that.</summary>
    public int Step;

    public int HasFactors;

    /// <summary>Whether factors are products, which may have overflowed.</summary>
    public int OfParts;

    /// <summary>Item [o, part, i]'s first step.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly int First(int item)
    {
        var step = item / Inner % Parts * Run;
        return (((item / Inner / Parts * Extent) + (Step > 0 ? step : Extent - 1 - step)) * Inner) + (item % Inner);
    }

    [MethodImpl(AggressiveInlining)]
    public readonly int Count(int item)
    {
        var left = Extent - (item / Inner % Parts * Run);
        return left < Run ? left : Run;
    }
}

/// <summary>
/// y[t] = a[t] y[t-1] + b[t] down each row, a thread to a row. Where rows are few and long they are cut into parts: first what each part does to what comes before it, y -> A y + B,
/// then these in turn as a recurrence, then the parts side by side. A and B are of a wider type, in double precision for single.
/// </summary>
/// <remarks>
/// In parts, where the product of a part's factors is beyond the range of double, or one is infinite, a result may be infinite or NaN that step by step is not. So rows with factors
/// are cut only when very long, and what comes before being 0, no product of finite factors counts.
/// </remarks>
internal static class Recurring<T, TWide>
    where T : unmanaged, IReal<T>, IElement<T>
    where TWide : unmanaged, IReal<TWide>, IElement<TWide>
{
    /// <summary>Rows that keep a device busy, and the length of those that are not cut, without factors and with them.</summary>
    private const int Many = 1 << 14;
    private const int Short = 256;
    private const int ShortWithFactors = 4096;

    /// <summary>The length of a part; with factors more, if else there were too many parts for one more round.</summary>
    private const int Part = 64;

    private static readonly Kernel<Action<KernelConfig, Walks, ArrayView<T>, ArrayView<T>, ArrayView<TWide>, ArrayView<T>>> s_rows =
        new(accelerator => accelerator.LoadStreamKernel<Walks, ArrayView<T>, ArrayView<T>, ArrayView<TWide>, ArrayView<T>>(Rows));

    private static readonly Kernel<Action<KernelConfig, Walks, ArrayView<T>, ArrayView<T>, ArrayView<TWide>, ArrayView<TWide>>> s_parts =
        new(accelerator => accelerator.LoadStreamKernel<Walks, ArrayView<T>, ArrayView<T>, ArrayView<TWide>, ArrayView<TWide>>(Parts));

    public static void Run(IlgpuBackend backend, DType wide, Tensor? a, Tensor b, int outer, int n, int inner, bool reverse, Tensor y, bool ofParts = false)
    {
        var isWhole = n <= (a is null ? Short : ShortWithFactors) || outer * inner >= Many;
        var run = isWhole ? n : a is null ? Part : Math.Max(Part, ((n - 1) / ShortWithFactors) + 1);
        var parts = ((n - 1) / run) + 1;
        var walks = new Walks
        {
            Items = outer * parts * inner,
            Extent = n,
            Inner = inner,
            Parts = parts,
            Run = run,
            Step = reverse ? -inner : inner,
            HasFactors = a is null ? 0 : 1,
            OfParts = ofParts ? 1 : 0,
        };
        var before = isWhole ? null : Before(backend, wide, a, b, walks, outer);
        var kernel = s_rows.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(walks.Items), walks, (a ?? b).On<T>(), b.On<T>(), before?.On<TWide>() ?? ((DeviceMemory)b.Buffer).Bytes.Cast<TWide>(), y.On<T>());
        }
        before?.Dispose();
    }

    // The last y of each part.
    private static Tensor Before(IlgpuBackend backend, DType wide, Tensor? a, Tensor b, Walks walks, int outer)
    {
        Shape shape = [outer, walks.Parts, walks.Inner];
        var terms = backend.AllocateTensor(wide, shape);
        var factors = a is null ? null : backend.AllocateTensor(wide, shape);
        var last = backend.AllocateTensor(wide, shape);
        var kernel = s_parts.On(backend);
        lock (backend.Sync)
        {
            kernel(backend.For(walks.Items), walks, (a ?? b).On<T>(), b.On<T>(), (factors ?? terms).On<TWide>(), terms.On<TWide>());
        }
        Recurring<TWide, TWide>.Run(backend, wide, factors, terms, outer, walks.Parts, walks.Inner, reverse: false, last, ofParts: true);
        terms.Dispose();
        factors?.Dispose();
        return last;
    }

    [MethodImpl(AggressiveInlining)]
    private static TWide Widen(T x) => T.IsWhole ? TWide.OfWhole(T.ToWhole(x)) : TWide.OfReal(T.ToReal(x));

    [MethodImpl(AggressiveInlining)]
    private static T Narrow(TWide x) => T.IsWhole ? T.OfWhole(TWide.ToWhole(x)) : T.OfReal(TWide.ToReal(x));

    [MethodImpl(AggressiveInlining)]
    private static T Next(Walks walks, T a, T value, T b) =>
        walks.HasFactors == 0 ? value + b : walks.OfParts == 0 ? (a * value) + b : T.Select(T.Equal(value, T.Zero), b, (a * value) + b);

    private static void Rows(Walks walks, ArrayView<T> a, ArrayView<T> b, ArrayView<TWide> before, ArrayView<T> y)
    {
        for (var item = Grid.GlobalIndex.X; item < walks.Items; item += Group.DimX * Grid.DimX)
        {
            var i = walks.First(item);
            var part = item / walks.Inner % walks.Parts;
            // The first factor is never used, whatever it is.
            var value = b[i];
            if (part > 0)
            {
                value = Next(walks, a[i], Narrow(before[item - walks.Inner]), value);
            }
            y[i] = value;
            for (var count = walks.Count(item) - 1; count > 0; count--)
            {
                i += walks.Step;
                value = Next(walks, a[i], value, b[i]);
                y[i] = value;
            }
        }
    }

    private static void Parts(Walks walks, ArrayView<T> a, ArrayView<T> b, ArrayView<TWide> factors, ArrayView<TWide> terms)
    {
        for (var item = Grid.GlobalIndex.X; item < walks.Items; item += Group.DimX * Grid.DimX)
        {
            var i = walks.First(item);
            var factor = walks.HasFactors != 0 ? Widen(a[i]) : TWide.One;
            // After 0 an infinite factor gives NaN.
            var term = walks.HasFactors != 0 ? (factor * TWide.Zero) + Widen(b[i]) : Widen(b[i]);
            for (var count = walks.Count(item) - 1; count > 0; count--)
            {
                i += walks.Step;
                if (walks.HasFactors != 0)
                {
                    factor *= Widen(a[i]);
                    term = (Widen(a[i]) * term) + Widen(b[i]);
                }
                else
                {
                    term += Widen(b[i]);
                }
            }
            if (walks.HasFactors != 0)
            {
                factors[item] = factor;
            }
            terms[item] = term;
        }
    }
}
