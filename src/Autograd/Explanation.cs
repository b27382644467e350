namespace Autograd;

/// <summary>Says in words how a target depends on a source, or why it does not.</summary>
internal readonly struct Explanation(Recording recording, ulong tape, int start)
{
    // A thread without a tape leaves nothing by which its results could be told.
    private const string Elsewhere = "on another thread (as in Task.Run or Parallel.For; a tape records its own thread only)";

    /// <summary>The words; whether the only connection runs through an operation that has no gradient; and whether it is flat, so that the gradient is 0.</summary>
    public readonly record struct Result(string Text, bool Refused = false, bool Flat = false);

    public Result Of(Tensor target, Tensor source)
    {
        if (!source.DType.IsFloating())
        {
            return new($"The source is {source.DType}; only Float32 and Float64 tensors have gradients.");
        }
        var from = PlaceOf(source);
        if (from < 0)
        {
            return new(Unwatched(source));
        }
        var to = PlaceOf(target);
        if (to < 0)
        {
            return new(NotRecorded(target));
        }
        if (from == to)
        {
            return new("Target and source are the same tensor; the gradient is 1.");
        }
        var path = OnTheWay(from, to, false, Op.Flow.Differentiable);
        if (path.Count > 0)
        {
            return Connected(path);
        }
        // An operation without a gradient is an error only where the program has not stopped the gradient itself.
        path = OnTheWay(from, to, false, Op.Flow.Differentiable, Op.Flow.NotDifferentiable);
        if (path.Count > 0)
        {
            return new($"The target depends on the source through {First(path, Op.Flow.NotDifferentiable)}, which is not differentiable: its result does not change smoothly "
                + "with its operands. Use a differentiable operation instead, wrap it in StopGradient, or pass unconnected: Unconnected.Zero.", Refused: true);
        }
        path = OnTheWay(from, to, true, Op.Flow.Differentiable, Op.Flow.NotDifferentiable);
        if (path.Count > 0)
        {
            return new($"The target, a gradient, depends on the source only by what {First(path, Op.Flow.NotDifferentiable)} decides, as the slope of Relu does: piece by piece it is constant, and the gradient is 0.", Flat: true);
        }
        path = OnTheWay(from, to, true, Op.Flow.Differentiable, Op.Flow.NotDifferentiable, Op.Flow.Stopped);
        if (path.Count == 0)
        {
            return new($"The source (shape {source.Shape}) is watched, but no recorded operation leads from it to the target (shape {target.Shape}): "
                + $"it was used before it was watched, while recording was stopped, {Elsewhere}, or not at all.");
        }
        return new($"The target depends on the source only behind {First(path, Op.Flow.Stopped)}, which detaches it on purpose.");
    }

    public static string NotRecorded(Tensor target) => $"The target (shape {target.Shape}) was not recorded by this tape: it was computed before the tape started, while recording was stopped, "
        + $"{Elsewhere}, or from nothing that the tape watches (as is the gradient of a linear function).";

    private int PlaceOf(Tensor x)
    {
        var place = recording.Find(x);
        return place >= 0 && place < recording.Count && recording.Tracks(tape, place) ? place : -1;
    }

    private static string Unwatched(Tensor source) => source switch
    {
        Variable { Trainable: false } v => $"The source, {v.Name}, is not trainable, so the tape does not watch it by itself: call tape.Watch before using it.",
        Variable v => $"The source, {v.Name}, was not used while the tape recorded, or the tape was made with watchAccessedVariables: false.",
        _ => $"The source (shape {source.Shape}) was never watched: call tape.Watch on it before it is used, or make it a Variable. "
            + "A tensor that a function computed anew from the source is not the source itself.",
    };

    /// <summary>The places of all operations between source and target, through operations of the given kinds, with or without flat connections.</summary>
    private List<int> OnTheWay(int from, int to, bool flat, params ReadOnlySpan<Op.Flow> kinds)
    {
        var reached = new bool[Math.Max(from, to) + 1];
        reached[from] = true;
        for (var i = start; i <= to; i++)
        {
            reached[i] |= Passes(i, kinds) && AnyInput(i, flat, reached);
        }
        var path = new List<int>();
        if (!reached[to])
        {
            return path;
        }
        var leading = new bool[to + 1];
        leading[to] = true;
        for (var i = to; i >= start; i--)
        {
            if (i == from || !leading[i] || !reached[i])
            {
                continue;
            }
            path.Add(i);
            for (var input = 0; Passes(i, kinds) && input < recording[i].InputCount; input++)
            {
                if (recording[i].InputIndex(input) is >= 0 and var index && (flat || !recording[i].IsFlat(input)))
                {
                    leading[index] = true;
                }
            }
        }
        path.Reverse();
        return path;
    }

    private bool Passes(int place, ReadOnlySpan<Op.Flow> kinds)
    {
        ref var call = ref recording[place];
        return recording.Tracks(tape, place) && !recording.IsLeaf(tape, place) && kinds.Contains(call.Op!.GradientFlow);
    }

    private bool AnyInput(int place, bool flat, bool[] of)
    {
        ref var call = ref recording[place];
        for (var i = 0; i < call.InputCount; i++)
        {
            if (call.InputIndex(i) is >= 0 and var index && of[index] && (flat || !call.IsFlat(i)))
            {
                return true;
            }
        }
        return false;
    }

    private string First(List<int> path, Op.Flow kind)
    {
        foreach (var place in path)
        {
            if (recording[place].Op!.GradientFlow == kind)
            {
                return recording[place].Op!.Name;
            }
        }
        return "";
    }

    private Result Connected(List<int> path)
    {
        const int Shown = 8;
        var ops = new List<string>();
        foreach (var place in path.Take(Shown))
        {
            ops.Add(recording[place].Op!.Name);
        }
        var chain = string.Join(" -> ", ops) + (path.Count > Shown ? $" -> ... ({path.Count} operations)" : "");
        return new($"The target depends on the source through {chain}.");
    }
}
