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

    /// <summary>Whether an axis can show the value at all: NaN and infinity never, zero and below not on a logarithmic axis.</summary>
    internal static bool Accepts(double value, bool logarithmic = false)
        => Math.Abs(value) <= Largest && (!logarithmic || value >= Smallest);

    internal bool Accepts(double value) => Accepts(value, _logarithmic);

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
        var ticks = LinearTicks(first, last, step);
        return widen
            ? new Scale(Math.Min(min, step.Times(first)), Math.Max(max, step.Times(last)), false, ticks)
            : new Scale(min, max, false, ticks);
    }

    /// <summary>An axis on which equal ratios have equal lengths; both ends must be above zero.</summary>
    internal static Scale Logarithmic(double min, double max, int target)
    {
        (min, max) = Opened(min, max);
        if (max / min < 5)
        {
            // Less than a decade has too few round powers, so the ticks are those of a linear axis.
            var (first, last, step) = Steps(min, max, target, widen: true, whole: false);
            first = Math.Max(first, 1);
            return new Scale(Math.Min(min, step.Times(first)), Math.Max(max, step.Times(last)), true, LinearTicks(first, last, step));
        }

        var low = (int)Math.Floor(Math.Log10(min) + 1e-9);
        var high = (int)Math.Ceiling(Math.Log10(max) - 1e-9);
        var stride = (high - low + target - 1) / target;
        int[] mantissas = high - low <= 3 ? [1, 2, 5] : [1];
        var ticks = new List<Tick>();
        for (var exponent = low; exponent <= high; exponent += stride)
        {
            foreach (var mantissa in mantissas)
            {
                var value = new Step(mantissa, exponent).Times(1);
                ticks.Add(new Tick(value, PowerLabel(value)));
            }
        }

        // The axis ends at the last tick below the data and the first one above it.
        var start = Math.Max(0, ticks.FindLastIndex(tick => tick.Value <= min * (1 + 1e-9)));
        var end = ticks.FindIndex(tick => tick.Value >= max * (1 - 1e-9));
        var kept = ticks[start..(end < 0 ? ticks.Count : end + 1)];
        return new Scale(Math.Min(min, kept[0].Value), Math.Max(max, kept[^1].Value), true, [.. kept]);
    }

    /// <summary>A constant series still needs an axis of some length around it.</summary>
    private static (double Min, double Max) Opened(double min, double max)
    {
        var magnitude = Math.Max(Math.Abs(min), Math.Abs(max));
        if (max - min >= Smallest && max - min > 1e-12 * magnitude)
        {
            return (min, max);
        }

        var margin = magnitude < Smallest ? 1 : magnitude / 2;
        return (min - margin, max + margin);
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

    private static Tick[] LinearTicks(double first, double last, Step step)
    {
        var values = new List<double>();
        for (var i = first; i <= last; i++)
        {
            values.Add(step.Times(i) + 0.0);
        }

        var magnitude = values.Count == 0 ? 0 : values.Max(Math.Abs);
        var plain = values.ConvertAll(value => value.ToString("F" + Math.Max(0, -step.Exponent), Markup.Invariant));
        if (magnitude is > 0 and (>= 1e6 or < 1e-3))
        {
            var digits = Math.Clamp((int)Math.Floor(Math.Log10(magnitude)) - step.Exponent, 0, 15);
            var format = "0." + new string('#', digits) + "e0";
            var scientific = values.ConvertAll(value => value == 0 ? "0" : value.ToString(format, Markup.Invariant));
            plain = scientific.Max(label => label.Length) < plain.Max(label => label.Length) ? scientific : plain;
        }

        return [.. values.Zip(plain, (value, label) => new Tick(value, label))];
    }

    private static string PowerLabel(double value)
        => value.ToString(value is >= 0.999e-3 and < 0.999e6 ? "0.###" : "0e0", Markup.Invariant);

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
