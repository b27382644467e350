using System.Globalization;
using System.Text;

namespace Autograd;

/// <summary>What a <see cref="GradientCheckFailure"/> is about.</summary>
public enum GradientCheckFailureKind
{
    /// <summary>The tape's gradient and the central difference disagree.</summary>
    WrongGradient,

    /// <summary>The tape finds no connection (the gradient is null), yet the function changes with the input.</summary>
    Unconnected,

    /// <summary>They disagree at a point where the function is probably not smooth: the one-sided differences disagree with each other as well.</summary>
    Kink,

    /// <summary>They disagree at a point where the function jumps, so that it has no gradient there: it changes by as much over a tenth of the step.</summary>
    Jump,

    /// <summary>One of the two is NaN or infinite.</summary>
    NotFinite,

    /// <summary>The gradient has another shape or element type than its input.</summary>
    WrongForm,

    /// <summary>The function, or its gradient, differs between two calls with equal inputs.</summary>
    NonDeterministic,
}

/// <summary>One disagreement that a gradient check found. Immutable; threads may share it.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Order">The order of the derivative: 1 for a gradient, 2 for a gradient of a gradient.</param>
/// <param name="Input">The index of the input; at order 2 the cotangents count on after the inputs. -1 where no single input is meant.</param>
/// <param name="InputName">The input in words, such as <c>input 1 (weights)</c>.</param>
/// <param name="Element">Where in the input, one index per axis; null where no single element is meant.</param>
/// <param name="Output">The index of the output.</param>
/// <param name="OutputName">The output in words, such as <c>output</c> or, at order 2, <c>gradient of input 0</c>.</param>
/// <param name="OutputElement">Where in the output; null where no single element is meant.</param>
/// <param name="Analytic">What the tape says; 0 where it says null.</param>
/// <param name="Numeric">What the differences say.</param>
/// <param name="Remark">More in words; may be empty.</param>
public sealed record GradientCheckFailure(
    GradientCheckFailureKind Kind,
    int Order,
    int Input,
    string InputName,
    IReadOnlyList<int>? Element,
    int Output,
    string OutputName,
    IReadOnlyList<int>? OutputElement,
    double Analytic,
    double Numeric,
    string Remark)
{
    /// <summary>Analytic / numeric: a constant factor such as 2 or -1 often names the mistake.</summary>
    public double Ratio => Analytic / Numeric;

    /// <summary>The failure on one line.</summary>
    public override string ToString()
    {
        if (Kind is GradientCheckFailureKind.NonDeterministic)
        {
            return Remark;
        }
        var place = $"d {Place(OutputName, OutputElement)} / d {Place(InputName, Element)}";
        if (Kind is GradientCheckFailureKind.WrongForm)
        {
            return $"{place}: {Remark}";
        }
        var analytic = Kind is GradientCheckFailureKind.Unconnected ? "null" : Number(Analytic);
        var text = $"{place}: analytic {analytic}, numeric {Number(Numeric)}";
        return Kind switch
        {
            GradientCheckFailureKind.WrongGradient => $"{text}, ratio {Number(Ratio, "g5")}{Remark}",
            GradientCheckFailureKind.NotFinite => $"{text}: NaN or infinity{Remark}",
            GradientCheckFailureKind.Kink => $"{text}: probably a kink, not a wrong gradient{Remark}",
            GradientCheckFailureKind.Jump => $"{text}: the function jumps here{Remark}",
            _ => $"{text}{Remark}",
        };
    }

    private static string Place(string name, IReadOnlyList<int>? element)
    {
        var index = element is null or { Count: 0 } ? "" : Shape.Format([.. element]);
        return name.Contains(' ', StringComparison.Ordinal) ? $"({name}){index}" : name + index;
    }

    internal static string Number(double value, string format = "g8") => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => "nan",
        _ => value.ToString(format, CultureInfo.InvariantCulture),
    };
}

/// <summary>What a gradient check found. <see cref="ToString"/> says it in at most ten lines. Immutable; threads may share it.</summary>
public sealed class GradientCheckReport
{
    private readonly GradientCheckOptions _options;

    internal GradientCheckReport(GradientCheckOptions options) => _options = options;

    /// <summary>Whether everything agreed.</summary>
    public bool Passed => NumberOfFailures == 0;

    /// <summary>The first failures, at most <see cref="GradientCheckOptions.MaxFailures"/>; probable kinks and jumps come last.</summary>
    public IReadOnlyList<GradientCheckFailure> Failures { get; internal init; } = [];

    /// <summary>How many failures there are, listed or not.</summary>
    public long NumberOfFailures { get; internal init; }

    /// <summary>How many probable kinks, and jumps, were met; they count as failures unless <see cref="GradientCheckOptions.AllowKinks"/>.</summary>
    public long NumberOfKinks { get; internal init; }

    /// <summary>How many derivatives were compared: entries of Jacobians, or projections of them in fast mode.</summary>
    public long NumberOfEntries { get; internal init; }

    /// <summary>The largest |analytic - numeric| among entries that are finite and no kinks.</summary>
    public double MaxAbsoluteError { get; internal init; }

    /// <summary>
    /// The largest |analytic - numeric| / max(|analytic|, |numeric|) among entries that are finite, no kinks, and larger than the absolute
    /// tolerance (below it lies the rounding error of the differences).
    /// </summary>
    public double MaxRelativeError { get; internal init; }

    /// <summary>What is worth knowing and no failure: an input that nothing depends on, an order that was not checked.</summary>
    public IReadOnlyList<string> Notes { get; internal init; } = [];

    /// <summary>The outcome, the first failures and the notes.</summary>
    public override string ToString()
    {
        const int MostFailures = 5, MostNotes = 2;
        var text = new StringBuilder();
        // Kinks do not count in the errors, so that nothing but kinks would leave an error of 0 to report.
        var kinks = NumberOfKinks == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{NumberOfKinks} probably at kinks, ");
        var errors = NumberOfKinks > 0 && MaxAbsoluteError == 0
            ? $"{kinks}no error elsewhere"
            : string.Create(CultureInfo.InvariantCulture, $"{kinks}largest error{(NumberOfKinks > 0 ? " elsewhere" : "")} {MaxAbsoluteError:g3} absolute, {MaxRelativeError:g3} relative");
        var allowed = string.Create(CultureInfo.InvariantCulture, $"allowed {_options.AbsoluteTolerance:g3} + {_options.RelativeTolerance:g3} |numeric|");
        var what = _options.Fast ? "projections" : "entries";
        text.Append(Passed
            ? string.Create(CultureInfo.InvariantCulture, $"Gradient check passed: {NumberOfEntries} {what}, {errors} ({allowed}).")
            : string.Create(CultureInfo.InvariantCulture, $"Gradient check FAILED: {NumberOfFailures} {(NumberOfFailures == 1 ? "failure" : "failures")} in {NumberOfEntries} {what}, {errors} ({allowed})."));
        foreach (var failure in Failures.Take(MostFailures))
        {
            text.Append("\n  ").Append(failure.Order > 1 ? string.Create(CultureInfo.InvariantCulture, $"order {failure.Order}: ") : "").Append(failure);
        }
        if (NumberOfFailures > MostFailures)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  ... and {NumberOfFailures - Math.Min(MostFailures, Failures.Count)} more");
        }
        if (CommonRatio() is { } ratio)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  The listed gradients are all wrong by the same factor, {ratio:g4}.");
        }
        foreach (var note in Notes.Take(MostNotes))
        {
            text.Append("\n  Note: ").Append(note);
        }
        return text.ToString();
    }

    private double? CommonRatio()
    {
        var ratios = Failures.Where(failure => failure.Kind == GradientCheckFailureKind.WrongGradient).Select(failure => failure.Ratio).ToArray();
        return ratios.Length >= 2 && double.IsFinite(ratios[0]) && ratios[0] != 0 && ratios.All(ratio => Math.Abs(ratio - ratios[0]) <= 1e-3 * Math.Abs(ratios[0]))
            ? ratios[0]
            : null;
    }
}
