namespace Autograd.Reports;

/// <summary>A labelled value on an axis.</summary>
internal readonly record struct Tick(double Value, string Label);

/// <summary>One axis: the range it covers, its ticks, and where a value lies along it.</summary>
internal sealed class Scale
{
    // Beyond these magnitudes a range or a power of ten would overflow or vanish; such values count as not drawable.
    private const double Largest = 1e300;
    private const double Smallest = 1e-300;

    private readonly bool _logarithmic;

    private Scale(double min, double max, bool logarithmic, Tick[] ticks)
        => (Min, Max, _logarithmic, Ticks) = (min, max, logarithmic, ticks);

    internal double Min { get; }

    internal double Max { get; }

    internal Tick[] Ticks { get; }

    /// <summary>Whether 0 lies on the axis but at neither end.</summary>
    internal bool HasZeroInside => !_logarithmic && Min < 0 && Max > 0;

    /// <summary>Whether the first and the last tick are near the ends.</summary>
    internal bool LabelsItsEnds => Ticks.Length > 1 && Fraction(Ticks[0].Value) < 0.12 && Fraction(Ticks[^1].Value) > 0.88;

    /// <summary>Whether only whole numbers have a meaning, as for steps and epochs.</summary>
    internal bool IsWhole { get; private init; }

    /// <summary>Whether the ticks are names, not numbers.</summary>
    internal bool IsNamed { get; private init; }

    /// <summary>Whether an axis can show the value at all: NaN and infinity never, zero and below not on a logarithmic axis.</summary>
    internal static bool Accepts(double value, bool logarithmic = false)
        => Math.Abs(value) <= Largest && (!logarithmic || value >= Smallest);

    internal bool Accepts(double value) => Accepts(value, _logarithmic);

    /// <summary>Whether a value lies between the ends; a little slack is for rounding.</summary>
    internal bool Contains(double value) => Accepts(value) && Fraction(value) is >= -1e-9 and <= 1 + 1e-9;

    /// <summary>0 at the low end of the axis, 1 at the high end.</summary>
    internal double Fraction(double value) => _logarithmic
        ? (Math.Log10(value) - Math.Log10(Min)) / (Math.Log10(Max) - Math.Log10(Min))
        : (value - Min) / (Max - Min);

    /// <summary>
    /// An axis with ticks at multiples of 1, 2 or 5 times a power of ten.
    /// <paramref name="widen"/> extends the range to whole ticks; <paramref name="whole"/> keeps ticks at whole numbers, for steps and epochs.
    /// </summary>
    internal static Scale Linear(double min, double max, int target, bool widen, bool whole = false)
    {
        (min, max) = Opened(min, max);
        var (first, last, step) = Steps(min, max, target, widen, whole);
        var ticks = LinearTicks(Multiples(first, last, step), step);
        return widen
            ? new Scale(Math.Min(min, step.Times(first)), Math.Max(max, step.Times(last)), false, ticks)
            : new Scale(min, max, false, ticks);
    }

    /// <summary>An axis of steps or epochs: ticks at whole numbers, the first and the last among them.</summary>
    internal static Scale Whole(double min, double max, int target)
    {
        if (max - min < 1)
        {
            return new Scale(min - 1, min + 1, false, [new Tick(min, min.ToString("F0", Markup.Invariant))]) { IsWhole = true };
        }

        var (first, last, step) = Steps(min, max, target, widen: false, whole: true);
        var inner = Multiples(first, last, step).Where(value => value - min > 0.55 * step.Size && max - value > 0.55 * step.Size);
        var ticks = LinearTicks([min, .. inner, max], new Step(1, 0));
        return new Scale(min, max, false, ticks) { IsWhole = true };
    }

    /// <summary>An axis between given ends.</summary>
    internal static Scale Between(double min, double max, int target, bool logarithmic, bool whole)
    {
        if (!logarithmic)
        {
            return whole && min == Math.Floor(min) && max == Math.Floor(max) ? Whole(min, max, target) : Linear(min, max, target, widen: false, whole);
        }

        if (min < Smallest)
        {
            throw new ValueException($"A logarithmic axis begins above 0, not at {min.ToString(Markup.Invariant)}: set its limits.");
        }

        var around = Logarithmic(min, max, target);
        return new Scale(min, max, true, [.. around.Ticks.Where(tick => tick.Value >= min * (1 - 1e-9) && tick.Value <= max * (1 + 1e-9))]);
    }

    /// <summary>An axis of names at 0, 1, 2...</summary>
    internal static Scale Names(IReadOnlyList<string> names)
        => new(-0.5, Math.Max(names.Count, 1) - 0.5, false, [.. names.Select((name, place) => new Tick(place, name))]) { IsNamed = true };

    /// <summary>The same axis, longer by a share of its length at each end; ticks stay where they are.</summary>
    internal Scale Padded(double low, double high)
    {
        if (_logarithmic)
        {
            var ratio = Math.Log10(Max) - Math.Log10(Min);
            return new Scale(Min * Math.Pow(10, -low * ratio), Max * Math.Pow(10, high * ratio), true, Ticks);
        }

        var length = Max - Min;
        return new Scale(Min - low * length, Max + high * length, false, Ticks) { IsNamed = IsNamed, IsWhole = IsWhole };
    }

    /// <summary>An axis on which equal ratios have equal lengths; both ends must be above zero.</summary>
    internal static Scale Logarithmic(double min, double max, int target)
    {
        (min, max) = max > min * (1 + 1e-12) ? (min, max) : (min / 2, max * 1.5);
        if (max / min < 5)
        {
            // Less than a decade has too few round powers, so the ticks are those of a linear axis.
            var (first, last, step) = Steps(min, max, target, widen: true, whole: false);
            first = Math.Max(first, 1);
            return new Scale(Math.Min(min, step.Times(first)), Math.Max(max, step.Times(last)), true, LinearTicks(Multiples(first, last, step), step));
        }

        var low = (int)Math.Floor(Math.Log10(min) + 1e-9);
        var high = (int)Math.Ceiling(Math.Log10(max) - 1e-9);
        var stride = (high - low + target - 1) / target;
        int[] mantissas = high - low <= 3 ? [1, 2, 5] : [1];
        var scientific = low < -3 || high > 5;
        var ticks = new List<Tick>();
        for (var exponent = low; exponent <= high; exponent += stride)
        {
            foreach (var mantissa in mantissas)
            {
                var value = new Step(mantissa, exponent).Times(1);
                ticks.Add(new Tick(value, PowerLabel(value, scientific)));
            }
        }

        // The axis ends at the last tick below the data and the first one above it.
        var start = Math.Max(0, ticks.FindLastIndex(tick => tick.Value <= min * (1 + 1e-9)));
        var end = ticks.FindIndex(tick => tick.Value >= max * (1 - 1e-9));
        var kept = ticks[start..(end < 0 ? ticks.Count : end + 1)];
        return new Scale(Math.Min(min, kept[0].Value), Math.Max(max, kept[^1].Value), true, [.. kept]);
    }

    /// <summary>A constant series still needs an axis of some length: from 0, so that its height says how large it is.</summary>
    private static (double Min, double Max) Opened(double min, double max)
    {
        var magnitude = Math.Max(Math.Abs(min), Math.Abs(max));
        if (max - min >= Smallest && max - min > 1e-12 * magnitude)
        {
            return (min, max);
        }

        return magnitude < Smallest ? (-1, 1) : (Math.Min(min, 0), Math.Max(max, 0));
    }

    private static (double First, double Last, Step Step) Steps(double min, double max, int target, bool widen, bool whole)
    {
        var step = Step.Near((max - min) / target);
        if (whole && step.Exponent < 0)
        {
            step = new Step(1, 0);
        }

        // The small slack keeps a bound that is a tick up to rounding from adding or losing a tick.
        var (low, high) = (min / step.Size, max / step.Size);
        return widen
            ? (Math.Floor(low + 1e-9), Math.Ceiling(high - 1e-9), step)
            : (Math.Ceiling(low - 1e-9), Math.Floor(high + 1e-9), step);
    }

    private static List<double> Multiples(double first, double last, Step step)
    {
        var values = new List<double>();
        for (var i = first; i <= last; i++)
        {
            values.Add(step.Times(i) + 0.0);
        }

        return values;
    }

    private static Tick[] LinearTicks(List<double> values, Step step)
    {
        var magnitude = values.Count == 0 ? 0 : values.Max(Math.Abs);
        var decimals = Math.Max(0, -step.Exponent);
        var labels = values.ConvertAll(value => value.ToString("F" + decimals, Markup.Invariant));
        if (magnitude is > 0 and (>= 1e6 or < 1e-3))
        {
            var digits = Math.Clamp((int)Math.Floor(Math.Log10(magnitude)) - step.Exponent, 0, 15);
            var format = "0." + new string('#', digits) + "e0";
            var scientific = values.ConvertAll(value => value == 0 ? "0" : value.ToString(format, Markup.Invariant));
            if (scientific.Max(label => label.Length) < labels.Max(label => label.Length))
            {
                labels = scientific;
            }
        }

        return [.. values.Zip(labels, (value, label) => new Tick(value, label))];
    }

    // One axis has one notation: all powers plain, or all of them in scientific notation.
    private static string PowerLabel(double value, bool scientific)
        => value.ToString(scientific && Math.Abs(value - 1) > 1e-9 ? "0e0" : "0.###", Markup.Invariant);

    /// <summary>A step of 1, 2 or 5 times a power of ten, kept in two parts so that its multiples are exact decimals.</summary>
    private readonly record struct Step(int Mantissa, int Exponent)
    {
        internal double Size => Times(1);

        internal double Times(double count)
            => Exponent < 0 ? count * Mantissa / Math.Pow(10, -Exponent) : count * Mantissa * Math.Pow(10, Exponent);

        internal static Step Near(double size)
        {
            var exponent = (int)Math.Floor(Math.Log10(size));
            return (size / Math.Pow(10, exponent)) switch
            {
                <= 1 + 1e-9 => new Step(1, exponent),
                <= 2 + 1e-9 => new Step(2, exponent),
                <= 5 + 1e-9 => new Step(5, exponent),
                _ => new Step(1, exponent + 1),
            };
        }
    }
}
