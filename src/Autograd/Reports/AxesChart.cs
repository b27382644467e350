namespace Autograd.Reports;

/// <summary>A chart with a horizontal and a vertical axis.</summary>
/// <typeparam name="TSelf">The kind of chart, which the settings here return.</typeparam>
public abstract class AxesChart<TSelf> : Chart where TSelf : AxesChart<TSelf>
{
    // Data that would touch the border of the frame is moved away from it by this share of an axis.
    private const double Air = 0.035;

    private readonly ChartTexts _texts;
    private (double Min, double Max)? _xLimits;
    private (double Min, double Max)? _yLimits;
    private double? _margin;
    private bool _equalAspect;
    private bool _logarithmicX;
    private bool _logarithmicY;

    private protected AxesChart(string title, string xLabel, string yLabel, bool logarithmicY = false) : base(title)
    {
        ArgumentNullException.ThrowIfNull(xLabel);
        ArgumentNullException.ThrowIfNull(yLabel);
        _texts = new ChartTexts(title, xLabel, yLabel);
        _logarithmicY = logarithmicY;
    }

    /// <summary>Fixes what an axis shows; data beyond it is cut off.</summary>
    /// <param name="x">The ends of the horizontal axis; from the data by default.</param>
    /// <param name="y">The ends of the vertical axis; from the data by default.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ValueException">The first end is not below the second, or one is not finite.</exception>
    public TSelf Limits((double Min, double Max)? x = null, (double Min, double Max)? y = null)
    {
        (_xLimits, _yLimits) = (Checked(x, nameof(x)) ?? _xLimits, Checked(y, nameof(y)) ?? _yLimits);
        return (TSelf)this;
    }

    /// <summary>Makes a unit as long on one axis as on the other, so that circles are round.</summary>
    /// <returns>This chart.</returns>
    public TSelf EqualAspect()
    {
        _equalAspect = true;
        return (TSelf)this;
    }

    /// <summary>Leaves room around the data: a fraction of its extent on each side.</summary>
    /// <param name="fraction">0 for none, 0.1 for a tenth on each side.</param>
    /// <returns>This chart.</returns>
    /// <exception cref="ValueException">The fraction is negative or not finite.</exception>
    public TSelf Margin(double fraction)
    {
        if (!(fraction >= 0 && double.IsFinite(fraction)))
        {
            throw new ValueException($"A margin is a fraction of the data's extent, 0 or more; it was {fraction.ToString(Markup.Invariant)}.");
        }

        _margin = fraction;
        return (TSelf)this;
    }

    /// <summary>Gives equal ratios equal lengths on the horizontal axis; values at or below 0 are left out.</summary>
    /// <returns>This chart.</returns>
    public TSelf LogarithmicX()
    {
        _logarithmicX = true;
        return (TSelf)this;
    }

    /// <summary>Gives equal ratios equal heights; values at or below 0 are left out.</summary>
    /// <returns>This chart.</returns>
    public TSelf LogarithmicY()
    {
        _logarithmicY = true;
        return (TSelf)this;
    }

    /// <summary>The names of the horizontal axis at 0, 1, 2..., where it has names.</summary>
    private protected virtual IReadOnlyList<string>? XNames => null;

    /// <summary>Whether the horizontal axis counts steps, of which the first and the last are marked.</summary>
    private protected virtual bool CountsSteps => false;

    /// <summary>Whether the ends of an axis are moved to round numbers.</summary>
    private protected virtual bool WidensX => true;

    /// <summary>Whether data that touches the end of the horizontal axis is moved away from it.</summary>
    private protected virtual bool HasAirX => true;

    /// <summary>Whether the vertical axis fits the data as closely as the horizontal one.</summary>
    private protected virtual bool IsTight => false;

    private protected abstract IEnumerable<string> Names { get; }

    /// <summary>Tells where the data lies.</summary>
    private protected abstract void Extend(Bounds bounds);

    private protected abstract void DrawData(Picture picture, Frame frame);

    private protected abstract void DrawKey(Picture picture, int index, double x, double y);

    /// <summary>What hovering over a point says.</summary>
    private protected string Hover(string name, double x, double y)
    {
        var (xLabel, yLabel) = (_texts.XLabel.Length > 0 ? _texts.XLabel : "x", _texts.YLabel.Length > 0 ? _texts.YLabel : "y");
        return $"{(name.Length > 0 ? name + ": " : "")}{xLabel} {Markup.Value(x)}, {yLabel} {Markup.Value(y)}";
    }

    internal sealed override Picture Draw()
    {
        var bounds = new Bounds(_logarithmicX, _logarithmicY);
        Extend(bounds);
        var hasData = bounds.HasData;
        bounds.Close();
        var frame = new Frame(_texts, Names, target => XScale(bounds, target), target => YScale(bounds, target), _equalAspect, _xLimits is not null || _yLimits is not null);
        var picture = new Picture(Frame.Width, frame.Height);
        frame.Draw(picture, (index, x, y) => DrawKey(picture, index, x, y));
        if (!hasData)
        {
            picture.Text("label", (frame.Left + frame.Right) / 2, (frame.Top + frame.Bottom) / 2, "no data", Anchor.Middle);
        }
        else
        {
            DrawData(picture, frame);
        }

        return picture;
    }

    private Scale XScale(Bounds bounds, int target)
    {
        if (XNames is { } names)
        {
            return Scale.Names(names);
        }

        var (min, max) = bounds.X;
        if (_xLimits is { } limits)
        {
            return Scale.Between(limits.Min, limits.Max, target, _logarithmicX, CountsSteps && bounds.IsWholeX);
        }

        if (_margin is { } margin)
        {
            return Scale.Between(min, max, target, _logarithmicX, whole: false).Padded(margin, margin);
        }

        var scale = _logarithmicX ? Scale.Logarithmic(min, max, target)
            : CountsSteps && bounds.IsWholeX ? Scale.Whole(min, max, target)
            : Scale.Linear(min, max, target, WidensX);
        if (!WidensX && !IsTight && !scale.IsWhole && !_logarithmicX && !scale.LabelsItsEnds)
        {
            scale = Scale.Linear(min, max, target, widen: true);
        }

        return HasAirX ? WithAir(scale, min, max, bounds.IsFromZeroX) : scale;
    }

    private Scale YScale(Bounds bounds, int target)
    {
        var (min, max) = bounds.Y;
        if (_yLimits is { } limits)
        {
            return Scale.Between(limits.Min, limits.Max, target, _logarithmicY, whole: false);
        }

        if (_margin is { } margin)
        {
            return Scale.Between(min, max, target, _logarithmicY, whole: false).Padded(margin, margin);
        }

        var scale = _logarithmicY ? Scale.Logarithmic(min, max, target) : Scale.Linear(min, max, target, widen: !IsTight);
        return IsTight ? scale : WithAir(scale, min, max, bounds.IsFromZeroY);
    }

    private static Scale WithAir(Scale scale, double min, double max, bool fromZero)
        => scale.Padded(scale.Fraction(min) < Air && !(fromZero && min == 0) ? Air : 0, scale.Fraction(max) > 1 - Air ? Air : 0);

    private static (double Min, double Max)? Checked((double Min, double Max)? limits, string axis)
        => limits is not { } ends || (ends.Min < ends.Max && Scale.Accepts(ends.Min) && Scale.Accepts(ends.Max))
            ? limits
            : throw new ValueException($"The limits of {axis} are ({ends.Min.ToString(Markup.Invariant)}, {ends.Max.ToString(Markup.Invariant)}); the first must be below the second, and both finite.");
}

/// <summary>The smallest rectangle around the data.</summary>
internal sealed class Bounds(bool logarithmicX, bool logarithmicY)
{
    private const double Infinity = double.PositiveInfinity;

    internal (double Min, double Max) X { get; private set; } = (Infinity, -Infinity);

    internal (double Min, double Max) Y { get; private set; } = (Infinity, -Infinity);

    internal bool IsWholeX { get; private set; } = true;

    /// <summary>Whether what is drawn stands on the line of 0, as bars do, and so may touch it.</summary>
    internal bool IsFromZeroX { get; set; }

    internal bool IsFromZeroY { get; set; }

    internal bool HasData => Y.Min <= Y.Max && X.Min <= X.Max;

    internal void Add(double x, double y)
    {
        if (!Scale.Accepts(x, logarithmicX))
        {
            return;
        }

        // A point that cannot be drawn still counts along x: a training that ended in NaN shows how long it ran.
        X = (Math.Min(X.Min, x), Math.Max(X.Max, x));
        IsWholeX &= x == Math.Floor(x);
        if (Scale.Accepts(y, logarithmicY))
        {
            Y = (Math.Min(Y.Min, y), Math.Max(Y.Max, y));
        }
    }

    internal void Add(Series series)
    {
        for (var i = 0; i < series.Count; i++)
        {
            Add(series.Xs[i], series.Ys[i]);
        }
    }

    /// <summary>Without data there still is a frame.</summary>
    internal void Close()
    {
        X = X.Min <= X.Max ? X : logarithmicX ? (0.1, 1) : (0, 1);
        Y = Y.Min <= Y.Max ? Y : logarithmicY ? (0.1, 1) : (0, 1);
    }
}
