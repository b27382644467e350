using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// A function with weights. A layer of your own overrides <see cref="Call(Tensor, bool)"/> and, where it has weights, <see cref="Build"/>:
/// <code>
/// class Scale : Layer
/// {
///     Variable? _factor;
///     protected override void Build(Shape input) => _factor = AddWeight("factor", [input[^1]], "ones");
///     protected override Tensor Call(Tensor x, bool training) => x * _factor!;
/// }
/// </code>
/// Weights come into being when the layer first meets an input, whose shape <see cref="Build"/> gets. Shapes of results need no code: a model tries its layers on
/// one row of zeros.
/// Threads: a layer that is built may be called by several threads at a time without training, while nobody assigns its weights; all else is for one thread at a time.
/// </summary>
public abstract partial class Layer
{
    private readonly List<Weight> _own = [];
    private readonly List<Layer> _sublayers = [];

    // The names of the parts belong to the whole: another whole may have given away the name that a part has here.
    private readonly Dictionary<Layer, string> _parts = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Layer> _names = [];
    private readonly Dictionary<string, int> _numbers = [];
    private readonly Lock _building = new();
    private string? _name;
    private bool _isNamed;
    private int _wholes;
    private DType _dtype = DType.Float32;
    private bool _trainable = true;
    private Regularizer? _activityRegularizer;

    private sealed record Weight(string Name, Variable Variable, Regularizer? Regularizer);

    private static long s_made;

    /// <summary>How many layers were made so far.</summary>
    internal static long Made => Volatile.Read(ref s_made);

    /// <summary>Index of this layer in creation order.</summary>
    internal long Number { get; } = Interlocked.Increment(ref s_made);

    /// <summary>The place of its result in a graph of layers: of the first one, where it was applied to several, as in Keras.</summary>
    /// <exception cref="ModelException">It was not applied in a graph.</exception>
    public Node Output => FirstOutput ?? throw new ModelException($"{Describe()} is in no graph of layers. In a Sequential that was given no input shape, apply the model to a batch and ask for its Outputs first.");

    internal Node? FirstOutput { get; set; }

    /// <summary>For derived layers.</summary>
    /// <param name="inputShape">The shape of one input example, without the batch axis; -1 for an axis of any length. A model whose first layer has one is built at once.</param>
    /// <param name="name">The name in summaries, messages and files; by default made of the type, and with a number where the model has one of that name.</param>
    protected Layer(InputShape? inputShape = null, string? name = null)
    {
        if (name is not null && (name.Length == 0 || name.Contains('/')))
        {
            throw new ValueException($"A layer's name may not be empty or contain '/': '{name}'.");
        }
        (_name, _isNamed) = (name, name is not null);
        InputShape = inputShape;
    }

    /// <summary>
    /// The name in messages, and in the summaries and files of the model it became a part of first. Another model in which that name is taken calls it otherwise, unless the user gave it:
    /// <see cref="Model.NameOf"/>.
    /// </summary>
    public string Name => _name ?? DefaultName;

    private string DefaultName => Spelled.InSnakeCase(GetType().Name);

    /// <summary>Takes the name for one that was not given by the user, if it looks so; for what was read from a file.</summary>
    internal void DisownName()
    {
        var end = Name.StartsWith(DefaultName, StringComparison.Ordinal) ? Name.AsSpan(DefaultName.Length) : "?";
        _isNamed &= end.Length > 0 && (end[0] != '_' || end[1..].ContainsAnyExceptInRange('0', '9'));
    }

    /// <summary>The shape of one input example, without the batch axis, where it was given.</summary>
    public InputShape? InputShape { get; }

    /// <summary>The type of the weights and of the arithmetic; floating inputs of another type are converted to it.</summary>
    public DType DType
    {
        get => _dtype;
        init => _dtype = value;
    }

    /// <summary>A penalty on the layer's results, divided by the number of examples. A layer that is applied several times adds it each time.</summary>
    public Regularizer? ActivityRegularizer
    {
        get => _activityRegularizer;
        init => _activityRegularizer = value;
    }

    /// <summary>Where the layer's noises come from, if it makes any.</summary>
    internal SeedSequence? Seeds { get; private protected init; }

    /// <summary>The layers that have taken seeds of their own, or may, with their paths; each once.</summary>
    internal IEnumerable<(string Path, SeedSequence Seeds)> SeededParts() => SeededParts("", []);

    private IEnumerable<(string Path, SeedSequence Seeds)> SeededParts(string prefix, HashSet<Layer> seen)
    {
        foreach (var layer in _sublayers.Where(seen.Add))
        {
            if (layer.Seeds is { First: not null } seeds)
            {
                yield return (prefix + _parts[layer], seeds);
            }
            foreach (var part in layer.SeededParts($"{prefix}{_parts[layer]}/", seen))
            {
                yield return part;
            }
        }
    }

    // For reading a model from a file, whose layers are made by their constructors.
    internal void Restore(DType dtype, Regularizer? activityRegularizer)
    {
        _dtype = dtype;
        _activityRegularizer = activityRegularizer;
    }

    /// <summary>
    /// Whether training changes the weights. Setting it sets it for all sublayers, as in Keras, and so do sublayers that a frozen layer gets later; set theirs afterwards for a part to differ.
    /// A frozen layer also runs as in inference.
    /// </summary>
    public bool Trainable
    {
        get => _trainable;
        set
        {
            RestoreTrainable(value);
            foreach (var layer in _sublayers)
            {
                layer.Trainable = value;
            }
        }
    }

    // Of this layer alone: a file tells it for each.
    internal void RestoreTrainable(bool value)
    {
        _trainable = value;
        Invalidate();
    }

    /// <summary>Whether the weights are there.</summary>
    public bool IsBuilt => _isBuilt;

    // Read by threads that did not build it.
    private volatile bool _isBuilt;

    /// <summary>The inputs it was built for.</summary>
    internal IReadOnlyList<(Shape Shape, DType DType)>? BuiltFrom { get; private set; }

    /// <summary>For a layer whose parts were built one by one: what inputs that was for, or that it is built no more.</summary>
    private protected void SetBuilt(IReadOnlyList<(Shape Shape, DType DType)>? from) => (BuiltFrom, _isBuilt) = (from, from is not null);

    /// <summary>The shape of the first result, whose first axis is the batch; null until the layer was first applied.</summary>
    public Shape? OutputShape { get; private protected set; }

    /// <summary>The shape of one result, -1 where it depends on an input of any length; null where no input is.</summary>
    internal InputShape? VaryingShape { get; set; }

    /// <summary>The layers this one is made of.</summary>
    public IReadOnlyList<Layer> Sublayers => _sublayers;

    // ---- Weights ------------------------------------------------------------------------------------------------------------------------------------

    // Counts the changes to any layer's weights, parts and freezing. A layer may be a part of many others, none of which it should keep alive by knowing it.
    private static int s_changes;

    private sealed record Lists(int Changes, Variable[] Weights, Variable[] Trainable, Weight[] Penalized);

    private Lists? _lists;

    // Kept, since a training step asks for them each time.
    private Lists Known
    {
        get
        {
            var changes = Volatile.Read(ref s_changes);
            return _lists is { } lists && lists.Changes == changes
                ? lists
                : _lists = new Lists(changes, [.. NamedWeights().Select(weight => weight.Variable)], [.. Trainables().Distinct()], [.. Penalties().Distinct()]);
        }
    }

    private static void Invalidate() => Interlocked.Increment(ref s_changes);

    /// <summary>All weights, each once: those of this layer, trainable ones first, then those of its sublayers in order.</summary>
    public IReadOnlyList<Variable> Weights => Known.Weights;

    /// <summary>The weights that training changes.</summary>
    public IReadOnlyList<Variable> TrainableWeights => Known.Trainable;

    /// <summary>The weights that training leaves alone, or changes other than by gradients.</summary>
    public IReadOnlyList<Variable> NonTrainableWeights
    {
        get
        {
            var trainable = TrainableWeights.ToHashSet();
            return [.. Weights.Where(weight => !trainable.Contains(weight))];
        }
    }

    /// <summary>The number of values in all weights.</summary>
    public long ParameterCount => Weights.Sum(weight => (long)weight.Size);

    /// <summary>All weights with the paths that name them in files, such as <c>layer1/kernel</c>.</summary>
    public IEnumerable<(string Path, Variable Variable)> NamedWeights() => Walk("", []);

    private IEnumerable<(string Path, Variable Variable)> Walk(string prefix, HashSet<Variable> seen)
    {
        foreach (var weight in _own.OrderBy(weight => weight.Variable.Trainable ? 0 : 1))
        {
            if (seen.Add(weight.Variable))
            {
                yield return (prefix + weight.Name, weight.Variable);
            }
        }
        foreach (var layer in _sublayers)
        {
            foreach (var weight in layer.Walk($"{prefix}{_parts[layer]}/", seen))
            {
                yield return weight;
            }
        }
    }

    private IEnumerable<Variable> Trainables() => Trainable
        ? _own.Select(weight => weight.Variable).Where(variable => variable.Trainable).Concat(_sublayers.SelectMany(layer => layer.Trainables()))
        : [];

    /// <summary>The values of all weights, in the order of <see cref="Weights"/>.</summary>
    public Tensor[] GetWeights() => [.. Weights.Select(weight => weight.Value)];

    /// <summary>Replaces the values of all weights, or, when one does not fit, of none.</summary>
    /// <exception cref="ShapeException">Their number or a shape differs.</exception>
    public void SetWeights(IReadOnlyList<Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var weights = NamedWeights().ToArray();
        if (values.Count != weights.Length)
        {
            throw new ShapeException($"SetWeights: {Describe()} has {weights.Length} weights and got {values.Count} values.");
        }
        for (var i = 0; i < weights.Length; i++)
        {
            if (values[i].Shape != weights[i].Variable.Shape)
            {
                throw new ShapeException($"SetWeights: {weights[i].Path} has shape {weights[i].Variable.Shape} and the value {values[i].Shape}.");
            }
        }
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i].Variable.Assign(values[i].AsType(weights[i].Variable.DType));
        }
    }

    /// <summary>Adds a weight; for <see cref="Build"/>.</summary>
    /// <param name="name">The name within this layer.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="initializer">The first values; Glorot's uniform ones by default.</param>
    /// <param name="trainable">Whether an optimizer changes it.</param>
    /// <param name="regularizer">A penalty added to the loss.</param>
    /// <param name="constraint">What the values are put back into after each step.</param>
    protected Variable AddWeight(
        string name, Shape shape, Initializer? initializer = null, bool trainable = true, Regularizer? regularizer = null, Constraint? constraint = null) =>
        AddWeightOf(DType, name, shape, initializer, trainable, regularizer, constraint);

    /// <summary>Adds a weight of another type than the layer's.</summary>
    private protected Variable AddWeightOf(
        DType dtype, string name, Shape shape, Initializer? initializer, bool trainable, Regularizer? regularizer = null, Constraint? constraint = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        initializer ??= new GlorotUniform();
        if (IsBuilt)
        {
            throw new ModelException($"{Describe()} is built already, so the weight '{name}' comes too late: make weights in Build, which runs once, not in Call.");
        }
        if (Loading.IsOn)
        {
            Loading.Take($"{Name}/{name}", shape);
            initializer = new Zeros();
        }
        var variable = new Variable(initializer.Create(shape, dtype), trainable, $"{Name}/{name}") { Constraint = constraint };
        _own.Add(new Weight(name, variable, regularizer));
        Invalidate();
        return variable;
    }

    /// <summary>
    /// Makes another layer a part of this one, so that its weights are found. A layer that is applied within <see cref="Call(Tensor, bool)"/> becomes a part without being asked;
    /// doing it in the constructor fixes the order.
    /// </summary>
    /// <returns>The layer.</returns>
    /// <exception cref="ValueException">The user gave its name to another part too, or this layer is a part of it.</exception>
    protected TLayer Track<TLayer>(TLayer layer) where TLayer : Layer
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (_parts.ContainsKey(layer))
        {
            return layer;
        }
        if (layer.Contains(this))
        {
            throw new ValueException($"{layer.Describe()} cannot become a part of {Describe()}, which is a part of it.");
        }
        var name = UniqueName(layer);
        layer._name ??= name;
        layer._wholes++;
        _names[name] = layer;
        _parts.Add(layer, name);
        _sublayers.Add(layer);
        if (!Trainable)
        {
            layer.Trainable = false;
        }
        Invalidate();
        return layer;
    }

    private protected void Untrack(Layer layer)
    {
        _sublayers.Remove(layer);
        if (_parts.Remove(layer, out var name))
        {
            _names.Remove(name);
            layer._wholes--;
        }
        _numbers.Clear();
        Invalidate();
    }

    /// <summary>Whether a layer is one of those this one is made of.</summary>
    private protected bool Has(Layer layer) => _parts.ContainsKey(layer);

    /// <summary>What a part is called within this layer.</summary>
    internal string NameOfPart(Layer part) => _parts.GetValueOrDefault(part) ?? part.Name;

    // The one place where names are made unique. A name that the user gave stands; one that was made gives way.
    private string UniqueName(Layer layer)
    {
        var name = layer.Name;
        if (!_names.TryGetValue(name, out var holder))
        {
            return name;
        }
        if (!layer._isNamed)
        {
            return FreshName(layer);
        }
        if (holder._isNamed)
        {
            throw new ValueException($"{Describe()} has a layer named '{name}' already; names are unique within a model. Give one of the two another name, or none.");
        }
        var other = FreshName(holder);
        (_names[other], _parts[holder]) = (holder, other);
        holder._name = holder._wholes == 1 ? other : holder._name;
        Invalidate();
        return name;
    }

    private string FreshName(Layer layer)
    {
        var name = layer.DefaultName;
        if (!_names.ContainsKey(name))
        {
            return name;
        }
        var number = _numbers.GetValueOrDefault(name, 1);
        while (_names.ContainsKey($"{name}_{number}"))
        {
            number++;
        }
        _numbers[name] = number + 1;
        return $"{name}_{number}";
    }

    private bool Contains(Layer layer) => this == layer || _sublayers.Exists(part => part.Contains(layer));

    // ---- Application --------------------------------------------------------------------------------------------------------------------------------

    /// <summary>What the layer gives for an input.</summary>
    /// <param name="x">A batch: the first axis counts examples.</param>
    /// <param name="training">Whether layers such as dropout behave as in training; by default as in the layer this is called from, else not.</param>
    /// <exception cref="ShapeException">The input does not fit; the message names the layer.</exception>
    public Tensor Apply(Tensor x, bool? training = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        var results = ApplyAll(x, training);
        return results.Count == 1 ? results[0] : throw new ShapeException($"{Describe()} gives {results.Count} results; take them with ApplyAll.");
    }

    /// <summary>What the layer gives for several inputs.</summary>
    /// <inheritdoc cref="Apply(Tensor, bool?)"/>
    public Tensor Apply(Tensor[] inputs, bool? training = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var results = ApplyAll(inputs, training);
        return results.Count == 1 ? results[0] : throw new ShapeException($"{Describe()} gives {results.Count} results; take them with ApplyAll.");
    }

    /// <summary>All results, for a layer with several.</summary>
    /// <inheritdoc cref="Apply(Tensor, bool?)"/>
    public Tensors ApplyAll(Tensors inputs, bool? training = null)
    {
        if (inputs.Count == 0)
        {
            throw new ShapeException($"{Describe()} got no input.");
        }
        var application = Application.Enter(this, training, out var outer);
        try
        {
            inputs = Converted(inputs);
            Loading.Cost?.TakeReading(this, inputs);
            if (!IsBuilt)
            {
                EnsureBuilt(inputs);
                if (outer.Made(this) && Weights.Count > 0)
                {
                    throw new ModelException($"{outer.Layer!.Describe()} makes {Describe()} within its Call, so every call would have new weights, which nobody trains. Make it in the constructor, and apply it in Call.");
                }
            }
            var results = CallAll(inputs, application.Training);
            if (results.Count == 0)
            {
                throw NoResult();
            }
            results = Apart(results, inputs);
            if (Masks.Exist && PassesMask)
            {
                Masks.Pass(inputs, results);
            }
            if (ActivityRegularizer is { } regularizer)
            {
                foreach (var result in results)
                {
                    AddActivityLoss(regularizer, result);
                }
            }
            OutputShape ??= results[0].Shape;
            return results;
        }
        catch (AutogradException error) when (error is ShapeException or ValueException && error.InnerException is not AutogradException && GetType() != typeof(Sequential))
        {
            // The operation's own message says what does not fit; which layer it was is what a user looks for.
            var message = $"{Describe()}, input {string.Join(", ", inputs.Select(x => x.Shape))}: {error.Message}";
            throw error is ShapeException ? new ShapeException(message, error) : new ValueException(message, error);
        }
        finally
        {
            Application.Leave(outer);
        }
    }

    /// <summary>Applies the layer to a place in a graph of layers: see <see cref="Input"/>.</summary>
    public Node Apply(Node x) => Node.Of(this, [x]);

    /// <summary>Applies the layer to several places in a graph of layers.</summary>
    public Node Apply(Node[] inputs) => Node.Of(this, inputs);

    /// <summary>Applies a layer with several results to places in a graph of layers.</summary>
    public IReadOnlyList<Node> ApplyAll(params Node[] inputs) => Node.AllOf(this, inputs);

    /// <summary>Makes a layer that is used within this one's <c>Call</c> a part of it, whether it was declared or not: no weight is forgotten.</summary>
    internal void Adopt(Layer layer)
    {
        lock (_building)
        {
            // A layer that applies one it is itself a part of recurs; the weights are in the outer one's list already.
            if (!_parts.ContainsKey(layer) && !layer.Contains(this))
            {
                Track(layer);
            }
        }
    }

    // A layer with nothing to do gives a tensor of its own, as operations do. Of a model, its layers have decided whether that has the mask.
    private Tensors Apart(Tensors results, Tensors inputs)
    {
        foreach (var x in inputs)
        {
            foreach (var y in results)
            {
                if (ReferenceEquals(x, y))
                {
                    return results.Select(result => !inputs.Any(input => ReferenceEquals(input, result)) ? result
                        : this is Model ? Masks.Copied(result, result.OwnView())
                        : result.OwnView());
                }
            }
        }
        return results;
    }

    private Tensors Converted(Tensors inputs)
    {
        foreach (var x in inputs)
        {
            if (x.DType.IsFloating() && x.DType != DType)
            {
                var dtype = DType;
                return inputs.Select(x => x.DType.IsFloating() ? Masks.Copied(x, x.AsType(dtype)) : x);
            }
        }
        return inputs;
    }

    private void EnsureBuilt(Tensors inputs)
    {
        lock (_building)
        {
            if (IsBuilt)
            {
                return;
            }
            var (weights, parts) = (_own.Count, _sublayers.Count);
            try
            {
                using var pause = Recording.Pause();
                BuildFrom(inputs);
                BuiltFrom = [.. inputs.Select(x => (x.Shape, x.DType))];
                _isBuilt = true;
            }
            catch
            {
                // Half a layer would be worse than none.
                _own.RemoveRange(weights, _own.Count - weights);
                while (_sublayers.Count > parts)
                {
                    Untrack(_sublayers[^1]);
                }
                Invalidate();
                throw;
            }
        }
    }

    /// <summary>Makes the weights of a layer that must see which of its inputs is which.</summary>
    private protected virtual void BuildFrom(Tensors inputs) => BuildAll([.. inputs.Select(x => x.Shape)]);

    /// <summary>Makes the weights, with <see cref="AddWeight"/>.</summary>
    /// <param name="input">The shape of the first input, batch axis included.</param>
    protected virtual void Build(Shape input) { }

    /// <summary>Makes the weights of a layer with several inputs.</summary>
    /// <param name="inputs">Their shapes, batch axes included.</param>
    protected virtual void BuildAll(IReadOnlyList<Shape> inputs) => Build(inputs[0]);

    /// <summary>Computes the result for one input.</summary>
    /// <param name="x">The input.</param>
    /// <param name="training">Whether this is a step of training.</param>
    protected virtual Tensor Call(Tensor x, bool training) =>
        throw new NotSupportedException($"{GetType().Name} must override one of Call(Tensor, bool), Call(Tensor[], bool) and CallAll.");

    /// <summary>Computes the result for several inputs.</summary>
    /// <inheritdoc cref="Call(Tensor, bool)"/>
    protected virtual Tensor Call(Tensor[] inputs, bool training) => inputs is [var only]
        ? Call(only, training)
        : throw new ShapeException($"{Describe()} takes one input and got {inputs.Length}.");

    /// <summary>Computes several results.</summary>
    /// <inheritdoc cref="Call(Tensor, bool)"/>
    protected virtual Tensors CallAll(Tensors inputs, bool training) => (inputs.Count == 1 ? Call(inputs[0], training) : Call([.. inputs], training)) ?? throw NoResult();

    private ModelException NoResult() => new($"{Describe()} gives nothing: its Call must return a tensor, and returned null.");

    /// <summary>
    /// Whether the results stand for the same steps in time as the input, so that its mask is theirs. A mask, bools [batch, time] from <see cref="Masking"/> or
    /// <see cref="Embedding"/>, travels with a tensor from layer to layer as long as each says so, as in Keras. Of several inputs, a step counts where it counts in each.
    /// </summary>
    protected virtual bool PassesMask => false;

    /// <summary>Which steps of a tensor count, as bools [batch, time]; null where all do.</summary>
    protected static Tensor? MaskOf(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Masks.Of(x);
    }

    // ---- Losses -------------------------------------------------------------------------------------------------------------------------------------

    /// <summary>Adds a penalty for this call to the loss, such as one on the result; for <see cref="Call(Tensor, bool)"/>.</summary>
    /// <param name="penalty">A scalar.</param>
    protected static void AddLoss(Tensor penalty)
    {
        ArgumentNullException.ThrowIfNull(penalty);
        Application.AddLoss(penalty);
    }

    /// <summary>Adds a penalty on a result to the loss: its sum over the examples, divided by their number.</summary>
    private protected static void AddActivityLoss(Regularizer regularizer, Tensor result)
    {
        var penalty = regularizer.Apply(result);
        Application.AddLoss(result.Rank > 0 && result.Shape[0] > 1 ? penalty / result.Shape[0] : penalty);
    }

    /// <summary>The penalties of regularized weights, and those added during the last call on this thread.</summary>
    public IReadOnlyList<Tensor> Losses => [.. Known.Penalized.Select(weight => weight.Regularizer!.Apply(weight.Variable)), .. Application.LossesOf(this)];

    private IEnumerable<Weight> Penalties() => _own.Where(weight => weight.Regularizer is not null).Concat(_sublayers.SelectMany(layer => layer.Penalties()));

    /// <summary>The layer for messages: <c>layer1 (Dense)</c>.</summary>
    internal string Describe() => $"{Name} ({GetType().Name})";

    /// <summary>Refuses an input whose last axis is not what the weights were made for.</summary>
    private protected static void RequireFeatures(Tensor x, int features, int leastRank = 2)
    {
        if (x.Rank < leastRank || x.Shape[^1] != features)
        {
            throw new ShapeException(x.Rank < leastRank
                ? $"an input of {x.Rank} axes; there must be {leastRank} or more, the first of which counts the examples. One example becomes a batch by ExpandDims(0)."
                : $"the input has {x.Shape[^1]} features, and the layer was built for {features}.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
