using System.Runtime.CompilerServices;
using Autograd.Serialization;

namespace Autograd;

public partial class Model
{
    private readonly List<Metric> _tracked = [];
    private Compilation? _compilation;
    private int _busy;

    /// <summary>What changes the weights.</summary>
    /// <exception cref="ModelException">The model is not compiled.</exception>
    public Optimizer Optimizer => Compiled.Optimizer;

    /// <summary>Whether <see cref="Compile(Optimizer?, Loss?, IReadOnlyList{Metric}?, IReadOnlyList{Metric}?)"/> was called.</summary>
    public bool IsCompiled => _compilation is not null;

    /// <summary>Set to end training after the present step.</summary>
    public bool StopTraining { get; set; }

    /// <summary>What the last <c>Fit</c> measured.</summary>
    public History? History { get; internal set; }

    /// <summary>All measures, the loss first.</summary>
    public IReadOnlyList<Metric> Metrics => [.. _compilation?.Metrics ?? [], .. _tracked];

    internal Compilation Compiled => _compilation
        ?? throw new ModelException($"{Describe()} is not compiled: call Compile(optimizer, loss, metrics) first.");

    internal Compilation? CompilationOrNull => _compilation;

    /// <summary>Says how the model is to be trained. Weights stay as they are.</summary>
    /// <param name="optimizer">By object or name; RMSprop by default.</param>
    /// <param name="loss">By object or name; may be left out where only penalties, or a training step of your own, matter.</param>
    /// <param name="metrics">What else to measure, by object or name: <c>metrics: ["accuracy"]</c>. As in Keras, weights of examples do not count here.</param>
    /// <param name="weightedMetrics">What to measure with the weights that examples and classes have; one that is among the metrics too is called <c>weighted_accuracy</c>.</param>
    public void Compile(Optimizer? optimizer = null, Loss? loss = null, IReadOnlyList<Metric>? metrics = null, IReadOnlyList<Metric>? weightedMetrics = null) =>
        Compile(optimizer, [.. Enumerable.Repeat(loss, Math.Max(1, OutputNames.Count))], null, metrics is null ? null : [metrics], weightedMetrics is null ? null : [weightedMetrics]);

    /// <summary>Says how the model is to be trained, with one metric: <c>metrics: "accuracy"</c>.</summary>
    /// <inheritdoc cref="Compile(Optimizer?, Loss?, IReadOnlyList{Metric}?, IReadOnlyList{Metric}?)"/>
    [OverloadResolutionPriority(-1)]
    public void Compile(Optimizer? optimizer = null, Loss? loss = null, Metric? metrics = null) => Compile(optimizer, loss, metrics is null ? null : (IReadOnlyList<Metric>)[metrics]);

    /// <summary>Says how a model of several outputs is to be trained.</summary>
    /// <param name="optimizer">By object or name; RMSprop by default.</param>
    /// <param name="losses">One for each output.</param>
    /// <param name="lossWeights">Their factors in the sum; 1 by default.</param>
    /// <param name="metrics">For each output what else to measure, all examples alike.</param>
    /// <param name="weightedMetrics">For each output what to measure with the weights that examples and classes have.</param>
    public void Compile(
        Optimizer? optimizer, IReadOnlyList<Loss?> losses, IReadOnlyList<double>? lossWeights = null, IReadOnlyList<IReadOnlyList<Metric>>? metrics = null,
        IReadOnlyList<IReadOnlyList<Metric>>? weightedMetrics = null)
    {
        ArgumentNullException.ThrowIfNull(losses);
        using var busy = Busy("Compile");
        _compilation = new Compilation(optimizer ?? new RMSprop(), losses, lossWeights, metrics ?? [], weightedMetrics ?? [], OutputNames);
    }

    /// <summary>
    /// Says how a model of several outputs is to be trained, by the names of its outputs:
    /// <code>
    /// model.Compile("adam", new Dictionary&lt;string, Loss&gt; { ["digit"] = "sparse_categorical_crossentropy", ["parity"] = "bce" });
    /// model.Fit(x, Tensors.Named(("digit", digits), ("parity", parities)));
    /// </code>
    /// An output that is not named has no loss, and needs no target.
    /// </summary>
    /// <param name="optimizer">By object or name; RMSprop by default.</param>
    /// <param name="loss">The losses by output.</param>
    /// <param name="lossWeights">Their factors in the sum; 1 by default.</param>
    /// <param name="metrics">What else to measure, all examples alike.</param>
    /// <param name="weightedMetrics">What to measure with the weights that examples and classes have.</param>
    /// <exception cref="ValueException">There is no output of a name.</exception>
    public void Compile(
        Optimizer? optimizer, IReadOnlyDictionary<string, Loss> loss, IReadOnlyDictionary<string, double>? lossWeights = null,
        IReadOnlyDictionary<string, IReadOnlyList<Metric>>? metrics = null, IReadOnlyDictionary<string, IReadOnlyList<Metric>>? weightedMetrics = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Compile(
            optimizer, ByOutput(loss, "loss", null!), lossWeights is null ? null : ByOutput(lossWeights, "loss weight", 1.0),
            metrics is null ? null : ByOutput(metrics, "metrics", []), weightedMetrics is null ? null : ByOutput(weightedMetrics, "weighted metrics", []));
    }

    private T[] ByOutput<T>(IReadOnlyDictionary<string, T> byName, string what, T unless)
    {
        var names = OutputNames;
        if (names.Count == 0 || names.Distinct().Count() < names.Count)
        {
            throw new ValueException($"Compile: the outputs of {Describe()} cannot be told by name; {(names.Count == 0 ? "only a graph of layers, made of an Input, names them" : "two have the same")}. Give them in order.");
        }
        return byName.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown
            ? throw new ValueException($"Compile: a {what} for '{unknown}', which is no output. {Spelled.Known(unknown, names)}")
            : [.. names.Select(name => byName.TryGetValue(name, out var value) ? value : unless)];
    }

    /// <summary>The names of the inputs: those of their layers.</summary>
    public IReadOnlyList<string> InputNames => _graph is null ? [] : [.. _graph.Inputs.Select(input => input.Layer.Name)];

    // What is given by name is put in order.
    private Batch InOrder(Batch batch, string operation)
    {
        if (batch.X.Names is null && batch.Y.Names is null)
        {
            return batch;
        }
        try
        {
            return batch with { X = InOrder(batch.X), Y = batch.Y.InOrder(OutputNames, "output", output => _compilation?.Reads(output) ?? true) };
        }
        catch (ValueException error)
        {
            throw new ValueException($"{operation}: {Describe()}: {error.Message}", error);
        }
    }

    private Tensors InOrder(Tensors x) => x.InOrder(InputNames, "input", _ => true);

    /// <summary>The names of the outputs: those of the layers that give them.</summary>
    public IReadOnlyList<string> OutputNames => _graph is null ? [] : [.. _graph.Outputs.Select(output => output.Layer.Name)];

    /// <summary>Makes a metric of a training step of your own part of the logs.</summary>
    /// <returns>The metric.</returns>
    protected TMetric TrackMetric<TMetric>(TMetric metric, string? name = null) where TMetric : Metric
    {
        ArgumentNullException.ThrowIfNull(metric);
        metric.Name = name ?? metric.Name;
        _tracked.Add(metric);
        return metric;
    }

    // ---- Steps --------------------------------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// One step of training on one batch: predict, differentiate the loss, let the optimizer change the weights, take the batch into the measures. Override it to train in another way, with
    /// <see cref="ComputeLoss"/> and <see cref="ComputeMetrics"/>; measures of your own are made known by <see cref="TrackMetric{TMetric}(TMetric, string?)"/>.
    /// </summary>
    protected virtual void TrainStep(Batch batch)
    {
        var compiled = Compiled;
        using var tape = new GradientTape();
        var predictions = ApplyAll(batch.X, training: true);
        var isFirst = !compiled.HasTrained;
        if (isFirst)
        {
            RequireOwnVariables(tape);
        }
        var loss = ComputeLoss(batch, predictions);
        var weights = TrainableWeights;
        if (weights.Count == 0)
        {
            throw new ModelException($"{Describe()} has no trainable weights.");
        }
        var gradients = tape.Gradient(loss, weights);
        compiled.Optimizer.Apply(weights, gradients);
        if (isFirst)
        {
            WarnOfWeightsWithoutGradient(weights, gradients);
            compiled.HasTrained = true;
        }
        ComputeMetrics(batch, predictions, loss);
    }

    /// <summary>
    /// The loss of a batch as <c>Compile</c> has it: the losses of all outputs with their weights and those of the examples and classes, reduced to a scalar, and the penalties of the layers. For a
    /// <see cref="TrainStep"/> of your own; overridden, it is the loss of the standard steps of training and evaluation.
    /// </summary>
    /// <param name="batch">The examples, as the step was given them: the weights of classes are in <see cref="Batch.SampleWeight"/>.</param>
    /// <param name="predictions">What the model made of <see cref="Batch.X"/> just now, <c>ApplyAll(batch.X, training: true)</c>: the penalties are those of that call.</param>
    /// <exception cref="ShapeException">There are not as many targets or predictions as losses, or they do not fit.</exception>
    /// <exception cref="ModelException">The model is not compiled, or without a loss.</exception>
    protected virtual Tensor ComputeLoss(Batch batch, Tensors predictions) => Compiled.LossOf(this, batch, predictions);

    /// <summary>
    /// Takes a batch into the measures that <c>Compile</c> names. For a <see cref="TrainStep"/> of your own: what it takes no batch into is neither shown nor logged.
    /// </summary>
    /// <param name="batch">The examples.</param>
    /// <param name="predictions">The predictions for them.</param>
    /// <param name="loss">Their loss, a scalar that <c>loss</c> averages over the examples. Where it comes from <see cref="ComputeLoss"/>, the losses of the outputs are measured too.</param>
    /// <exception cref="ModelException">The model is not compiled.</exception>
    protected virtual void ComputeMetrics(Batch batch, Tensors predictions, Tensor? loss = null) => Compiled.Measure(batch, predictions, loss);

    // A variable that no layer knows would be read in every step, and neither trained nor saved.
    private void RequireOwnVariables(GradientTape tape)
    {
        var own = Weights.ToHashSet<Variable>(ReferenceEqualityComparer.Instance);
        if (tape.WatchedVariables.FirstOrDefault(variable => !own.Contains(variable)) is { } stranger)
        {
            throw new ModelException(
                $"{Describe()} computes with the variable {stranger.Name} of shape {stranger.Shape}, which is no weight of its layers, so it would neither be trained nor saved. Make it with AddWeight, or, if it is constant, with trainable: false.");
        }
    }

    private void WarnOfWeightsWithoutGradient(IReadOnlyList<Variable> weights, Tensor?[] gradients)
    {
        var without = NamedWeights().Where(weight => Enumerable.Range(0, weights.Count).Any(i => ReferenceEquals(weights[i], weight.Variable) && gradients[i] is null)).ToList();
        if (without.Count > 0)
        {
            Console.Error.WriteLine($"{Describe()}: no gradient reaches {string.Join(", ", without.Select(weight => weight.Path))}, so training leaves them as they are.");
        }
    }

    /// <summary>One step of evaluation on one batch: predict, and take the batch into the measures.</summary>
    protected virtual void TestStep(Batch batch)
    {
        var predictions = ApplyAll(batch.X, training: false);
        ComputeMetrics(batch, predictions, ComputeLoss(batch, predictions));
    }

    /// <summary>Predictions for one batch.</summary>
    protected virtual Tensors PredictStep(Tensors x) => ApplyAll(x, training: false);

    internal void RunTrainStep(Batch batch) => TrainStep(InOrder(batch, "Fit"));

    internal void RunTestStep(Batch batch)
    {
        using var pause = Recording.Pause();
        TestStep(InOrder(batch, "Evaluate"));
    }

    // A measure that no batch was taken into would be 0, which is better than any loss. Only one of the user's own kind may take values in without a word.
    private bool IsMeasured(Metric metric) =>
        metric.WasUpdated || (metric is not MeanMetric && metric.GetType().Assembly != typeof(Metric).Assembly && _tracked.Contains(metric));

    internal Logs Measured()
    {
        using var pause = Recording.Pause();
        var logs = new Logs();
        var measures = Metrics.Where(IsMeasured).Select(metric => (metric.Name, Result: metric.Result())).Where(measure => measure.Result.Size == 1 || measure.Result.Rank == 1).ToList();
        var device = measures.FirstOrDefault(measure => measure.Result.Device != Device.Cpu).Result?.Device;
        if (device is not null)
        {
            // One look there for all.
            var (sizes, start) = (measures.ConvertAll(measure => measure.Result.Size), 0);
            var all = Tensor.Concat([.. measures.Select(measure => measure.Result.Cast(DType.Float64).Reshape(measure.Result.Size).To(device))]).To(Device.Cpu);
            measures = [.. measures.Select((measure, i) => (measure.Name, all[start..(start += sizes[i])]))];
        }
        foreach (var (name, result) in measures)
        {
            if (result.Size == 1)
            {
                logs[name] = result.Item();
            }
            else
            {
                // One value per class, as f1_score_0, f1_score_1; a matrix is read from the metric itself.
                var values = result.Cast(DType.Float64).ToArray<double>();
                for (var i = 0; i < values.Length; i++)
                {
                    logs[FormattableString.Invariant($"{name}_{i}")] = values[i];
                }
            }
        }
        return logs;
    }

    internal void ResetMetrics()
    {
        foreach (var metric in Metrics)
        {
            metric.Begin();
        }
    }

    /// <summary>One step of training on exactly these examples.</summary>
    /// <returns>The measures of this batch.</returns>
    public Logs TrainOnBatch(Tensors x, Tensors y = default, Tensor? sampleWeight = null, IReadOnlyDictionary<int, double>? classWeight = null)
    {
        using var busy = Busy("TrainOnBatch");
        var batch = ClassWeights.Apply(new Batch(x, y, sampleWeight), classWeight, "TrainOnBatch");
        BatchSource.CountRows(batch, "TrainOnBatch", InputNames);
        ResetMetrics();
        RunTrainStep(batch);
        return Measured();
    }

    /// <summary>The measures of exactly these examples.</summary>
    public Logs TestOnBatch(Tensors x, Tensors y = default, Tensor? sampleWeight = null)
    {
        using var busy = Busy("TestOnBatch");
        var batch = new Batch(x, y, sampleWeight);
        BatchSource.CountRows(batch, "TestOnBatch", InputNames);
        ResetMetrics();
        RunTestStep(batch);
        return Measured();
    }

    /// <summary>Predictions for exactly these examples.</summary>
    public Tensors PredictOnBatch(Tensors x)
    {
        using var pause = Recording.Pause();
        return PredictStep(x);
    }

    // ---- Runs ---------------------------------------------------------------------------------------------------------------------------------------

    /// <summary>Trains on arrays.</summary>
    /// <param name="x">The inputs; the first axis counts the examples.</param>
    /// <param name="y">The targets.</param>
    /// <param name="batchSize">Examples per step; the last batch of an epoch may be smaller.</param>
    /// <param name="epochs">The last epoch plus one; with an initial epoch of 0, how often all examples are seen.</param>
    /// <param name="verbose">0: silent; 1: a progress bar; 2: one line per epoch.</param>
    /// <param name="callbacks">Who looks on.</param>
    /// <param name="validationSplit">The part of the examples, taken from the end before shuffling, that is held back for validation.</param>
    /// <param name="validationData">Examples for validation, <c>(x, y)</c>, or <c>([u, v], y)</c> where there are several inputs; wins over the split.</param>
    /// <param name="shuffle">Whether examples come in another order each epoch.</param>
    /// <param name="classWeight">Weights of classes; a class that is missing weighs 1.</param>
    /// <param name="sampleWeight">A weight per example.</param>
    /// <param name="initialEpoch">The first epoch, to go on with earlier training.</param>
    /// <param name="stepsPerEpoch">Steps that make an epoch; by default those that see every example once.</param>
    /// <param name="validationSteps">Batches per validation; all by default.</param>
    /// <param name="validationBatchSize">Examples per batch of validation; as in training by default.</param>
    /// <param name="validationFreq">After every so many epochs is validated.</param>
    /// <param name="cancellationToken">Ends training after the present step; the model stays usable.</param>
    /// <returns>What was measured in each epoch.</returns>
    /// <exception cref="ModelException">The model is not compiled, or trains already.</exception>
    /// <exception cref="ShapeException">Inputs, targets and layers do not fit one another.</exception>
    /// <exception cref="ValueException">A number makes no sense.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; <see cref="History"/> has the epochs that were finished.</exception>
    public History Fit(
        Tensors x,
        Tensors y = default,
        int batchSize = 32,
        int epochs = 1,
        int verbose = 1,
        IEnumerable<Callback>? callbacks = null,
        double validationSplit = 0,
        Batch? validationData = null,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        Tensor? sampleWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int? validationBatchSize = null,
        int validationFreq = 1,
        CancellationToken cancellationToken = default)
    {
        var all = InOrder(new Batch(x, y, sampleWeight), "Fit");
        var rows = BatchSource.CountRows(all, "Fit", InputNames);
        if (!(validationSplit >= 0 && validationSplit < 1))
        {
            throw new ValueException(FormattableString.Invariant($"Fit: a validation split of {validationSplit}; it must be at least 0 and below 1."));
        }
        if (validationSplit > 0 && validationData is null)
        {
            var kept = (int)(rows * (1 - validationSplit));
            if (kept == 0 || kept == rows)
            {
                throw new ValueException(FormattableString.Invariant($"Fit: a validation split of {validationSplit} leaves {kept} of {rows} examples for training; both parts need some."));
            }
            (all, validationData) = (Part(all, ..kept), Part(all, kept..));
        }
        if (!MayHaveOwnSteps)
        {
            Compiled.RequireTargets(this, all.Y.Count, "Fit");
        }
        // As in Keras, what is held back for validation is not weighed by its classes.
        var source = BatchSource.Of(ClassWeights.Apply(all, classWeight, "Fit"), batchSize, shuffle, "Fit", InputNames);
        BatchSource? validation = null;
        if (validationData is { } given)
        {
            var held = InOrder(given, ValidationData);
            validation = BatchSource.Of(held, validationBatchSize ?? batchSize, shuffle: false, ValidationData, InputNames);
            TryOn(held, all, validation);
        }
        return new FitLoop(this, source, validation, epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFreq, verbose, callbacks, cancellationToken).Run();

        static Batch Part(Batch all, Range rows) => new(all.X.Select(t => t[rows]), all.Y.Select(t => t[rows]), all.SampleWeight?[rows]);
    }

    /// <summary>Whether a class of the user's own may train and measure in another way.</summary>
    internal bool MayHaveOwnSteps => GetType().Assembly != typeof(Model).Assembly;

    // Validation data that do not look like those for training may still fit; if not, better now than after an epoch.
    private void TryOn(Batch held, Batch trained, BatchSource validation)
    {
        if (MayHaveOwnSteps || !IsBuilt || (Examples(held).SequenceEqual(Examples(trained)) && held.X.Count == trained.X.Count))
        {
            return;
        }
        OfValidation(() =>
        {
            using var busy = Busy("Fit");
            using var pause = Recording.Pause();
            var batch = validation.Pass(0).First();
            Compiled.RequireTargets(this, batch.Y.Count, "Fit");
            return Compiled.LossOf(this, batch, ApplyAll(batch.X, training: false));
        });

        static IEnumerable<string> Examples(Batch batch) => batch.X.Concat(batch.Y).Select(x => string.Join(',', x.Shape.Skip(1)));
    }

    internal const string ValidationData = "Fit: validation data";

    /// <summary>Does something with validation data; errors say that these are at fault.</summary>
    internal static T OfValidation<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ShapeException error)
        {
            throw new ShapeException($"{ValidationData}: {error.Message}", error);
        }
        catch (ValueException error)
        {
            throw new ValueException($"{ValidationData}: {error.Message}", error);
        }
    }

    /// <summary>Trains on batches from a data set or a generator.</summary>
    /// <param name="data">
    /// The batches of an epoch; enumerated anew for each epoch, or, with <paramref name="stepsPerEpoch"/>, whenever it ends. Where that gives no batch after the first epoch, training ends with a warning,
    /// and the model keeps what it has learned; before that, and in validation, it is an error.
    /// </param>
    /// <param name="epochs">The last epoch plus one.</param>
    /// <param name="verbose">0: silent; 1: a progress bar; 2: one line per epoch.</param>
    /// <param name="callbacks">Who looks on.</param>
    /// <param name="validationData">Batches for validation.</param>
    /// <param name="classWeight">Weights of classes; a class that is missing weighs 1.</param>
    /// <param name="initialEpoch">The first epoch.</param>
    /// <param name="stepsPerEpoch">Steps that make an epoch; needed where the batches never end.</param>
    /// <param name="validationSteps">Batches per validation; all by default.</param>
    /// <param name="validationFreq">After every so many epochs is validated.</param>
    /// <param name="cancellationToken">Ends training after the present step.</param>
    /// <inheritdoc cref="Fit(Tensors, Tensors, int, int, int, IEnumerable{Callback}?, double, Batch?, bool, IReadOnlyDictionary{int, double}?, Tensor?, int, int?, int?, int?, int, CancellationToken)"/>
    public History Fit(
        IEnumerable<Batch> data,
        int epochs = 1,
        int verbose = 1,
        IEnumerable<Callback>? callbacks = null,
        IEnumerable<Batch>? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int validationFreq = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        var weighted = classWeight is null ? data : Dataset.From(data).Map(batch => ClassWeights.Apply(batch, classWeight, "Fit"));
        var source = BatchSource.Of(weighted, stepsPerEpoch, "Fit", nameof(stepsPerEpoch));
        var validation = validationData is null ? null : BatchSource.Of(validationData, validationSteps, ValidationData, nameof(validationSteps));
        return new FitLoop(
            this, source, validation, epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFreq, verbose, callbacks, cancellationToken).Run();
    }

    /// <summary>The loss and the metrics over examples.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="batchSize">Examples per step.</param>
    /// <param name="verbose">0: silent; 1: a progress bar; 2: one line.</param>
    /// <param name="sampleWeight">A weight per example.</param>
    /// <param name="cancellationToken">Ends the evaluation after the present step.</param>
    public Logs Evaluate(Tensors x, Tensors y = default, int batchSize = 32, int verbose = 1, Tensor? sampleWeight = null, CancellationToken cancellationToken = default) =>
        Evaluate(BatchSource.Of(InOrder(new Batch(x, y, sampleWeight), "Evaluate"), batchSize, shuffle: false, "Evaluate", InputNames), null, verbose, cancellationToken);

    /// <summary>The loss and the metrics over batches.</summary>
    /// <param name="data">The batches.</param>
    /// <param name="steps">How many of them; all by default.</param>
    /// <param name="verbose">0: silent; 1: a progress bar; 2: one line.</param>
    /// <param name="cancellationToken">Ends the evaluation after the present step.</param>
    /// <exception cref="ValueException">There is no batch, or they never end and <paramref name="steps"/> does not say how many to take.</exception>
    public Logs Evaluate(IEnumerable<Batch> data, int? steps = null, int verbose = 1, CancellationToken cancellationToken = default) => steps < 1
        ? throw new ValueException($"Evaluate: steps is {steps}; it must be 1 or more.")
        : Evaluate(BatchSource.Of(data, steps, "Evaluate", nameof(steps)), steps, verbose, cancellationToken);

    private Logs Evaluate(BatchSource source, int? steps, int verbose, CancellationToken cancellationToken)
    {
        using var busy = Busy("Evaluate");
        var progress = Progress.OnConsole(verbose);
        progress.Begin();
        var (logs, done) = TestOver(source, steps, progress, cancellationToken);
        if (done == 0)
        {
            throw BatchSource.None("Evaluate");
        }
        progress.End(done, logs);
        return logs;
    }

    /// <summary>One pass of evaluation.</summary>
    internal (Logs Logs, int Steps) TestOver(BatchSource source, int? steps, Progress? progress, CancellationToken cancellationToken)
    {
        ResetMetrics();
        var done = 0;
        using var batches = source.Pass(0).GetEnumerator();
        // Whoever makes the batches is asked for those that are used, and no more.
        while (done != steps && batches.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            RunTestStep(batches.Current);
            done++;
            progress?.Step(done, steps ?? source.Count, Measured);
        }
        return (Measured(), done);
    }

    /// <summary>Predictions of a model with one output.</summary>
    /// <param name="x">The inputs; the first axis counts the examples.</param>
    /// <param name="batchSize">Examples per step.</param>
    /// <param name="verbose">0: silent; 1: a progress bar; 2: one line.</param>
    /// <param name="cancellationToken">Ends after the present step.</param>
    public Tensor Predict(Tensors x, int batchSize = 32, int verbose = 0, CancellationToken cancellationToken = default) =>
        PredictAll(x, batchSize, verbose, cancellationToken) is { Count: 1 } only
            ? only[0]
            : throw new ShapeException($"{Describe()} has several outputs; take them with PredictAll.");

    /// <summary>Predictions of all outputs; of a graph of layers also by the names of those, <c>predictions["digit"]</c>.</summary>
    /// <inheritdoc cref="Predict"/>
    public Tensors PredictAll(Tensors x, int batchSize = 32, int verbose = 0, CancellationToken cancellationToken = default)
    {
        using var pause = Recording.Pause();
        var source = BatchSource.Of(new Batch(x), batchSize, shuffle: false, "Predict", InputNames);
        var progress = Progress.OnConsole(verbose);
        progress.Begin();
        var parts = new List<Tensors>();
        foreach (var batch in source.Pass(0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            parts.Add(PredictStep(batch.X));
            progress.Step(parts.Count, source.Count, () => []);
        }
        progress.End(parts.Count, []);
        var all = parts.Count == 1
            ? parts[0]
            : Tensors.Of([.. Enumerable.Range(0, parts[0].Count).Select(output => Tensor.Concat([.. parts.Select(part => part[output])]))]);
        var names = OutputNames;
        return names.Count > 1 && names.Count == all.Count && names.Distinct().Count() == names.Count ? all.WithNames(names) : all;
    }

    // A model trains once at a time: two runs would reset each other's measures.
    internal BusyScope Busy(string operation)
    {
        var thread = Environment.CurrentManagedThreadId;
        if (Interlocked.CompareExchange(ref _busy, thread, 0) == 0)
        {
            return new BusyScope(this);
        }
        // Between epochs a callback may well ask how the model does on other examples.
        return IsBetweenEpochs && operation == "Evaluate" && _busy == thread
            ? default
            : throw new ModelException($"{operation}: {Describe()} is being trained or evaluated already, by another thread or by the caller of this callback.");
    }

    internal bool IsBetweenEpochs { get; set; }

    internal readonly struct BusyScope(Model? model) : IDisposable
    {
        public void Dispose()
        {
            if (model is not null)
            {
                Volatile.Write(ref model._busy, 0);
            }
        }
    }
}
