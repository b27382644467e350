using System.Runtime.CompilerServices;
using System.Text;
using Autograd.Numerics;

namespace Autograd;

/// <summary>What a gradient is when the target does not depend on the source.</summary>
public enum Unconnected
{
    /// <summary>null, so that a forgotten connection shows.</summary>
    None,

    /// <summary>Zeros of the source's shape.</summary>
    Zero,
}

/// <summary>What the last reverse pass did: it visits each recorded operation at most once and each source once, N + P visits. Immutable; threads may share it.</summary>
/// <param name="Recorded">Operations between the tape's start and the target.</param>
/// <param name="OperationsVisited">N: operations whose pullbacks ran.</param>
/// <param name="SourcesVisited">P: sources whose gradient was collected.</param>
public readonly record struct TapeStatistics(int Recorded, int OperationsVisited, int SourcesVisited);

/// <summary>
/// Records the operations on watched tensors and differentiates through them, with TensorFlow's semantics. Trainable variables are
/// watched when they are met, other tensors by <see cref="Watch(Tensor)"/>.
/// <code>
/// using var tape = new GradientTape();
/// var loss = (x * w).Sum();
/// var gradient = tape.Gradient(loss, w);
/// </code>
/// </summary>
/// <remarks>
/// A plain tape gives one gradient and lets everything recorded go; a persistent one gives any number, until it is disposed or dropped.
/// Tapes nest: what an inner tape computes, an outer one records, to any order.
/// <para>Threads: a tape belongs to the thread that made it and records that thread only; other threads may at most dispose it. A gradient that would need what another
/// thread has computed meanwhile is refused (<see cref="TapeException"/>), so it is never a part of one. Each thread may have tapes of its own over the same variables.</para>
/// </remarks>
public sealed class GradientTape : IDisposable
{
    private readonly Recording _recording;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly bool _watchVariables;
    private readonly bool _detectAnomalies;
    private readonly bool _allowInfinity;
    private readonly bool _persistent;

    private ulong _key;
    private int _start;
    private List<int>? _watchedEarlier;
    private Dictionary<(Tensor Target, Tensor Source), string>? _explanations;
    private State _state;

    private enum State
    {
        Open,
        Used,
        Disposed,
    }

    /// <summary>Starts recording on this thread.</summary>
    /// <param name="persistent">Whether more than one gradient may be taken.</param>
    /// <param name="watchAccessedVariables">Whether trainable variables are watched when they are used.</param>
    /// <param name="detectAnomalies">
    /// Whether to throw an <see cref="AnomalyException"/> that names the operation, and the line that called it, which first produced NaN or infinity, forward or backward. Slow. An infinity
    /// that an operation only hands on is none: one among its constants, as the -infinity of a mask, or one that followed from such.
    /// </param>
    /// <param name="allowInfinity">Whether only NaN is an anomaly.</param>
    public GradientTape(bool persistent = false, bool watchAccessedVariables = true, bool detectAnomalies = false, bool allowInfinity = false)
    {
        _persistent = persistent;
        _watchVariables = watchAccessedVariables;
        _detectAnomalies = detectAnomalies;
        _allowInfinity = allowInfinity;
        _recording = Recording.OfThread;
        Begin();
    }

    private void Begin()
    {
        _key = _recording.Open(this, _watchVariables, _detectAnomalies, _allowInfinity);
        _start = _recording.Count;
        _watchedEarlier = null;
        _state = State.Open;
    }

    internal bool EndedElsewhere { get; private set; }

    /// <summary>What the last reverse pass did.</summary>
    public TapeStatistics Statistics { get; private set; }

    /// <summary>Whether the tape records now.</summary>
    public bool IsRecording => _state == State.Open && _recording.IsActive(_key);

    /// <summary>Records what happens to a tensor from now on.</summary>
    /// <exception cref="TapeException">The tensor holds integers or booleans, which have no gradients, or the tape is over.</exception>
    public void Watch(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        RequireOpen("Watch");
        RequireFloating(x, "Watch");
        _ = x.Buffer;
        _recording.WatchLeaf(x, _key);
    }

    /// <summary>Records what happens to several tensors from now on.</summary>
    /// <exception cref="TapeException">One of them holds integers or booleans, or the tape is over; then none is watched.</exception>
    public void Watch(params ReadOnlySpan<Tensor> tensors)
    {
        RequireOpen("Watch");
        foreach (var x in tensors)
        {
            ArgumentNullException.ThrowIfNull(x, nameof(tensors));
            RequireFloating(x, "Watch");
        }
        foreach (var x in tensors)
        {
            Watch(x);
        }
    }

    /// <summary>The variables met so far; none once the tape was used.</summary>
    public IReadOnlyList<Variable> WatchedVariables => _state == State.Open ? [.. _recording.VariablesOf(_key)] : [];

    /// <summary>Suspends recording on this tape until the result is disposed: <c>using (tape.StopRecording()) { ... }</c>.</summary>
    public RecordingPause StopRecording()
    {
        RequireOpen("StopRecording");
        var wasActive = _recording.IsActive(_key);
        _recording.SetActive(_key, false);
        return new RecordingPause(wasActive ? this : null);
    }

    internal void Resume()
    {
        if (_state == State.Open)
        {
            _recording.SetActive(_key, true);
        }
    }

    /// <summary>Forgets everything recorded and watched, and records afresh. Also makes a used tape usable again.</summary>
    public void Reset()
    {
        RequireUndisposed("Reset");
        RequireThread("Reset");
        Close();
        _explanations = null;
        Begin();
    }

    /// <summary>d target / d source. A target that is no scalar is summed, unless <paramref name="outputGradient"/> weighs its elements.</summary>
    /// <param name="target">What is differentiated, of any shape.</param>
    /// <param name="source">A watched tensor, a variable, or any value computed from them under the tape.</param>
    /// <param name="outputGradient">The cotangent: the gradient of some later scalar with respect to <paramref name="target"/>, of its shape; ones by default.</param>
    /// <param name="unconnected">What to return when the target does not depend on the source.</param>
    /// <returns>A tensor of the source's shape and type, or null.</returns>
    /// <exception cref="TapeException">The tape was used up, belongs to another thread, the source or target is no floating tensor, or all that connects
    /// them is an operation without a gradient (which is then named).</exception>
    public Tensor? Gradient(Tensor target, Tensor source, Tensor? outputGradient = null, Unconnected unconnected = Unconnected.None)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        return Gradient([target], [source], outputGradient is null ? default : [outputGradient], unconnected)[0];
    }

    /// <summary>The gradients of one target with respect to several sources, in one reverse pass.</summary>
    /// <inheritdoc cref="Gradient(Tensor, Tensor, Tensor, Unconnected)"/>
    [OverloadResolutionPriority(1)]
    public Tensor?[] Gradient(Tensor target, ReadOnlySpan<Tensor> sources, Tensor? outputGradient = null, Unconnected unconnected = Unconnected.None)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Gradient([target], sources, outputGradient is null ? default : [outputGradient], unconnected);
    }

    /// <summary>The gradients of one target with respect to several sources, such as a model's weights, in one reverse pass.</summary>
    /// <inheritdoc cref="Gradient(Tensor, Tensor, Tensor, Unconnected)"/>
    public Tensor?[] Gradient(Tensor target, IEnumerable<Tensor> sources, Tensor? outputGradient = null, Unconnected unconnected = Unconnected.None)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(sources);
        return Gradient(target, [.. sources], outputGradient, unconnected);
    }

    /// <summary>
    /// The gradients of one target with respect to sources all of which it depends on, so that none is null: <c>var (dw, db) = tape.Gradients(loss, w, b)</c>. Where a source may stay unused, as some
    /// weights of a model, <see cref="Gradient(Tensor, ReadOnlySpan{Tensor}, Tensor?, Unconnected)"/> has null for it.
    /// </summary>
    /// <param name="target">What is differentiated; summed where it is no scalar.</param>
    /// <param name="sources">Watched tensors, variables, or values computed from them under the tape.</param>
    /// <exception cref="TapeException">The target does not depend on one of the sources; the message says why, as <see cref="Explain"/> does.</exception>
    public Tensors Gradients(Tensor target, params ReadOnlySpan<Tensor> sources)
    {
        var gradients = Gradient(target, sources);
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is null)
            {
                throw new TapeException($"Gradients: {(sources[i] is Variable variable ? variable.Name : $"source {i}")} has no gradient. {Explain(target, sources[i])}");
            }
        }
        return Tensors.Of(gradients!);
    }

    /// <inheritdoc cref="Gradients(Tensor, ReadOnlySpan{Tensor})"/>
    public Tensors Gradients(Tensor target, IEnumerable<Tensor> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        return Gradients(target, [.. sources]);
    }

    /// <summary>The gradients of the sum of several targets with respect to several sources, in one reverse pass.</summary>
    /// <param name="targets">What is differentiated; their gradients add up.</param>
    /// <param name="sources">Watched tensors, variables, or values computed from them under the tape.</param>
    /// <param name="outputGradients">One cotangent per target, of its shape; ones by default.</param>
    /// <param name="unconnected">What to return for a source that no target depends on.</param>
    /// <returns>For each source a tensor of its shape and type, or null.</returns>
    /// <exception cref="TapeException">See the form with one target.</exception>
    public Tensor?[] Gradient(
        ReadOnlySpan<Tensor> targets,
        ReadOnlySpan<Tensor> sources,
        ReadOnlySpan<Tensor> outputGradients = default,
        Unconnected unconnected = Unconnected.None)
    {
        RequireOpen("Gradient");
        Check(targets, sources, outputGradients);
        var pass = new ReversePass(_recording, _key, _start, _watchedEarlier);
        if (_persistent)
        {
            return Finish(pass, targets, sources, outputGradients, unconnected);
        }
        // As in TensorFlow, a one-shot tape stops recording here; outer tapes go on.
        _recording.SetActive(_key, false);
        _state = State.Used;
        try
        {
            return Finish(pass, targets, sources, outputGradients, unconnected);
        }
        finally
        {
            Close();
        }
    }

    private Tensor?[] Finish(
        ReversePass pass, ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources, ReadOnlySpan<Tensor> outputGradients, Unconnected unconnected)
    {
        if (MadeElsewhere(targets, sources) is { } words)
        {
            throw new TapeException($"Gradient: {words}");
        }
        var gradients = pass.Run(targets, sources, outputGradients);
        Statistics = pass.Statistics;
        _recording.MarkGradients(gradients);
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is not null)
            {
                continue;
            }
            if (unconnected == Unconnected.Zero)
            {
                gradients[i] = Tensor.ZerosLike(sources[i]);
                continue;
            }
            var flat = false;
            foreach (var target in targets)
            {
                var explanation = new Explanation(_recording, _key, _start).Of(target, sources[i]);
                if (explanation.Refused)
                {
                    throw new TapeException($"Gradient: {explanation.Text}");
                }
                flat |= explanation.Flat;
                (_explanations ??= [])[(target, sources[i])] = explanation.Text;
            }
            gradients[i] = flat ? Tensor.ZerosLike(sources[i]) : null;
        }
        return gradients;
    }

    /// <summary>Why <see cref="Gradient(Tensor, Tensor, Tensor, Unconnected)"/> is null, or how target and source are connected, in words that name operations.</summary>
    public string Explain(Tensor target, Tensor source)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        if (_explanations is not null && _explanations.TryGetValue((target, source), out var explanation))
        {
            return explanation;
        }
        return _state == State.Open
            ? MadeElsewhere([target], [source]) ?? new Explanation(_recording, _key, _start).Of(target, source).Text
            : _state == State.Disposed ? "The tape is disposed and what it recorded is gone; call Explain before its using ends."
            : "The tape has been used and what it recorded is gone; take the gradient from a persistent tape, or call Explain before Gradient.";
    }

    /// <summary>What to say where a gradient would lack the part that another thread has computed; null if there is none.</summary>
    private string? MadeElsewhere(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources)
    {
        if (!_recording.IsOfThisThread || _recording.FindMadeElsewhere(targets, sources, _key, _start) is not { } x)
        {
            return null;
        }
        return $"The target depends on a tensor of shape {x.Shape} that was computed on another thread while this tape was open, from variables or watched tensors "
            + "(in a Thread, Task.Run or Parallel.For, or in the rest of a method after an await). A tape records its own thread only, so the gradient would lack a part. "
            + "Compute the tensor on the tape's thread; or give the other thread a tape of its own and add the gradients; or, where it is meant as a constant, use StopGradient.";
    }

    /// <summary>All first derivatives of a target: shape target.Shape + source.Shape, one reverse pass per element of the target.</summary>
    /// <param name="target">What is differentiated, of any shape.</param>
    /// <param name="source">A watched tensor or variable.</param>
    /// <param name="unconnected">What to return when the target does not depend on the source.</param>
    /// <returns>A tensor of the source's type, or null.</returns>
    /// <exception cref="TapeException">See <see cref="Gradient(Tensor, Tensor, Tensor, Unconnected)"/>.</exception>
    public Tensor? Jacobian(Tensor target, Tensor source, Unconnected unconnected = Unconnected.None)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        RequireOpen("Jacobian");
        Check([target], [source]);
        return ManyPasses(() =>
        {
            Shape shape = [.. target.Shape, .. source.Shape];
            if (target.Size == 0)
            {
                return Tensor.FullOn(source.Backend, shape, 0, source.DType);
            }
            var rows = new Tensor[target.Size];
            for (var i = 0; i < rows.Length; i++)
            {
                var row = OneRow(target, source, OneHotLike(target, i), unconnected);
                if (row is null)
                {
                    return null;
                }
                rows[i] = row;
            }
            return Tensor.Stack(rows).Reshape(shape);
        });
    }

    /// <summary>
    /// Per-example derivatives, where example i of the target depends on example i of the source only:
    /// target [n, a...] and source [n, b...] give [n, a..., b...].
    /// </summary>
    /// <inheritdoc cref="Jacobian"/>
    /// <exception cref="ShapeException">The first extents differ, or one of the two is a scalar.</exception>
    public Tensor? BatchJacobian(Tensor target, Tensor source, Unconnected unconnected = Unconnected.None)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        RequireOpen("BatchJacobian");
        Check([target], [source]);
        if (target.Rank == 0 || source.Rank == 0 || target.Shape[0] != source.Shape[0])
        {
            throw new ShapeException($"BatchJacobian: target {target.Shape} and source {source.Shape} need the same first extent, the batch.");
        }
        return ManyPasses(() =>
        {
            Shape shape = [.. target.Shape, .. source.Shape.ToArray()[1..]];
            if (shape.Size == 0)
            {
                return Tensor.FullOn(source.Backend, shape, 0, source.DType);
            }
            var batch = target.Shape[0];
            var perExample = target.Size / batch;
            var columns = new Tensor[perExample];
            for (var i = 0; i < perExample; i++)
            {
                var cotangent = Tensor.OneHot(Tensor.FullOn(target.Backend, [1], i, DType.Int64), perExample, target.DType).BroadcastTo([batch, perExample]).Reshape(target.Shape);
                var column = OneRow(target, source, cotangent, unconnected);
                if (column is null)
                {
                    return null;
                }
                columns[i] = column;
            }
            return Tensor.Stack(columns, axis: 1).Reshape(shape);
        });
    }

    private static Tensor OneHotLike(Tensor target, int index) =>
        Tensor.OneHot(Tensor.FullOn(target.Backend, [], index, DType.Int64), target.Size, target.DType).Reshape(target.Shape);

    private Tensor? OneRow(Tensor target, Tensor source, Tensor cotangent, Unconnected unconnected)
    {
        var pass = new ReversePass(_recording, _key, _start, _watchedEarlier);
        return Finish(pass, [target], [source], [cotangent], unconnected)[0];
    }

    private Tensor? ManyPasses(Func<Tensor?> passes)
    {
        if (_persistent)
        {
            return passes();
        }
        _recording.SetActive(_key, false);
        try
        {
            return passes();
        }
        finally
        {
            _state = State.Used;
            Close();
        }
    }

    /// <summary>What has been recorded, one operation a line: <c>%3 = MatMul(%1, %2) [120,16] Float32</c>.</summary>
    public override string ToString()
    {
        if (_state != State.Open)
        {
            return "GradientTape: over, nothing recorded";
        }
        var text = new StringBuilder();
        for (var i = _start; i < _recording.Count; i++)
        {
            var call = _recording[i];
            if (!_recording.Tracks(_key, i))
            {
                continue;
            }
            var isLeaf = _recording.IsLeaf(_key, i);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{i} = {(isLeaf ? "watched" : call.Op!.ToString())}");
            if (!isLeaf)
            {
                text.Append('(');
                for (var input = 0; input < call.InputCount; input++)
                {
                    text.Append(input > 0 ? ", " : "");
                    text.Append(call.InputIndex(input) < 0 ? "const" : $"%{call.InputIndex(input)}");
                }
                text.Append(')');
            }
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" {call.Y.Shape} {call.Y.DType}").AppendLine();
        }
        return text.ToString();
    }

    /// <summary>Ends the tape and lets everything recorded go. Safe twice, and never needed: of a tape that is dropped the collector lets go too, only later.</summary>
    public void Dispose()
    {
        if (_state == State.Disposed)
        {
            return;
        }
        var wasOpen = _state == State.Open;
        _state = State.Disposed;
        if (!wasOpen)
        {
            return;
        }
        if (_recording.IsOfThisThread)
        {
            Close();
        }
        else
        {
            EndedElsewhere = true; // its own thread lets go at the next opportunity
        }
    }

    /// <summary>The recording has become shorter: what comes next is this tape's.</summary>
    internal void StartAtMost(int count) => _start = Math.Min(_start, count);

    /// <summary>Lets a reader, such as a picture, look at what is recorded and from where on, while nothing new is. The tape stays as it is.</summary>
    internal T Read<T>(string operation, Func<Recording, ulong, int, List<int>, T> reader)
    {
        RequireOpen(operation);
        using var pause = Recording.Pause();
        return reader(_recording, _key, _start, _watchedEarlier ?? []);
    }

    internal void NoteWatched(int index)
    {
        if (index < _start)
        {
            (_watchedEarlier ??= []).Add(index);
        }
    }

    private void Close() => _recording.Close(_key, _start, _watchedEarlier);

    private void Check(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources, ReadOnlySpan<Tensor> outputGradients = default)
    {
        ReversePass.Check(targets, sources, outputGradients);
        foreach (var target in targets)
        {
            if (!target.DType.IsFloating())
            {
                RefuseIntegers(target, sources);
            }
        }
    }

    /// <summary>A target of integers or bools: says which operation made it so.</summary>
    private void RefuseIntegers(Tensor target, ReadOnlySpan<Tensor> sources)
    {
        foreach (var source in sources)
        {
            var explanation = new Explanation(_recording, _key, _start).Of(target, source);
            if (explanation.Refused)
            {
                throw new TapeException($"Gradient: the target is {target.DType}. {explanation.Text}");
            }
        }
        RequireFloating(target, "Gradient of");
    }

    private void RequireUndisposed(string operation)
    {
        if (_state == State.Disposed)
        {
            throw new ObjectDisposedException(nameof(GradientTape), $"{operation}: this tape is disposed, and what it recorded is gone. Ask it before its using ends; for several gradients make it persistent (new GradientTape(persistent: true)).");
        }
    }

    private void RequireOpen(string operation)
    {
        RequireUndisposed(operation);
        RequireThread(operation);
        if (_state == State.Used)
        {
            throw new TapeException($"{operation}: this tape has already given its gradient. Make it persistent (new GradientTape(persistent: true)) to take several, or Reset it.");
        }
    }

    private void RequireThread(string operation)
    {
        // Not by number: a new thread may have that of one that has ended.
        if (!_recording.IsOfThisThread)
        {
            throw new TapeException($"{operation}: this tape was made on thread {_thread} and records that thread only; this is thread {Environment.CurrentManagedThreadId} "
                + "(after an await the rest may run on another thread: keep a tape and its gradient between awaits).");
        }
    }

    internal static void RequireFloating(Tensor x, string operation)
    {
        if (!x.DType.IsFloating())
        {
            throw new TapeException($"{operation}: a tensor of {x.DType} (shape {x.Shape}) has no gradient; only Float32 and Float64 do. Cast it first.");
        }
    }
}

/// <summary>Resumes recording when disposed; from <see cref="GradientTape.StopRecording"/>. It belongs to the thread of its tape.</summary>
public readonly struct RecordingPause : IDisposable
{
    private readonly GradientTape? _tape;

    internal RecordingPause(GradientTape? tape) => _tape = tape;

    /// <summary>Resumes recording.</summary>
    public void Dispose() => _tape?.Resume();
}
