using System.Runtime.CompilerServices;
using Autograd.Backends;

namespace Autograd;

/// <summary>A variable as its optimizer sees it: with the slots of state kept for it, and with what has to happen to its gradient before the update.</summary>
public sealed class Parameter
{
    private readonly Variable[] _slots;

    // Of the present step; set by the optimizer before each update.
    internal Preparation Preparation;

    internal Parameter(Variable variable, Variable[] slots)
    {
        Variable = variable;
        _slots = slots;
    }

    /// <summary>The variable.</summary>
    public Variable Variable { get; }

    /// <summary>The slots, in the order of <see cref="Optimizer.SlotNames"/>.</summary>
    public IReadOnlyList<Variable> Slots => _slots;

    /// <summary>The updates it has had: fewer than <see cref="Optimizer.Iterations"/> where it joined late, was frozen, or had no gradient.</summary>
    public long Steps { get; internal set; }

    internal Variable? Average { get; set; }

    internal Variable? Accumulated { get; set; }

    internal bool IsDecayed { get; set; } = true;

    /// <summary>Runs a rule over the variable and its first three slots in one pass, clipping and weight decay included.</summary>
    /// <param name="rule">The rule, with the hyperparameters of this step.</param>
    /// <param name="gradient">The gradient, as <see cref="Optimizer.Update"/> got it.</param>
    public void Apply<TRule>(TRule rule, Tensor gradient) where TRule : struct, IUpdateRule =>
        Apply(rule, gradient, _slots.Length > 0 ? _slots[0] : null, _slots.Length > 1 ? _slots[1] : null, _slots.Length > 2 ? _slots[2] : null);

    /// <summary>As <see cref="Apply{TRule}(TRule, Tensor)"/>, with slots chosen by the caller; each is given once.</summary>
    public void Apply<TRule>(TRule rule, Tensor gradient, Variable? slot0, Variable? slot1 = null, Variable? slot2 = null) where TRule : struct, IUpdateRule
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (Preparation.IsNeeded)
        {
            Run(new PreparedRule<TRule>(Preparation, rule), gradient, Variable, slot0, slot1, slot2);
        }
        else
        {
            Run(rule, gradient, Variable, slot0, slot1, slot2);
        }
    }

    /// <summary>
    /// For updates written in tensor operations: shrinks the variable where weight decay asks for it, and gives the gradient clipped (and with the L2 term,
    /// if that is how weight decay works here). Call it once, before anything reads the variable, and not together with <see cref="Apply{TRule}(TRule, Tensor)"/>.
    /// </summary>
    public Tensor Prepare(Tensor gradient)
    {
        if (!Preparation.IsNeeded)
        {
            return gradient;
        }
        var prepared = new Variable(gradient, trainable: false, name: Variable.Name);
        Run(new PreparationRule(Preparation), Variable, prepared, null, null, null);
        if (Preparation.Decay != 0)
        {
            Variable.AssignSub(Preparation.Decay * Variable);
        }
        return prepared.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TRule>(TRule rule, Tensor gradient, Variable variable, Variable? slot0, Variable? slot1, Variable? slot2) where TRule : struct, IUpdateRule
    {
        var packed = gradient.Packed();
        variable.PrepareToOverwrite();
        slot0?.PrepareToOverwrite();
        slot1?.PrepareToOverwrite();
        slot2?.PrepareToOverwrite();
        variable.Backend.Update(rule, packed, variable, slot0, slot1, slot2);
        GC.KeepAlive(packed);
    }
}

/// <summary>What happens to a gradient and its weight before the update: g = clip(scale g) + l2 w, then w -= decay w.</summary>
internal readonly record struct Preparation(double Scale, double Clip, double L2, double Decay)
{
    public static readonly Preparation None = new(1, double.PositiveInfinity, 0, 0);

    public bool IsNeeded => this != None;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Of<T>(T w, T g) where T : struct, IReal<T>
    {
        g = T.Field(Scale) * g;
        if (Clip < double.PositiveInfinity)
        {
            g = T.Min(T.Max(g, T.Field(-Clip)), T.Field(Clip));
        }
        return L2 != 0 ? g + (T.Field(L2) * w) : g;
    }
}

/// <summary>An update with its preparation, still in one pass.</summary>
internal readonly record struct PreparedRule<TRule>(Preparation Preparation, TRule Rule) : IUpdateRule where TRule : struct, IUpdateRule
{
    public static int Slots => TRule.Slots;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T>
    {
        g = Preparation.Of(w, g);
        if (Preparation.Decay != 0)
        {
            w -= T.Field(Preparation.Decay) * w;
        }
        Rule.Of(ref w, g, ref s0, ref s1, ref s2);
    }
}

/// <summary>The preparation alone: the gradient is what changes, and the weight stands where the gradient else does.</summary>
internal readonly record struct PreparationRule(Preparation Preparation) : IUpdateRule
{
    public static int Slots => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T> => w = Preparation.Of(g, w);
}

/// <summary>Averages of what may overflow, as squares of gradients do from 1.8e19 on in single precision.</summary>
internal static class RunningAverage
{
    /// <summary>average + gain (x - average), infinite for ever once it is: a weight whose average of squares overflowed stands still. The difference of two infinities would make it NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T average, double gain, T x) where T : struct, IReal<T> =>
        average + (T.Field(gain) * (x - T.Select(average < T.Const(double.PositiveInfinity), average, T.Zero)));

    /// <summary>A gradient whose square, and the sum of a million of them, the type can hold.</summary>
    public static Tensor Squarable(Tensor gradient)
    {
        var most = gradient.DType == DType.Float32 ? 1e16 : 1e151;
        return Tensor.Clip(gradient, -most, most);
    }
}

/// <summary>average += (1 - decay) (value - average), the value given as gradient.</summary>
internal readonly record struct AverageRule(double Decay) : IUpdateRule
{
    public static int Slots => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T> => w -= T.Field(1 - Decay) * (w - g);
}

/// <summary>sum += g.</summary>
internal readonly record struct SumRule : IUpdateRule
{
    public static int Slots => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of<T>(ref T w, T g, ref T s0, ref T s1, ref T s2) where T : struct, IReal<T> => w += g;
}
