namespace Autograd;

/// <summary>
/// An operation as a tape keeps it: its name, its attributes (the fields of the derived class) and its pullbacks.
/// Pullbacks are written in public tensor operations, so an outer tape records them and any order of gradient follows.
/// </summary>
internal abstract class Op
{
    /// <summary>What happens to a gradient that arrives here.</summary>
    public enum Flow
    {
        /// <summary>The pullback carries it on.</summary>
        Differentiable,

        /// <summary>It ends, and asking for a gradient that only passes here is an error.</summary>
        NotDifferentiable,

        /// <summary>It ends because the program said so.</summary>
        Stopped,
    }

    public abstract string Name { get; }

    /// <summary>The attributes, for printing; empty where there are none.</summary>
    public virtual string Attributes => "";

    public virtual Flow GradientFlow => Flow.Differentiable;

    /// <summary>
    /// The gradient of one input from the gradient <paramref name="dy"/> of the output; null where that input has none (an index, a condition).
    /// Only asked for where somebody wants it.
    /// </summary>
    public virtual Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded) => null;

    /// <summary>Called for operations recorded with a list of operands when a pass has asked for all it wants: what was kept between pullbacks can go.</summary>
    public virtual void PullbacksDone() { }

    public sealed override string ToString() => Attributes.Length == 0 ? Name : $"{Name}({Attributes})";
}

/// <summary>
/// An operation of several steps with kernels of its own. While nobody records, its pullback is a kernel too; under an outer tape it is the gradient of the same
/// operation as an expression in public tensor operations, which that tape records. So the first order is fast and every higher order is exact. Recorded with a
/// list of operands.
/// </summary>
internal abstract class FusedOp : Op
{
    // The pass asks for the pullbacks of one cotangent one by one; the kernel gives them together.
    private Tensor? _dy;
    private Func<int, Tensor?>? _gradients;

    protected virtual bool HasKernel => true;

    /// <summary>The result in public tensor operations.</summary>
    protected abstract Tensor Expression(Tensor[] operands);

    /// <summary>The pullbacks by operand. Nothing that it reads is tracked.</summary>
    protected abstract Func<int, Tensor?> Kernel(Tensor dy, in RecordedOp recorded);

    public sealed override Tensor? Pullback(int input, Tensor dy, in RecordedOp recorded)
    {
        if (!recorded.Many![input].DType.IsFloating())
        {
            return null; // a mask, a label
        }
        if (!ReferenceEquals(dy, _dy))
        {
            var isTracked = Recording.IsTracked(dy);
            foreach (var operand in recorded.Many)
            {
                isTracked |= Recording.IsTracked(operand);
            }
            _gradients = isTracked || !HasKernel ? OfExpression(dy, recorded.Many) : Kernel(dy, recorded);
            _dy = dy;
        }
        return _gradients!(input);
    }

    public sealed override void PullbacksDone()
    {
        (_dy, _gradients) = (null, null);
        Release();
    }

    /// <summary>Gives back what the kernel kept between pullbacks.</summary>
    protected virtual void Release() { }

    private Func<int, Tensor?> OfExpression(Tensor dy, Tensor[] operands)
    {
        // Views of their own: one tensor may be given for two operands.
        Tensor[] sources = [.. operands.Select(x => x.Permute([.. Enumerable.Range(0, x.Rank)]))];
        Tensor[] wanted = [.. sources.Where(x => x.DType.IsFloating())];
        using var tape = new GradientTape(watchAccessedVariables: false);
        tape.Watch(wanted);
        var gradients = tape.Gradient(Expression(sources), wanted, dy);
        return input => gradients[Array.IndexOf(wanted, sources[input])];
    }
}

/// <summary>An operation whose result does not change smoothly with its operands: an index, a comparison, a cast to integers.</summary>
internal sealed class NotDifferentiable(string name) : Op
{
    public override string Name => name;

    public override Flow GradientFlow => Flow.NotDifferentiable;
}

/// <summary>One recorded call: operation, operands and result, with each operand's place in the recording (-1 where nothing watches it).</summary>
internal struct RecordedOp
{
    /// <summary>Null for a leaf: a watched tensor or variable.</summary>
    public Op? Op;
    public Tensor Y;
    public Tensor? A;
    public Tensor? B;
    public Tensor? C;

    /// <summary>All operands, where there are more than three.</summary>
    public Tensor[]? Many;
    public int[]? ManyIndices;
    public int IndexA;
    public int IndexB;
    public int IndexC;

    /// <summary>One bit for each tape that tracks the result.</summary>
    public ulong Tapes;

    /// <summary>One bit for each tape that watched the result though it had not recorded the operation: for it the result is a leaf.</summary>
    public ulong LeafOf;

    /// <summary>Whether the library made the call to compute a gradient. Integers and bools it reads are then constants: see <see cref="IsFlat"/>.</summary>
    public bool InPullback;

    /// <summary>The first operand.</summary>
    public readonly Tensor X => A!;

    public readonly int InputCount => Many is not null ? Many.Length : C is not null ? 3 : B is not null ? 2 : A is not null ? 1 : 0;

    public readonly Tensor Input(int i) => Many is not null ? Many[i] : i switch { 0 => A!, 1 => B!, _ => C! };

    public readonly int InputIndex(int i) => ManyIndices is not null ? ManyIndices[i] : i switch { 0 => IndexA, 1 => IndexB, _ => IndexC };

    public readonly bool IsLeafOf(ulong tape) => Op is null || (LeafOf & tape) != 0;

    /// <summary>
    /// Whether the result depends on an operand with derivative 0, being constant piece by piece: a slope that a comparison chose, a gradient put where an index said. In a call of the program's
    /// own the same would be refused by name.
    /// </summary>
    public readonly bool IsFlat(int input) => InPullback && !Input(input).DType.IsFloating();

    /// <summary>Puts readable tensors in the place of disposed ones.</summary>
    public void Revive(Recording recording, int index)
    {
        Y = Y.Revived(recording.SlotAt(index));
        A = A?.Revived(recording.SlotAt(IndexA));
        B = B?.Revived(recording.SlotAt(IndexB));
        C = C?.Revived(recording.SlotAt(IndexC));
        for (var i = 0; Many is not null && i < Many.Length; i++)
        {
            Many[i] = Many[i].Revived(recording.SlotAt(ManyIndices![i]));
        }
    }
}
