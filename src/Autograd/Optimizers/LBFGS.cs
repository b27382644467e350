namespace Autograd;

/// <summary>How <see cref="LBFGS"/> chooses the length of a step.</summary>
public enum LineSearch
{
    /// <summary>The learning rate (in the first step at most as long as 1 / |g|₁ makes it).</summary>
    None,

    /// <summary>A length that meets the strong Wolfe conditions, by cubic interpolation.</summary>
    StrongWolfe,
}

/// <summary>
/// L-BFGS, a quasi-Newton method for losses without noise: each <see cref="Minimize"/> evaluates the loss many times. As PyTorch's. Nocedal and Wright,
/// Numerical optimization, chapter 7.
/// </summary>
public sealed class LBFGS : Optimizer
{
    private readonly List<Tensor> _gradientChanges = [];
    private readonly List<Tensor> _steps = [];

    // Flat, over all variables; null before the first iteration.
    private Tensor? _direction;
    private Tensor? _previousGradient;
    private double _length;
    private double _diagonal = 1;
    private long _innerIterations;

    /// <summary>L-BFGS with rate 1 unless given; the options are explained at the properties of their names.</summary>
    /// <exception cref="ValueException">Options are out of range.</exception>
    public LBFGS(
        Schedule? learningRate = null, int maxIterations = 20, int? maxEvaluations = null, double toleranceGradient = 1e-7, double toleranceChange = 1e-9,
        int historySize = 100, LineSearch lineSearch = LineSearch.None, string? name = null)
        : base(learningRate ?? 1, name: name, convention: Convention.Torch)
    {
        MaxIterations = (int)Hyperparameter.AtLeast(1, maxIterations);
        MaxEvaluations = (int)Hyperparameter.AtLeast(1, maxEvaluations ?? Math.Max(1, MaxIterations * 5L / 4), nameof(maxEvaluations));
        ToleranceGradient = Hyperparameter.NotNegative(toleranceGradient);
        ToleranceChange = Hyperparameter.NotNegative(toleranceChange);
        HistorySize = (int)Hyperparameter.AtLeast(1, historySize);
        LineSearch = lineSearch is LineSearch.None or LineSearch.StrongWolfe ? lineSearch : throw new ValueException($"LBFGS: there is no line search {(int)lineSearch}.");
    }

    /// <summary>The most steps a call makes.</summary>
    public int MaxIterations { get; }

    /// <summary>The number of evaluations after which a call begins no more steps; 5/4 of the iterations by default.</summary>
    public int MaxEvaluations { get; }

    /// <summary>A call ends where no element of the gradient is larger.</summary>
    public double ToleranceGradient { get; }

    /// <summary>A call ends where neither the loss nor any weight changes more.</summary>
    public double ToleranceChange { get; }

    /// <summary>How many changes of the gradient are remembered.</summary>
    public int HistorySize { get; }

    /// <summary>How the length of a step is chosen.</summary>
    public LineSearch LineSearch { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames => [];

    /// <inheritdoc/>
    protected override void Begin(double learningRate, long step) => throw NeedsLoss();

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor gradient) => throw NeedsLoss();

    private protected override void Step(Variable[] variables, Tensor?[] gradients) => throw NeedsLoss();

    private static ValueException NeedsLoss() => new("LBFGS: gradients are not enough, it evaluates the loss at several points; call Minimize(loss, variables).");

    /// <summary>Up to <see cref="MaxIterations"/> steps, each evaluating the loss at least once. Always give the same variables.</summary>
    /// <returns>The loss before the first step.</returns>
    /// <exception cref="ArgumentException">The variables are not those of earlier calls, of different types, or one is given twice.</exception>
    public override Tensor Minimize(Func<Tensor> loss, IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(variables);
        Variable[] all = [.. variables];
        Meet(all);
        if (Parameters.Count != all.Length || !Parameters.Select(parameter => parameter.Variable).SequenceEqual(all))
        {
            throw new ArgumentException("LBFGS: the variables are not those of the earlier calls; its history belongs to them.", nameof(variables));
        }
        if (Array.Exists(all, variable => variable.DType != all[0].DType))
        {
            throw new ArgumentException("LBFGS: all variables must hold the same type.", nameof(variables));
        }
        var rate = LearningRate.At(Iterations);
        // The arithmetic of the method is on no tape; each evaluation of the loss has its own.
        using var pause = Recording.Pause();
        var objective = new Objective(loss, all);
        var (value, gradient) = objective.Evaluate();
        var first = objective.FirstLoss!;
        for (var i = 1; Largest(gradient) > ToleranceGradient && i <= MaxIterations; i++)
        {
            var direction = Direction(gradient);
            _previousGradient = gradient;
            var before = value;
            _length = _innerIterations == 1 ? Math.Min(1, 1 / Tensor.Abs(gradient).Sum().Item()) * rate : rate;
            var slope = Dot(gradient, direction);
            if (!(slope <= -ToleranceChange))
            {
                break;
            }
            if (LineSearch == LineSearch.StrongWolfe)
            {
                (value, gradient, _length) = new WolfeSearch(objective, direction, ToleranceChange).Run(_length, value, gradient, slope);
                objective.Move(_length * direction);
            }
            else
            {
                objective.Move(_length * direction);
                if (i == MaxIterations)
                {
                    break; // nobody would look at the loss
                }
                (value, gradient) = objective.Evaluate();
            }
            if (objective.Evaluations >= MaxEvaluations || Largest(_length * direction) <= ToleranceChange || Math.Abs(value - before) < ToleranceChange)
            {
                break;
            }
        }
        Iterations++;
        return first;
    }

    /// <summary>Minus the inverse Hessian, as far as the history tells it, times the gradient: the two-loop recursion.</summary>
    private Tensor Direction(Tensor gradient)
    {
        if (++_innerIterations == 1)
        {
            return _direction = -gradient;
        }
        var (y, s) = (gradient - _previousGradient!, _length * _direction!);
        var ys = Dot(y, s);
        if (ys > 1e-10)
        {
            if (_steps.Count == HistorySize)
            {
                _gradientChanges.RemoveAt(0);
                _steps.RemoveAt(0);
            }
            _gradientChanges.Add(y);
            _steps.Add(s);
            _diagonal = ys / Dot(y, y);
        }
        var weights = new double[_steps.Count];
        var q = -gradient;
        for (var i = weights.Length - 1; i >= 0; i--)
        {
            weights[i] = Dot(_steps[i], q) / Dot(_gradientChanges[i], _steps[i]);
            q -= weights[i] * _gradientChanges[i];
        }
        q *= _diagonal;
        for (var i = 0; i < weights.Length; i++)
        {
            q += (weights[i] - (Dot(_gradientChanges[i], q) / Dot(_gradientChanges[i], _steps[i]))) * _steps[i];
        }
        return _direction = q;
    }

    private static double Dot(Tensor x, Tensor y) => (x * y).Sum().Item();

    private static double Largest(Tensor x) => Tensor.Abs(x).Max().Item();

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Value)> State =>
    [
        ("iterations", Tensor.From<long>([Iterations], [])),
        ("inner_iterations", Tensor.From<long>([_innerIterations], [])),
        ("length", Tensor.From<double>([_length], [])),
        ("diagonal", Tensor.From<double>([_diagonal], [])),
        .. _direction is null ? (IEnumerable<(string, Tensor)>)[] : [("direction", _direction), ("previous_gradient", _previousGradient!)],
        .. _gradientChanges.Select((value, i) => (FormattableString.Invariant($"gradient_change/{i}"), value)),
        .. _steps.Select((value, i) => (FormattableString.Invariant($"step/{i}"), value)),
    ];

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyList<(string Name, Tensor Value)> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (size, dtype) = (Parameters.Sum(parameter => parameter.Variable.Size), Parameters.Count > 0 ? Parameters[0].Variable.DType : DType.Float32);
        var given = new Dictionary<string, Tensor>();
        foreach (var (name, value) in state)
        {
            ArgumentNullException.ThrowIfNull(value, nameof(state));
            var fits = name is "iterations" or "inner_iterations" ? value.DType == DType.Int64 && value.Rank == 0
                : name is "length" or "diagonal" ? value.DType == DType.Float64 && value.Rank == 0
                : value.DType == dtype && value.Rank == 1 && value.Size == size;
            if (!fits || !given.TryAdd(name, value))
            {
                throw new ArgumentException($"LoadState: {name} ({value.DType} {value.Shape}) does not fit {size} weights of {dtype}, or is given twice; call Build(variables) first.", nameof(state));
            }
        }
        var remembered = 0;
        while (given.ContainsKey(FormattableString.Invariant($"step/{remembered}")))
        {
            remembered++;
        }
        string[] names =
        [
            "iterations", "inner_iterations", "length", "diagonal",
            .. given.ContainsKey("direction") || remembered > 0 ? (string[])["direction", "previous_gradient"] : [],
            .. Enumerable.Range(0, remembered).SelectMany(i => (string[])[FormattableString.Invariant($"gradient_change/{i}"), FormattableString.Invariant($"step/{i}")]),
        ];
        if (!given.Keys.ToHashSet().SetEquals(names) || remembered > HistorySize)
        {
            throw new ArgumentException($"LoadState: the state of LBFGS is {string.Join(", ", names)}, at most {HistorySize} steps; given are {string.Join(", ", given.Keys)}.", nameof(state));
        }
        (Iterations, _innerIterations) = (given["iterations"].Item<long>(), given["inner_iterations"].Item<long>());
        (_length, _diagonal) = (given["length"].Item<double>(), given["diagonal"].Item<double>());
        (_direction, _previousGradient) = (given.GetValueOrDefault("direction")?.AsValue(), given.GetValueOrDefault("previous_gradient")?.AsValue());
        _gradientChanges.Clear();
        _steps.Clear();
        for (var i = 0; i < remembered; i++)
        {
            _gradientChanges.Add(given[FormattableString.Invariant($"gradient_change/{i}")].AsValue());
            _steps.Add(given[FormattableString.Invariant($"step/{i}")].AsValue());
        }
    }

    /// <summary>The loss as a function of all weights in one vector.</summary>
    private sealed class Objective(Func<Tensor> loss, Variable[] variables)
    {
        public int Evaluations { get; private set; }

        public Tensor? FirstLoss { get; private set; }

        public (double Value, Tensor Gradient) Evaluate()
        {
            Evaluations++;
            Tensor value;
            Tensor?[] gradients;
            using (var tape = new GradientTape())
            {
                value = loss();
                gradients = tape.Gradient(value, (IEnumerable<Tensor>)variables, unconnected: Unconnected.Zero);
            }
            FirstLoss ??= value;
            return (value.Item(), Tensor.Concat([.. gradients.Select(gradient => gradient!.Reshape(-1))], axis: 0));
        }

        public void Move(Tensor step)
        {
            var start = 0;
            foreach (var variable in variables)
            {
                variable.AssignAdd(step[start..(start + variable.Size)].Reshape(variable.Shape));
                start += variable.Size;
            }
        }

        /// <summary>At the present weights plus a step; they are put back exactly.</summary>
        public (double Value, Tensor Gradient) EvaluateAt(Tensor step)
        {
            var values = Array.ConvertAll(variables, variable => variable.Value);
            try
            {
                Move(step);
                return Evaluate();
            }
            finally
            {
                for (var i = 0; i < variables.Length; i++)
                {
                    variables[i].Assign(values[i]);
                }
            }
        }
    }

    /// <summary>Brackets, then narrows down, a length that lowers the loss enough and flattens its slope enough.</summary>
    private sealed class WolfeSearch(Objective objective, Tensor direction, double toleranceChange)
    {
        private const double Decrease = 1e-4;
        private const double Curvature = 0.9;
        private const int MostEvaluations = 25;

        private readonly record struct Point(double Length, double Value, Tensor Gradient, double Slope);

        private Point At(double length)
        {
            var (value, gradient) = objective.EvaluateAt(length * direction);
            return new Point(length, value, gradient, Dot(gradient, direction));
        }

        public (double Value, Tensor Gradient, double Length) Run(double length, double value, Tensor gradient, double slope)
        {
            var start = new Point(0, value, gradient, slope);
            bool Climbs(Point p) => p.Value > value + (Decrease * p.Length * slope);
            bool IsFlat(Point p) => Math.Abs(p.Slope) <= -Curvature * slope;

            var (previous, point, tries) = (start, At(length), 0);
            var (low, high) = (start, start);
            var bracketed = false;
            while (tries < MostEvaluations)
            {
                if (Climbs(point) || (tries > 1 && point.Value >= previous.Value) || (!IsFlat(point) && point.Slope >= 0))
                {
                    (low, high, bracketed) = (previous, point, true);
                    break;
                }
                if (IsFlat(point))
                {
                    return (point.Value, point.Gradient, point.Length);
                }
                var next = Interpolate(previous, point, point.Length + (0.01 * (point.Length - previous.Length)), point.Length * 10);
                previous = point;
                point = At(next);
                tries++;
            }
            if (!bracketed)
            {
                (low, high) = (start, point);
            }
            if (low.Value > high.Value)
            {
                (low, high) = (high, low);
            }
            var largest = Largest(direction);
            var stalled = false;
            while (tries < MostEvaluations && Math.Abs(high.Length - low.Length) * largest >= toleranceChange)
            {
                var (left, right) = (Math.Min(low.Length, high.Length), Math.Max(low.Length, high.Length));
                var next = Interpolate(low, high, left, right);
                // Too close to an end twice in a row: a tenth of the bracket away from it.
                var margin = 0.1 * (right - left);
                if (Math.Min(right - next, next - left) < margin)
                {
                    if (stalled || next >= right || next <= left)
                    {
                        next = Math.Abs(next - right) < Math.Abs(next - left) ? right - margin : left + margin;
                        stalled = false;
                    }
                    else
                    {
                        stalled = true;
                    }
                }
                else
                {
                    stalled = false;
                }
                point = At(next);
                tries++;
                if (Climbs(point) || point.Value >= low.Value)
                {
                    high = point;
                    if (low.Value > high.Value)
                    {
                        (low, high) = (high, low);
                    }
                    continue;
                }
                var done = IsFlat(point);
                if (!done && point.Slope * (high.Length - low.Length) >= 0)
                {
                    high = low;
                }
                low = point;
                if (done)
                {
                    break;
                }
            }
            return (low.Value, low.Gradient, low.Length);
        }

        /// <summary>Where the cubic through two points with their slopes is lowest, within bounds.</summary>
        private static double Interpolate(Point a, Point b, double least, double most)
        {
            var d1 = a.Slope + b.Slope - (3 * (a.Value - b.Value) / (a.Length - b.Length));
            var square = (d1 * d1) - (a.Slope * b.Slope);
            if (!(square >= 0))
            {
                return (least + most) / 2;
            }
            var d2 = Math.Sqrt(square);
            var (from, to) = a.Length <= b.Length ? (a, b) : (b, a);
            var lowest = to.Length - ((to.Length - from.Length) * ((to.Slope + d2 - d1) / (to.Slope - from.Slope + (2 * d2))));
            return Math.Min(Math.Max(lowest, least), most);
        }
    }
}
