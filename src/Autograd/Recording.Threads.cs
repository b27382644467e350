using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Autograd;

// What other threads do with things that tapes track. A tape records its own thread only; so that no gradient is ever a part of one, results made elsewhere carry
// a mark, and a gradient that would have to go through one is refused.
internal sealed partial class Recording
{
    private const int MostTags = (1 << BlockBits) - 1;

    private static readonly ConcurrentQueue<int> s_freeTags = [];
    private static int s_tags;

    // Tells the marks of this thread from those of others.
    private readonly int _tag = s_freeTags.TryDequeue(out var tag) ? tag : Math.Min(Interlocked.Increment(ref s_tags), MostTags);
    private bool _metElsewhere;

    private void ReturnTag()
    {
        if (_tag < MostTags)
        {
            s_freeTags.Enqueue(_tag);
        }
    }

    /// <summary>This thread records nothing, but another does.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Recording? Bystander()
    {
        if (_isOpen < 0)
        {
            _isOpen = 1;
            CloseAbandoned();
        }
        return _paused || (int)Volatile.Read(ref s_stretches) <= _isOpen ? null : this;
    }

    /// <summary>
    /// Marks a result that no tape of this thread tracks, if those of others may track what it is made from: a negative slot of the block of numbers that the operands
    /// belong to, and of this thread's tag.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MarkFor(Op? op, Tensor y, ReadOnlySpan<Tensor> operands)
    {
        if (_paused || y.Slot > 0 || y.IsVariable || !y.DType.IsFloating() || op is { GradientFlow: not Op.Flow.Differentiable })
        {
            return;
        }
        long block = 0;
        foreach (var x in operands)
        {
            block = Math.Max(block, BlockOf(x));
        }
        y.Slot = Mark(block);
    }

    // Apart, since the operands of a list lie on the stack, which would have to be cleared for every call that is recorded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MarkFor(Op op, Tensor y, Tensor a, Tensor b, Tensor c) => MarkFor(op, y, [a, b, c]);

    /// <summary>As <see cref="MarkFor(Op, Tensor, ReadOnlySpan{Tensor})"/>, for operations that record themselves only where a tape of this thread tracks an operand.</summary>
    public static void MarkUnrecorded(Tensor y, ReadOnlySpan<Tensor> operands)
    {
        if (Active is { } recording && OpenAnywhere > recording._isOpen)
        {
            recording.MarkFor(null, y, operands);
        }
    }

    /// <summary>The same for gradients: the kernels that make them do not say from what.</summary>
    public void MarkGradients(ReadOnlySpan<Tensor?> gradients)
    {
        if (OpenAnywhere <= _isOpen || _paused)
        {
            return;
        }
        foreach (var gradient in gradients)
        {
            if (gradient is { Slot: 0, IsVariable: false })
            {
                gradient.Slot = Mark(PresentBlock);
            }
        }
    }

    private static long PresentBlock => (Volatile.Read(ref s_next) >> BlockBits) - 1;

    private long MarkOf(Variable x) => OpenAnywhere > _isOpen && !_paused ? Mark(BlockOf(x)) : 0;

    private long Mark(long block) => block == 0 ? 0 : -((block << BlockBits) | (uint)_tag);

    /// <summary>The last block of numbers that a tape which tracks a tensor may have begun with; 0 for a constant.</summary>
    private static long BlockOf(Tensor x)
    {
        if (x.IsVariable)
        {
            return x.IsWatched || Unsafe.As<Variable>(x).Trainable ? PresentBlock : 0;
        }
        // A recorded result that was watched later keeps the number of its recording.
        return x.IsWatched && (x.Flags & Tensor.Traits.Recorded) != 0 ? PresentBlock : Math.Abs(x.Slot) >> BlockBits;
    }

    /// <summary>Whether a tensor was made on another thread since this stretch began, from something that tapes may track.</summary>
    private bool IsMadeElsewhere(Tensor x)
    {
        var slot = x.Slot;
        if (slot < 0)
        {
            return -slot >> BlockBits >= _first >> BlockBits && ((int)-slot & MostTags) is var tag && (tag != _tag || tag == MostTags);
        }
        return slot >= _first && (x.Flags & Tensor.Traits.Recorded) != 0 && !IsMine(slot);
    }

    /// <summary>A place for what was made elsewhere: it ends the way back of every tape.</summary>
    private int Meet(Tensor x)
    {
        var index = Append();
        ref var call = ref _calls[index];
        call.Op = MadeElsewhere.Instance;
        call.Y = x;
        call.Tapes = _active;
        x.Hold();
        _leaves.Add(x, index);
        _metElsewhere = true;
        if ((_active & Far) != 0)
        {
            TrackFar(index);
        }
        return index;
    }

    /// <summary>A tensor made on another thread on which a target depends, other than through a source; null if there is none.</summary>
    public Tensor? FindMadeElsewhere(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources, ulong tape, int start)
    {
        foreach (var target in targets)
        {
            if (IndexOf(target.Slot) < 0 && !target.IsVariable && IsMadeElsewhere(target) && !IsOneOf(sources, target) && !(Find(target) is >= 0 and var place && IsLeaf(tape, place)))
            {
                return target;
            }
        }
        if (!_metElsewhere)
        {
            return null;
        }
        var reached = new bool[_count];
        foreach (var target in targets)
        {
            if (Find(target) is >= 0 and var place)
            {
                reached[place] = true;
            }
        }
        var ends = new HashSet<int>();
        foreach (var source in sources)
        {
            ends.Add(Find(source));
        }
        for (var i = _count - 1; i >= start; i--)
        {
            if (!reached[i] || !Tracks(tape, i) || IsLeaf(tape, i) || ends.Contains(i))
            {
                continue;
            }
            ref var call = ref _calls[i];
            if (call.Op is MadeElsewhere)
            {
                return call.Y;
            }
            for (var input = 0; call.Op!.GradientFlow == Op.Flow.Differentiable && input < call.InputCount; input++)
            {
                if (call.InputIndex(input) is >= 0 and var index)
                {
                    reached[index] = true;
                }
            }
        }
        return null;

        static bool IsOneOf(ReadOnlySpan<Tensor> tensors, Tensor x)
        {
            foreach (var tensor in tensors)
            {
                if (ReferenceEquals(tensor, x))
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Stands where a tensor made on another thread is used.</summary>
    private sealed class MadeElsewhere : Op
    {
        public static readonly MadeElsewhere Instance = new();

        public override string Name => "MadeOnAnotherThread";

        public override Flow GradientFlow => Flow.Stopped;
    }
}
