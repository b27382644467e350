using System.Runtime.CompilerServices;
using Autograd.Backends.Cpu;
using Autograd.Numerics;

namespace Autograd.Backends;

/// <summary>How elements combine in a reduction.</summary>
internal enum Reduction
{
    Sum,
    Product,
    Max,
    Min,
    Any,
    All,
}

/// <summary>
/// What a device must be able to do: about a dozen families of kernels. It knows nothing of gradients, and everything it is given was checked:
/// shapes fit, indices are in range, results are freshly allocated and contiguous unless a method says otherwise.
/// </summary>
/// <remarks>
/// The elementwise families are generic over the formula. A generic virtual call costs as much as a small kernel, so those go through a
/// non-virtual method that knows the CPU. A kernel reads raw memory, which goes back to the pool when no tensor of it is left: whoever calls one keeps its
/// operands alive until it returns and checks that no other thread has disposed them meanwhile (EndRead).
/// </remarks>
internal abstract class Backend
{
    /// <summary>What a kernel throws for an element type it does not know: it never treats one type as another, which would read or write past the end.</summary>
    public static DTypeException NoKernel(DType dtype, [CallerMemberName] string kernel = "") => new($"{kernel}: there is no kernel for elements of type {dtype}.");

    // ---- memory ----

    public abstract Tensor AllocateTensor(DType dtype, Shape shape);

    /// <summary>The tensor on the CPU.</summary>
    public abstract Tensor Download(Tensor x);

    /// <summary>A CPU tensor's values on this device.</summary>
    public abstract Tensor Upload(Tensor x);

    public abstract void Fill(Tensor y, double value);

    /// <summary>y = x for equal shapes and types; both may be strided, and x may repeat elements.</summary>
    public abstract void Copy(Tensor x, Tensor y);

    /// <summary>y = x converted; floating to integer truncates and saturates, NaN becomes 0; to bool is x != 0.</summary>
    public abstract void Cast(Tensor x, Tensor y);

    // ---- elementwise; operands may be strided and broadcast to the result ----

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Map<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct, IUnaryOp
    {
        if (this == CpuBackend.Instance)
        {
            CpuElementwise.Map(op, x, y);
        }
        else
        {
            MapOnDevice(op, x, y);
        }
    }

    /// <summary>dx = dy * slope(x, y) in one pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MapPullback<TOp>(TOp op, Tensor dy, Tensor x, Tensor y, Tensor dx) where TOp : struct, IUnaryOp
    {
        if (this == CpuBackend.Instance)
        {
            CpuElementwise.MapPullback(op, dy, x, y, dx);
        }
        else
        {
            MapPullbackOnDevice(op, dy, x, y, dx);
        }
    }

    /// <summary>z may be x itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Zip<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula
    {
        if (this == CpuBackend.Instance)
        {
            CpuElementwise.Zip(formula, x, y, z);
        }
        else
        {
            ZipOnDevice(formula, x, y, z);
        }
    }

    /// <summary>result = dz * slope with respect to one operand (0 or 1), at the broadcast shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ZipPullback<TOp>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result) where TOp : struct, IBinaryOp
    {
        if (this == CpuBackend.Instance)
        {
            CpuElementwise.ZipPullback(op, operand, dz, x, y, z, result);
        }
        else
        {
            ZipPullbackOnDevice(op, operand, dz, x, y, z, result);
        }
    }

    /// <summary>z (bool) = the mask of the formula.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compare<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula
    {
        if (this == CpuBackend.Instance)
        {
            CpuElementwise.Compare(formula, x, y, z);
        }
        else
        {
            CompareOnDevice(formula, x, y, z);
        }
    }

    /// <summary>
    /// The variable and its slots through the rule, in place and in one pass. All are contiguous and of one floating type and size; a slot the rule does not use is null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<TRule>(TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2) where TRule : struct, IUpdateRule
    {
        if (this == CpuBackend.Instance)
        {
            CpuUpdates.Update(rule, gradient, variable, slot0, slot1, slot2);
        }
        else
        {
            UpdateOnDevice(rule, gradient, variable, slot0, slot1, slot2);
        }
    }

    protected abstract void MapOnDevice<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct, IUnaryOp;

    protected abstract void MapPullbackOnDevice<TOp>(TOp op, Tensor dy, Tensor x, Tensor y, Tensor dx) where TOp : struct, IUnaryOp;

    protected abstract void ZipOnDevice<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula;

    protected abstract void ZipPullbackOnDevice<TOp>(TOp op, int operand, Tensor dz, Tensor x, Tensor y, Tensor z, Tensor result) where TOp : struct, IBinaryOp;

    protected abstract void CompareOnDevice<TFormula>(TFormula formula, Tensor x, Tensor y, Tensor z) where TFormula : struct, IBinaryFormula;

    protected abstract void UpdateOnDevice<TRule>(TRule rule, Tensor gradient, Tensor variable, Tensor? slot0, Tensor? slot1, Tensor? slot2) where TRule : struct, IUpdateRule;

    /// <summary>y = condition ? a : b.</summary>
    public abstract void Select(Tensor condition, Tensor a, Tensor b, Tensor y);

    /// <summary>y = x op z on bools.</summary>
    public abstract void Logical(LogicalOperation operation, Tensor a, Tensor b, Tensor y);

    // ---- along one axis; x is contiguous and seen as [outer, n, inner] ----

    public abstract void Reduce(Reduction reduction, Tensor x, int outer, int n, int inner, Tensor y);

    /// <summary>y (int64) = the first index of the largest or smallest element; the first NaN counts as both.</summary>
    public abstract void ArgReduce(bool largest, Tensor x, int outer, int n, int inner, Tensor y);

    /// <summary>y[t] = a[t] y[t-1] + b[t], y[-1] = 0; from the end when reversed. A null a means 1.</summary>
    public abstract void Recurrence(Tensor? a, Tensor b, int outer, int n, int inner, bool reverse, Tensor y);

    /// <summary>y = softmax or log-softmax over rows of n.</summary>
    public abstract void Softmax(bool logarithm, Tensor x, int rows, int n, Tensor y);

    /// <summary>dx from dy and y = softmax(x) or log-softmax(x), over rows of n; dy and y are contiguous.</summary>
    public abstract void SoftmaxPullback(bool logarithm, Tensor dy, Tensor y, int rows, int n, Tensor dx);

    /// <summary>
    /// For rows of n: logarithms = log-softmax(logits), and loss = its cross-entropy with the labels, which are classes (int64, in range) or distributions of the logits' type.
    /// All are contiguous, and n is positive.
    /// </summary>
    public abstract void CrossEntropy(Tensor logits, Tensor labels, int rows, int n, Tensor logarithms, Tensor loss);

    /// <summary>dx = dy (softmax sum(labels) - labels), from the logarithms.</summary>
    public abstract void CrossEntropyPullback(Tensor dy, Tensor logarithms, Tensor labels, int rows, int n, Tensor dx);

    /// <summary>
    /// For rows of n: y = (x - mean) scale gain + offset, statistics [rows, 2] = mean and scale = 1 / sqrt(variance + epsilon); not centered, the mean counts as 0.
    /// All are contiguous and of one floating type, and n is positive.
    /// </summary>
    public abstract void Normalize(bool centered, double epsilon, Tensor x, Tensor? gain, Tensor? offset, int rows, int n, Tensor statistics, Tensor y);

    /// <summary>The gradients of <see cref="Normalize"/>; dGain and dOffset are [parts, n], each part the sum over a stretch of the rows.</summary>
    public abstract void NormalizePullback(bool centered, Tensor dy, Tensor x, Tensor? gain, Tensor statistics, int rows, int n, Tensor dx, Tensor dGain, Tensor dOffset);

    /// <summary>
    /// Each column of x [rows, n] with its mean taken out: y = (x - mean) scale gain + offset, all of these [n]; gain and offset may be missing. Writes variances and scales,
    /// which are 1 / sqrt(variance + epsilon), too.
    /// </summary>
    public abstract void NormalizeColumns(double epsilon, Tensor x, Tensor mean, Tensor? gain, Tensor? offset, Tensor variance, Tensor scale, Tensor y);

    /// <summary>The gradients of <see cref="NormalizeColumns"/>.</summary>
    public abstract void NormalizeColumnsPullback(Tensor dy, Tensor x, Tensor mean, Tensor scale, Tensor? gain, Tensor dx, Tensor dOffset, Tensor dGain);

    // ---- matrices ----

    /// <summary>
    /// c = a b over the last two axes, either read transposed, the leading axes broadcast. a and b may have any strides. Where a contiguous bias of c's last extent is given, of c's
    /// floating type, it is added to each row.
    /// </summary>
    public abstract void MatMul(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c, Tensor? bias = null);

    // ---- recurrent layers ----

    /// <summary>All steps of a recurrent layer: forwards from the operands' products with the kernel, or back through time from the gradients of all outputs.</summary>
    public abstract void Recur(RecurrentCell cell, in RecurrentOperands operands);

    // ---- windows over images; all operands are contiguous floating images [batch, spatial..., channels] of one type, and no batch is empty ----

    /// <summary>y = the convolution of x with the kernel, plus the bias on each pixel.</summary>
    public abstract void Convolve(Tensor x, Tensor kernel, Tensor? bias, Windows windows, Tensor y);

    /// <summary>dx = the adjoint of <see cref="Convolve"/> as a map of x, applied to dy.</summary>
    public abstract void ConvolveInput(Tensor dy, Tensor kernel, Windows windows, Tensor dx);

    /// <summary>dkernel = the adjoint of <see cref="Convolve"/> as a map of the kernel, applied to dy.</summary>
    public abstract void ConvolveKernel(Tensor x, Tensor dy, Windows windows, Tensor dkernel);

    /// <summary>
    /// y = the largest element of each window of x (of any type but bool), NaN before all. Where asked for, positions = the first place of each in the flat x, -1 where the
    /// window holds no element; int32 or int64 as wide as the elements.
    /// </summary>
    public abstract void MaxPool(Tensor x, Windows windows, Tensor y, Tensor? positions);

    /// <summary>y[o] = x[positions[o]], 0 for -1.</summary>
    public abstract void PickWindows(Tensor x, Tensor positions, Windows windows, Tensor y);

    /// <summary>The adjoint of <see cref="PickWindows"/>: y = 0, then y[positions[o]] += x[o].</summary>
    public abstract void PlaceWindows(Tensor x, Tensor positions, Windows windows, Tensor y);

    /// <summary>y = the mean of each window of x, padding counted or not; 0 where nothing counts.</summary>
    public abstract void AveragePool(Tensor x, Windows windows, bool countsPadding, Tensor y);

    /// <summary>The adjoint of <see cref="AveragePool"/>.</summary>
    public abstract void AveragePoolInput(Tensor dy, Windows windows, bool countsPadding, Tensor dx);

    // ---- indexing; indices are contiguous int64 and in range ----

    /// <summary>y[o, k, i] = x[o, indices[k], i].</summary>
    public abstract void Gather(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y);

    /// <summary>y[o, indices[k], i] += x[o, k, i]. y holds the start values.</summary>
    public abstract void ScatterAdd(Tensor x, int outer, int n, int inner, Tensor indices, Tensor y);

    /// <summary>y[o, k, i] = x[o, indices[o, k, i], i], for an axis of extent n in x and m in the indices.</summary>
    public abstract void GatherAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y);

    /// <summary>y[o, indices[o, k, i], i] += x[o, k, i]. y holds the start values.</summary>
    public abstract void ScatterAddAlong(Tensor x, int outer, int n, int m, int inner, Tensor indices, Tensor y);

    /// <summary>The flat positions (int64) of the true elements, in order.</summary>
    public abstract Tensor NonZero(Tensor mask);

    /// <summary>For rows of n: y (int64) = the positions of the elements in order; equal elements keep theirs, NaN counts as largest. x is contiguous.</summary>
    public abstract void ArgSort(Tensor x, bool descending, int rows, int n, Tensor y);

    // ---- random ----

    public abstract void Random(RandomDistribution distribution, ulong seed, ulong stream, double a, double b, Tensor y);

    /// <summary>y = x / (1 - rate) where an element's word of the stream is rate 2^32 or more, else 0; x is contiguous and floating.</summary>
    public virtual void Dropout(double rate, ulong seed, ulong stream, Tensor x, Tensor y)
    {
        var onCpu = CpuBackend.Allocate(y.DType, y.Shape);
        CpuBackend.Instance.Dropout(rate, seed, stream, Download(x), onCpu);
        Copy(Upload(onCpu), y);
    }

    /// <summary>The backend both operands live on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Backend Of(ref Tensor x, ref Tensor y, Op op)
    {
        if (x.Backend != y.Backend)
        {
            BringTogether(ref x, ref y, op);
        }
        return x.Backend;
    }

    // A C# number lives nowhere yet: a kernel writes it where it is needed, in the type that is needed.
    private static Tensor Number(Tensor number, Tensor other) =>
        number.Slot == 0 && other.DType.IsFloating() && number.DType != DType.Bool && number.Device == Device.Cpu ? Tensor.FullOn(other.Backend, number.Shape, number.Item(), other.DType) : number.To(other.Device);

    private static void BringTogether(ref Tensor x, ref Tensor y, Op op)
    {
        if (x is { IsWeak: true, Rank: 0 })
        {
            x = Number(x, y);
        }
        else if (y is { IsWeak: true, Rank: 0 })
        {
            y = Number(y, x);
        }
        else
        {
            throw new DeviceException($"{op.Name}: one operand lives on {x.Device}, the other on {y.Device}; move one of them first, as in x.To({(y.Device == Device.Cpu ? "Device.Cpu" : "y.Device")}).");
        }
    }
}

/// <summary>What recurrent layers step with: h' is tanh(a), or gates decide it.</summary>
internal enum RecurrentCell
{
    Simple,
    Lstm,

    /// <summary>Resets after the product with the recurrent kernel.</summary>
    Gru,
}

/// <summary>
/// Operands and results of <see cref="Backend.Recur"/>, all contiguous and of one floating type; rows are sequences, those of the first step first.
/// </summary>
internal readonly struct RecurrentOperands
{
    /// <summary>At least 1.</summary>
    public required int Steps { get; init; }

    public required int Batch { get; init; }

    /// <summary>[steps * batch, gates * units]: forwards the operands' products with the kernel, replaced by the activated gates; backwards these.</summary>
    public required Tensor Gates { get; init; }

    /// <summary>[units, gates * units].</summary>
    public required Tensor RecurrentKernel { get; init; }

    /// <summary>[(steps + 1) * batch, units] or more rows: the hidden states, the first of which are given.</summary>
    public required Tensor States { get; init; }

    /// <summary>[gates * units], for the GRU twice that. Forwards only.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>[steps, batch] of bools: where false, a step changes nothing.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>For the LSTM [(steps + 1) * batch, units], its cells, the first of which are given; for the GRU [steps * batch, units], the candidates' products with the state.</summary>
    public Tensor? Memory { get; init; }

    /// <summary>[steps * batch, units] or more: the gradients of the outputs. Given, the work is to go back.</summary>
    public Tensor? Dy { get; init; }

    /// <summary>[steps * batch, gates * units]: the gradients of the states' products with the recurrent kernel, which but for the GRU are also those of the operands' products.</summary>
    public Tensor? DRecurrent { get; init; }

    /// <summary>[batch, units]: the gradient of the last hidden state beyond <see cref="Dy"/>, replaced by that of the first.</summary>
    public Tensor? DHidden { get; init; }

    /// <summary>For the LSTM [batch, units], the gradient of the last cell, replaced by that of the first; for the GRU [steps * batch, units], what the candidate took from the input.</summary>
    public Tensor? Extra { get; init; }

    /// <summary>[batch, gates * units]: where given, the sums of <see cref="DRecurrent"/> over the steps.</summary>
    public Tensor? DBias { get; init; }

    public int Units => RecurrentKernel.Shape[0];

    public int Width => RecurrentKernel.Shape[1];

    public bool IsBackward => Dy is not null;
}

internal enum LogicalOperation
{
    And,
    Or,
    Xor,
}

internal enum RandomDistribution
{
    /// <summary>Between a (inclusive) and b (exclusive).</summary>
    Uniform,

    /// <summary>Mean a, standard deviation b.</summary>
    Normal,

    /// <summary>As normal, redrawn until within two standard deviations.</summary>
    TruncatedNormal,

    /// <summary>Integers from a (inclusive) to b (exclusive).</summary>
    Integers,
}
