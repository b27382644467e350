using Autograd.Numerics;
using Function = System.Func<System.Collections.Generic.IReadOnlyList<Autograd.Tensor>, System.Collections.Generic.IReadOnlyList<Autograd.Tensor>>;
using Kind = Autograd.GradientCheckFailureKind;

namespace Autograd;

/// <summary>One gradient check: runs the function on a tape and with moved inputs, order by order, and collects where they disagree.</summary>
internal sealed class GradientComparison(GradientCheckOptions options)
{
    // Cotangents of size 1 would not show a backward that forgets to multiply by dy, or squares it.
    private const double SeedSize = -2;

    private readonly List<GradientCheckFailure> _failures = [];
    private readonly List<GradientCheckFailure> _kinks = [];
    private readonly List<string> _notes = [];
    private long _failureCount;
    private long _kinkCount;
    private long _entries;
    private double _maxAbsolute;
    private double _maxRelative;
    private ulong _draws;

    public GradientCheckReport Run(Function f, IReadOnlyList<Tensor> inputs)
    {
        var operands = new GradientOperand[inputs.Count];
        for (var i = 0; i < operands.Length; i++)
        {
            operands[i] = new GradientOperand(inputs[i], inputs[i] is Variable variable ? $"input {i} ({variable.Name})" : $"input {i}");
        }
        if (!operands.Any(operand => operand.IsChecked))
        {
            throw new DTypeException("GradientCheck: no input is Float32 or Float64, so there is no gradient to check.");
        }
        var function = new CheckedFunction(f, operands, null);
        for (var order = 1; ; order++)
        {
            CheckOrder(order, function);
            if (order == options.Order)
            {
                break;
            }
            if (_failureCount > 0)
            {
                _notes.Add(FormattableString.Invariant($"order {order + 1} was not checked, since order {order} failed."));
                break;
            }
            function = GradientOf(function);
        }
        if (_entries == 0 && _failureCount == 0)
        {
            _notes.Add("there was nothing to compare: the inputs or the outputs have no elements.");
        }
        return new GradientCheckReport(options)
        {
            Failures = [.. _failures.Concat(options.AllowKinks ? [] : _kinks).Take(options.MaxFailures)],
            NumberOfFailures = _failureCount + (options.AllowKinks ? 0 : _kinkCount),
            NumberOfKinks = _kinkCount,
            NumberOfEntries = _entries,
            MaxAbsoluteError = _maxAbsolute,
            MaxRelativeError = _maxRelative,
            Notes = _notes,
        };
    }

    private void CheckOrder(int order, CheckedFunction f)
    {
        using var taped = new TapedFunction(f, watchOriginals: order == 1);
        var at = f.Evaluate();
        // The third evaluation is the one under the tape. Gradients of fused operations come from a kernel while nobody records and from an expression otherwise: from the second
        // order on, the two agree to rounding only.
        foreach (var (again, exactly) in new[] { (f.Evaluate(), true), (taped.Values(), order == 1) })
        {
            if (Difference(at, again, exactly) is var (output, element, first, second))
            {
                Add(NonDeterministic(order, f, output, element, first, second));
                return;
            }
        }
        var gradients = options.Fast ? Projections(order, taped) : Jacobian(order, taped);
        if (gradients is null)
        {
            return;
        }
        for (var input = 0; input < f.Operands.Length; input++)
        {
            var operand = f.Operands[input];
            if (!operand.IsChecked)
            {
                continue;
            }
            var unconnected = Enumerable.Range(0, f.Shapes.Length).All(output => taped.Explanation(output, input) is not null);
            if (unconnected && taped.ReadsOriginal(input))
            {
                Add(new GradientCheckFailure(Kind.Unconnected, order, input, operand.Name, null, 0, f.OutputName(0), null, 0, 0,
                    $". The function reads a captured tensor instead of inputs[{input}], the copy that the check moves"));
                continue;
            }
            var failuresBefore = _failureCount;
            for (var element = 0; element < (options.Fast ? Math.Min(operand.Size, 1) : operand.Size); element++)
            {
                var line = new Line(f, input, options.Fast ? gradients.Directions[input] : null, element, options.Epsilon, at);
                for (var output = 0; output < f.Shapes.Length; output++)
                {
                    if (taped.HasWrongForm(output, input))
                    {
                        continue;
                    }
                    for (var row = 0; row < gradients.Rows[output].Length; row++)
                    {
                        var analytic = gradients.Rows[output][row][input];
                        Compare(order, taped, line, output, options.Fast ? gradients.Weights[output] : null, row,
                            analytic is null ? null : options.Fast ? Dot(analytic, gradients.Directions[input]) : analytic[element]);
                    }
                }
            }
            if (unconnected && order == 1 && _failureCount == failuresBefore)
            {
                _notes.Add($"{operand.Name} is not connected to any output. {taped.Explanation(0, input)}");
            }
        }
        foreach (var failure in taped.WrongForms(order))
        {
            Add(failure);
        }
    }

    /// <summary>What the tape says: for each output, row and input a vector (null: unconnected). In fast mode an output has one row, weighed by random weights.</summary>
    private sealed record Gradients(double[]?[][][] Rows, double[][] Weights, double[][] Directions);

    private Gradients? Jacobian(int order, TapedFunction taped)
    {
        var shapes = taped.Function.Shapes;
        // Determinism of the backward pass: one pass for each output, twice.
        if (Projections(order, taped) is null)
        {
            return null;
        }
        var rows = new double[]?[shapes.Length][][];
        for (var output = 0; output < shapes.Length; output++)
        {
            rows[output] = new double[]?[shapes[output].Size][];
            for (var row = 0; row < rows[output].Length; row++)
            {
                var seed = new double[shapes[output].Size];
                seed[row] = SeedSize;
                rows[output][row] = taped.Gradients(output, seed);
                foreach (var gradient in rows[output][row])
                {
                    for (var i = 0; i < gradient?.Length; i++)
                    {
                        gradient[i] /= SeedSize;
                    }
                }
            }
        }
        return new Gradients(rows, [], []);
    }

    private Gradients? Projections(int order, TapedFunction taped)
    {
        var f = taped.Function;
        var rows = new double[]?[f.Shapes.Length][][];
        var weights = new double[f.Shapes.Length][];
        for (var output = 0; output < rows.Length; output++)
        {
            weights[output] = RandomWeights(f.Shapes[output].Size);
            var gradient = taped.Gradients(output, weights[output]);
            var again = taped.Gradients(output, weights[output]);
            for (var input = 0; input < gradient.Length; input++)
            {
                if (gradient[input] is { } first && again[input] is { } second && Difference([first], [second]) is var (_, element, a, b))
                {
                    var operand = f.Operands[input];
                    var index = GradientOperand.Index(operand.Original.Shape, element);
                    Add(new GradientCheckFailure(Kind.NonDeterministic, order, input, operand.Name, index, output, f.OutputName(output), null, a, b,
                        "the gradient differs between two backward passes over one recording: "
                        + $"with respect to {operand.Name}{Shape.Format(index)} it is {GradientCheckFailure.Number(a)} and then {GradientCheckFailure.Number(b)}"));
                    return null;
                }
            }
            rows[output] = f.Shapes[output].Size == 0 ? [] : [gradient];
        }
        return new Gradients(rows, weights, [.. f.Operands.Select(operand => RandomWeights(operand.Size))]);
    }

    /// <summary>Random numbers of either sign, from 1/2 to 1 in size: none hides what it multiplies.</summary>
    private double[] RandomWeights(int count)
    {
        var weights = new double[count];
        _draws++;
        for (var i = 0; i < count; i++)
        {
            var (high, low, sign, _) = Philox.Block((ulong)options.Seed, (ulong)i, _draws);
            weights[i] = (0.5 + (0.5 * Philox.Unit(high, low))) * ((sign & 1) == 0 ? 1 : -1);
        }
        return weights;
    }

    private void Compare(int order, TapedFunction taped, Line line, int output, double[]? weights, int row, double? tape)
    {
        _entries++;
        var analytic = tape ?? 0;
        var numeric = line.Central(output, row, weights);
        var error = Math.Abs(analytic - numeric);
        var finite = double.IsFinite(analytic) && double.IsFinite(numeric);
        var agrees = finite && Agrees(analytic, numeric);
        var jump = finite && !agrees && tape is not null ? line.Jump(output, row, weights) : null;
        var kink = finite && !agrees && tape is not null && jump is null && line.IsKink(output, row, weights, analytic, Agrees);
        if (finite && !kink && jump is null)
        {
            _maxAbsolute = Math.Max(_maxAbsolute, error);
            var size = Math.Max(Math.Abs(analytic), Math.Abs(numeric));
            if (size > options.AbsoluteTolerance)
            {
                _maxRelative = Math.Max(_maxRelative, error / size);
            }
        }
        if (agrees)
        {
            return;
        }
        var kind = !finite ? Kind.NotFinite : tape is null ? Kind.Unconnected : jump is not null ? Kind.Jump : kink ? Kind.Kink : Kind.WrongGradient;
        var f = taped.Function;
        Add(new GradientCheckFailure(
            kind,
            order,
            line.Input,
            f.Operands[line.Input].Name,
            options.Fast ? null : GradientOperand.Index(f.Operands[line.Input].Original.Shape, line.Element),
            output,
            f.OutputName(output),
            options.Fast ? null : GradientOperand.Index(f.Shapes[output], row),
            analytic,
            numeric,
            kind switch
            {
                Kind.Unconnected => $". {taped.Explanation(output, line.Input)}",
                Kind.Kink => FormattableString.Invariant($": the slopes to the left and right are {line.Slopes(output, row, weights).Left:g5} and {line.Slopes(output, row, weights).Right:g5}"),
                Kind.Jump => FormattableString.Invariant($", by {jump:g5}"),
                Kind.WrongGradient when options.Fast => " (a random projection; without Fast the elements are named)",
                _ => "",
            }));
    }

    private bool Agrees(double analytic, double numeric) =>
        Math.Abs(analytic - numeric) <= options.AbsoluteTolerance + (options.RelativeTolerance * Math.Abs(numeric));

    private void Add(GradientCheckFailure failure)
    {
        var isKink = failure.Kind is Kind.Kink or Kind.Jump;
        (isKink ? ref _kinkCount : ref _failureCount)++;
        var list = isKink ? _kinks : _failures;
        if (list.Count < options.MaxFailures)
        {
            list.Add(failure);
        }
    }

    private static GradientCheckFailure NonDeterministic(int order, CheckedFunction f, int output, int element, double first, double second)
    {
        var index = GradientOperand.Index(f.Shapes[output], element);
        return new GradientCheckFailure(Kind.NonDeterministic, order, -1, "", null, output, f.OutputName(output), index, first, second,
            "the function gives different results for equal inputs: "
            + $"{f.OutputName(output)}{Shape.Format(index)} is {GradientCheckFailure.Number(first)} and then {GradientCheckFailure.Number(second)}");
    }

    /// <summary>The first difference, if need be beyond the tolerances, NaN being equal to itself.</summary>
    private (int Output, int Element, double First, double Second)? Difference(double[][] first, double[][] second, bool exactly = true)
    {
        for (var output = 0; output < first.Length; output++)
        {
            for (var i = 0; i < first[output].Length; i++)
            {
                var (a, b) = (first[output][i], second[output][i]);
                if (!a.Equals(b) && (exactly || !Agrees(a, b)))
                {
                    return (output, i, a, b);
                }
            }
        }
        return null;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /// <summary>The function (x, dy) -> gradient of &lt;dy, f(x)&gt; with respect to x, by a tape of its own, and fixed random dy.</summary>
    private CheckedFunction GradientOf(CheckedFunction f)
    {
        var count = f.Operands.Length;
        var cotangents = f.Shapes.Select((shape, i) => new GradientOperand(Tensor.From(RandomWeights(shape.Size), shape), $"cotangent of {f.OutputName(i)}"));
        return new CheckedFunction(Gradient, [.. f.Operands, .. cotangents], [.. f.Operands.Where(operand => operand.IsChecked).Select(operand => $"gradient of {operand.Name}")]);

        IReadOnlyList<Tensor> Gradient(IReadOnlyList<Tensor> all)
        {
            Tensor[] x = [.. all.Take(count)];
            Tensor[] sources = [.. x.Where(input => input.DType.IsFloating())];
            using var tape = new GradientTape(watchAccessedVariables: false);
            tape.Watch(sources.AsSpan());
            var y = f.Call(x);
            // What is unconnected at first order was reported there.
            return tape.Gradient(y, sources, [.. all.Skip(count)], Unconnected.Zero)!;
        }
    }

    /// <summary>The function with its inputs, giving floating outputs only, and always as many and of the same shapes.</summary>
    private sealed class CheckedFunction(Function f, GradientOperand[] operands, string[]? outputNames)
    {
        private readonly Tensor[] _inputs = [.. operands.Select(operand => operand.Copy())];
        private Shape[]? _shapes;

        public GradientOperand[] Operands => operands;

        public Shape[] Shapes => _shapes!;

        public string OutputName(int output) => outputNames is not null ? outputNames[output] : Shapes.Length == 1 ? "output" : FormattableString.Invariant($"output {output}");

        public Tensor[] Call(Tensor[] inputs)
        {
            var results = f(inputs) ?? throw new ValueException("GradientCheck: the function returned null.");
            if (results.Any(y => y is null))
            {
                throw new ValueException("GradientCheck: the function returned null.");
            }
            Tensor[] y = [.. results.Where(y => y.DType.IsFloating())];
            if (y.Length == 0)
            {
                throw new DTypeException($"GradientCheck: the function returned {(results.Count == 0 ? "nothing" : results[0].DType)}; there is no gradient to check.");
            }
            if (y.FirstOrDefault(y => y.DType != DType.Float64) is { } wrong)
            {
                throw new DTypeException($"GradientCheck: the function returned {wrong.DType} for Float64 inputs, too coarse for differences. "
                    + "It must compute with the inputs it is given (not with captured ones) and not cast them to Float32.");
            }
            _shapes ??= [.. y.Select(one => one.Shape)];
            if (!_shapes.SequenceEqual(y.Select(one => one.Shape)))
            {
                throw new ShapeException($"GradientCheck: the function returned shapes {string.Join(", ", _shapes.Select(shape => shape.ToString()))} and then "
                    + $"{string.Join(", ", y.Select(one => one.Shape.ToString()))}; they must stay the same.");
            }
            return y;
        }

        /// <summary>The outputs' values, with one input replaced where wanted.</summary>
        public double[][] Evaluate(int moved = -1, double[]? values = null)
        {
            Tensor[] inputs = [.. _inputs];
            if (values is not null)
            {
                inputs[moved] = operands[moved].At(values);
            }
            return [.. Call(inputs).Select(y => y.ToArray<double>())];
        }
    }

    /// <summary>The function recorded once, on a tape that stays open for many backward passes.</summary>
    private sealed class TapedFunction : IDisposable
    {
        private readonly GradientTape _tape = new(persistent: true, watchAccessedVariables: false);
        private readonly RecordingPause _pause;
        private readonly Tensor[] _inputs;
        private readonly Tensor[] _outputs;
        private readonly bool _watchOriginals;
        private readonly Dictionary<(int Output, int Input), string> _unconnected = [];
        private readonly Dictionary<(int Output, int Input), string> _wrongForms = [];

        public TapedFunction(CheckedFunction function, bool watchOriginals)
        {
            Function = function;
            _watchOriginals = watchOriginals;
            try
            {
                _inputs = [.. function.Operands.Select(operand => operand.Copy())];
                for (var i = 0; i < _inputs.Length; i++)
                {
                    if (function.Operands[i].IsChecked)
                    {
                        _tape.Watch(_inputs[i]);
                        if (watchOriginals)
                        {
                            _tape.Watch(function.Operands[i].Original);
                        }
                    }
                }
                _outputs = function.Call(_inputs);
                _pause = _tape.StopRecording();
            }
            catch
            {
                _tape.Dispose();
                throw;
            }
        }

        public CheckedFunction Function { get; }

        public double[][] Values() => [.. _outputs.Select(y => y.ToArray<double>())];

        /// <summary>For each input the gradient of one output, weighed by a cotangent; null where there is no connection or nothing is checked.</summary>
        public double[]?[] Gradients(int output, double[] cotangent)
        {
            // A fresh tensor each time: a gradient must not be remembered from the pass before.
            var dy = Tensor.From(cotangent, Function.Shapes[output]);
            if (_outputs[output].Device != Device.Cpu)
            {
                dy = _outputs[output].Backend.Upload(dy);
            }
            var wanted = Enumerable.Range(0, _inputs.Length).Where(i => Function.Operands[i].IsChecked && !_unconnected.ContainsKey((output, i))).ToArray();
            var gradients = new double[]?[_inputs.Length];
            Tensor?[] found;
            try
            {
                found = _tape.Gradient(_outputs[output], wanted.Select(i => _inputs[i]), dy);
            }
            catch (TapeException)
            {
                // A connection only through something without a gradient counts as none; any other error comes again and passes through.
                found = [.. wanted.Select(i => OneGradient(output, i, dy))];
            }
            for (var i = 0; i < wanted.Length; i++)
            {
                gradients[wanted[i]] = Read(output, wanted[i], found[i]);
            }
            return gradients;
        }

        private Tensor? OneGradient(int output, int input, Tensor dy)
        {
            try
            {
                return _tape.Gradient(_outputs[output], _inputs[input], dy);
            }
            catch (TapeException refusal)
            {
                _tape.Gradient(_outputs[output], _inputs[input], dy, Unconnected.Zero);
                _unconnected[(output, input)] = refusal.Message;
                return null;
            }
        }

        private double[]? Read(int output, int input, Tensor? gradient)
        {
            if (gradient is null)
            {
                _unconnected.TryAdd((output, input), _tape.Explain(_outputs[output], _inputs[input]));
                return null;
            }
            if (gradient.DType != DType.Float64 || gradient.Shape != _inputs[input].Shape)
            {
                _wrongForms[(output, input)] = $"the gradient is {gradient.Shape} {gradient.DType} and its input {_inputs[input].Shape} {_inputs[input].DType}";
                return null;
            }
            return gradient.ToArray<double>();
        }

        /// <summary>Why there is no gradient, or null where there is one.</summary>
        public string? Explanation(int output, int input) => _unconnected.GetValueOrDefault((output, input));

        public bool HasWrongForm(int output, int input) => _wrongForms.ContainsKey((output, input));

        public IEnumerable<GradientCheckFailure> WrongForms(int order) => _wrongForms.Select(wrong => new GradientCheckFailure(
            Kind.WrongForm, order, wrong.Key.Input, Function.Operands[wrong.Key.Input].Name, null, wrong.Key.Output, Function.OutputName(wrong.Key.Output), null, double.NaN, double.NaN, wrong.Value));

        /// <summary>Whether the outputs depend on the caller's own tensor, where they should on the copy.</summary>
        public bool ReadsOriginal(int input)
        {
            try
            {
                return _watchOriginals && _tape.Gradient(_outputs, [Function.Operands[input].Original])[0] is not null;
            }
            catch (TapeException)
            {
                return true;
            }
        }

        public void Dispose()
        {
            _pause.Dispose();
            _tape.Dispose();
        }
    }

    /// <summary>The function along a line through the point: one element of one input moves, or all of them in a direction.</summary>
    private sealed class Line(CheckedFunction f, int input, double[]? direction, int element, double step, double[][] at)
    {
        private readonly Pair _near = new(f, input, direction, element, step);
        private Pair? _nearer;

        public int Input => input;

        public int Element => element;

        private Pair Nearer => _nearer ??= new Pair(f, input, direction, element, step / 10);

        public double Central(int output, int row, double[]? weights) => Slope(_near.Before[output], _near.After[output], _near.Width, row, weights);

        public (double Left, double Right) Slopes(int output, int row, double[]? weights) => Slopes(_near, output, row, weights);

        /// <summary>
        /// Whether the function is not smooth here and the gradient is one of its slopes. Slopes to the left and right of a smooth point differ by h f'',
        /// so a tenth with a tenth of the step; at a kink they stay apart, and beside one the smaller step agrees with the gradient.
        /// </summary>
        public bool IsKink(int output, int row, double[]? weights, double analytic, Func<double, double, bool> agrees)
        {
            var (left, right) = Slopes(_near, output, row, weights);
            var noise = Noise(output, row, weights);
            if (agrees(left, right) || agrees(right, left) || Math.Abs(left - right) <= noise)
            {
                return false;
            }
            var between = (analytic - left) * (analytic - right) <= 0 || agrees(analytic, left) || agrees(analytic, right);
            var (nearerLeft, nearerRight) = Slopes(Nearer, output, row, weights);
            var staysApart = Math.Abs(nearerLeft - nearerRight) > (0.5 * Math.Abs(left - right)) + (10 * noise);
            var agreesNearer = agrees(analytic, Slope(Nearer.Before[output], Nearer.After[output], Nearer.Width, row, weights));
            return between && (staysApart || agreesNearer);
        }

        /// <summary>By how much the function jumps here, if it does. What a smooth function, or one with a kink, changes by shrinks with the step; a jump does not.</summary>
        public double? Jump(int output, int row, double[]? weights)
        {
            var across = Change(_near);
            return Math.Abs(across) > 10 * Noise(output, row, weights) * step && Change(Nearer) is var nearer && nearer / across is > 0.5 and < 2 ? nearer : null;

            double Change(Pair pair) => Slope(pair.Before[output], pair.After[output], 1, row, weights);
        }

        private (double Left, double Right) Slopes(Pair pair, int output, int row, double[]? weights) =>
            (Slope(pair.Before[output], at[output], pair.WidthBefore, row, weights), Slope(at[output], pair.After[output], pair.WidthAfter, row, weights));

        private static double Slope(double[] from, double[] to, double width, int row, double[]? weights)
        {
            if (weights is null)
            {
                return (to[row] - from[row]) / width;
            }
            var sum = 0.0;
            for (var i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * (to[i] - from[i]);
            }
            return sum / width;
        }

        /// <summary>What rounding the function's values can do to a one-sided difference.</summary>
        private double Noise(int output, int row, double[]? weights)
        {
            var size = weights is null ? Math.Abs(at[output][row]) : weights.Select((weight, i) => Math.Abs(weight * at[output][i])).Sum();
            return 16 * size * Math.ScaleB(1, -52) / step;
        }

        private sealed class Pair
        {
            public readonly double[][] Before;
            public readonly double[][] After;
            public readonly double Width;
            public readonly double WidthBefore;
            public readonly double WidthAfter;

            public Pair(CheckedFunction f, int input, double[]? direction, int element, double step)
            {
                var operand = f.Operands[input];
                var before = direction is null ? operand.Moved(element, -step) : operand.Moved(direction, -step);
                var after = direction is null ? operand.Moved(element, step) : operand.Moved(direction, step);
                // Divided by the step really taken, which rounding may have changed.
                var here = direction is null ? operand.Value(element) : 0;
                (WidthBefore, WidthAfter, Width) = direction is null
                    ? (here - before[element], after[element] - here, after[element] - before[element])
                    : (step, step, 2 * step);
                Before = f.Evaluate(input, before);
                After = f.Evaluate(input, after);
            }
        }
    }
}
