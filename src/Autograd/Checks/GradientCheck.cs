namespace Autograd;

/// <summary>
/// Compares the gradients a tape gives with central differences (f(x + h) - f(x - h)) / 2h in double precision.
/// <code>
/// var report = GradientCheck.Run(x => Sigmoid(x).Sum(), x);
/// Console.WriteLine(report);
/// GradientCheck.Assert(inputs => MatMul(inputs[0], inputs[1]), [a, b], new() { Order = 2 });
/// </code>
/// Threads may call it at the same time.
/// </summary>
/// <remarks>
/// <para>The function is given copies of its inputs, float32 ones (and variables) as float64, and must read these and not what it may have captured.
/// A strided input stays strided. Integer and bool inputs are passed along and not checked; integer outputs are ignored.
/// Tapes of the caller record nothing of all this.</para>
/// <para>The function should compute the same for equal inputs, which is checked first. A disagreement is looked at again with a smaller step and with one-sided
/// differences, which tells a kink (relu at 0) from a mistake. Exceptions of the function pass through.</para>
/// <para>Tolerances, projections and the check of second order follow <c>torch.autograd.gradcheck</c> and <c>gradgradcheck</c>. On differences see
/// A. Griewank and A. Walther, <i>Evaluating Derivatives</i>, 2nd ed., 2008, section 1.</para>
/// </remarks>
public static partial class GradientCheck
{
    /// <summary>Checks a function of one input.</summary>
    /// <param name="f">The function; its result may have any shape.</param>
    /// <param name="x">Where to check it.</param>
    /// <param name="options">How; the defaults when left out.</param>
    /// <returns>What was found; a mismatch does not throw.</returns>
    /// <exception cref="DTypeException">The input is not floating, or the function does not return Float64.</exception>
    /// <exception cref="ShapeException">The shape of the result changes with the values of the inputs.</exception>
    /// <exception cref="ValueException">An input is so large that <see cref="GradientCheckOptions.Epsilon"/> does not change it.</exception>
    public static GradientCheckReport Run(Func<Tensor, Tensor> f, Tensor x, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(x);
        return Run(inputs => f(inputs[0]), [x], options);
    }

    /// <summary>Checks a function of several inputs.</summary>
    /// <param name="f">The function; its result may have any shape.</param>
    /// <param name="inputs">Where to check it.</param>
    /// <param name="options">How; the defaults when left out.</param>
    /// <inheritdoc cref="Run(Func{Tensor, Tensor}, Tensor, GradientCheckOptions)"/>
    public static GradientCheckReport Run(Func<IReadOnlyList<Tensor>, Tensor> f, IReadOnlyList<Tensor> inputs, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(f);
        return Run(Several, inputs, options);

        IReadOnlyList<Tensor> Several(IReadOnlyList<Tensor> all) => [f(all)];
    }

    /// <summary>Checks a function of several inputs with several results.</summary>
    /// <param name="f">The function; its results may have any shapes.</param>
    /// <param name="inputs">Where to check it.</param>
    /// <param name="options">How; the defaults when left out.</param>
    /// <inheritdoc cref="Run(Func{Tensor, Tensor}, Tensor, GradientCheckOptions)"/>
    public static GradientCheckReport Run(
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> f, IReadOnlyList<Tensor> inputs, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var x in inputs)
        {
            ArgumentNullException.ThrowIfNull(x, nameof(inputs));
        }
        using (Recording.Pause())
        {
            return new GradientComparison(options ?? new GradientCheckOptions()).Run(f, inputs);
        }
    }

    /// <summary>Checks a function of one input and throws if its gradient is wrong. Works in any test framework.</summary>
    /// <exception cref="GradientCheckException">The check failed; the message is the report.</exception>
    /// <inheritdoc cref="Run(Func{Tensor, Tensor}, Tensor, GradientCheckOptions)"/>
    /// <returns/>
    public static void Assert(Func<Tensor, Tensor> f, Tensor x, GradientCheckOptions? options = null) => Require(Run(f, x, options));

    /// <summary>Checks a function of several inputs and throws if a gradient is wrong.</summary>
    /// <exception cref="GradientCheckException">The check failed; the message is the report.</exception>
    /// <inheritdoc cref="Run(Func{IReadOnlyList{Tensor}, Tensor}, IReadOnlyList{Tensor}, GradientCheckOptions)"/>
    /// <returns/>
    public static void Assert(Func<IReadOnlyList<Tensor>, Tensor> f, IReadOnlyList<Tensor> inputs, GradientCheckOptions? options = null) =>
        Require(Run(f, inputs, options));

    /// <summary>Checks a function of several inputs with several results and throws if a gradient is wrong.</summary>
    /// <exception cref="GradientCheckException">The check failed; the message is the report.</exception>
    /// <inheritdoc cref="Run(Func{IReadOnlyList{Tensor}, IReadOnlyList{Tensor}}, IReadOnlyList{Tensor}, GradientCheckOptions)"/>
    /// <returns/>
    public static void Assert(
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> f, IReadOnlyList<Tensor> inputs, GradientCheckOptions? options = null) =>
        Require(Run(f, inputs, options));

    /// <summary>
    /// The gradient of a scalar function by central differences, (f(x + h) - f(x - h)) / 2h for each element: 2 Size evaluations of the whole function,
    /// where a tape needs one backward pass.
    /// </summary>
    /// <param name="f">The function, of one result; it is given float64.</param>
    /// <param name="x">Where to differentiate it, float32 or float64.</param>
    /// <param name="epsilon">The step h.</param>
    /// <returns>Float64, of the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is not above 0, or not finite.</exception>
    /// <exception cref="ShapeException">The function returns more or less than one element.</exception>
    /// <exception cref="DTypeException"><paramref name="x"/> is not floating.</exception>
    /// <exception cref="ValueException">An element is so large that the step does not change it.</exception>
    public static Tensor NumericGradient(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(x);
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), FormattableString.Invariant($"NumericGradient: the step is {epsilon}; it must be finite and above 0."));
        }
        if (!x.DType.IsFloating())
        {
            throw new DTypeException($"NumericGradient: a {x.DType} tensor of shape {x.Shape} has no gradient; only Float32 and Float64 do. Cast it first.");
        }
        using (Recording.Pause())
        {
            var operand = new GradientOperand(x, "x");
            var gradient = new double[x.Size];
            for (var i = 0; i < gradient.Length; i++)
            {
                var (before, after) = (operand.Moved(i, -epsilon), operand.Moved(i, epsilon));
                gradient[i] = (Value(after) - Value(before)) / (after[i] - before[i]);
            }
            return Tensor.From(gradient, x.Shape);

            double Value(double[] values)
            {
                var y = f(operand.At(values)) ?? throw new ValueException("NumericGradient: the function returned null.");
                return y.Size == 1 ? y.Item() : throw new ShapeException($"NumericGradient: the function returned shape {y.Shape}; it must return one element.");
            }
        }
    }

    private static void Require(GradientCheckReport report)
    {
        if (!report.Passed)
        {
            throw new GradientCheckException(report.ToString());
        }
    }
}
