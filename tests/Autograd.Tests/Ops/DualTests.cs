using System.Reflection;
using Autograd.Numerics;
using Autograd.Ops;
using OneDual = Autograd.Tests.Ops.Dual<Autograd.Tests.Ops.Real>;
using TwoDual = Autograd.Tests.Ops.Dual<Autograd.Tests.Ops.Dual<Autograd.Tests.Ops.Real>>;

namespace Autograd.Tests.Ops;

/// <summary>
/// The slope written beside each formula is the formula's derivative, exactly: over dual numbers, found by reflection, so that a new operation
/// is checked as soon as it exists.
/// </summary>
public sealed class DualTests
{
    private const double Tolerance = 1e-12;

    /// <summary>Operations with attributes, and where a formula is not defined on all of [-2.5, 2.5].</summary>
    private static readonly Dictionary<string, (object? Op, double Low, double High)> s_domains = new()
    {
        ["SqrtOp"] = (null, 0.1, 3),
        ["RsqrtOp"] = (null, 0.1, 3),
        ["RootOp"] = (null, 0.1, 3),
        ["LogOp"] = (null, 0.1, 3),
        ["Log2Op"] = (null, 0.1, 3),
        ["Log10Op"] = (null, 0.1, 3),
        ["Log1pOp"] = (null, -0.8, 3),
        ["AsinOp"] = (null, -0.95, 0.95),
        ["AcosOp"] = (null, -0.95, 0.95),
        ["AtanhOp"] = (null, -0.95, 0.95),
        ["AcoshOp"] = (null, 1.1, 4),
        ["TanOp"] = (null, -1.3, 1.3),
        ["PowOp"] = (null, 0.1, 3),
        ["XLogYOp"] = (null, 0.1, 3),
        ["RemainderOp"] = (null, 0.3, 3),
        ["LeakyReluOp"] = (new LeakyReluOp(0.3), -2.5, 2.5),
        ["EluOp"] = (new EluOp(1.7), -2.5, 2.5),
        ["GeneralReluOp"] = (new GeneralReluOp(0.3, 1.9123, 0.4213), -2.5, 2.5),
        ["CeluOp"] = (new CeluOp(1.7), -2.5, 2.5),
        ["HardShrinkOp"] = (new HardShrinkOp(0.5123), -2.5, 2.5),
        ["SoftShrinkOp"] = (new SoftShrinkOp(0.5123), -2.5, 2.5),
        ["ThresholdOp"] = (new ThresholdOp(0.3123, 2), -2.5, 2.5),
        ["SquareplusOp"] = (new SquareplusOp(4), -2.5, 2.5),
        ["HuberOp"] = (new HuberOp(0.7123), -2.5, 2.5),
        ["DivideByOp"] = (new DivideByOp(7), -2.5, 2.5),
        ["PolygammaOp"] = (new PolygammaOp(1), 0.2, 4),
        ["ClipOp"] = (new ClipOp(-1.04, 1.52), -2.5, 2.5),
    };

    public static TheoryData<string> OneOperand => Names(typeof(IUnaryOp));

    public static TheoryData<string> TwoOperands => Names(typeof(IBinaryOp));

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void The_slope_is_the_derivative(string name) => Run(nameof(Unary), name);

    [Theory]
    [MemberData(nameof(TwoOperands))]
    public void The_slopes_of_two_operands_are_the_derivatives(string name) => Run(nameof(Binary), name);

    [Fact]
    public void An_operation_with_attributes_needs_a_row()
    {
        var missing = Types(typeof(IUnaryOp)).Concat(Types(typeof(IBinaryOp)))
            .Where(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Length > 0 && !s_domains.ContainsKey(type.Name));
        Assert.Empty(missing);
    }

    private static void Unary<TOp>(TOp op, double low, double high) where TOp : struct, IUnaryOp
    {
        foreach (var x in Points(low, high, 0.0137))
        {
            var exact = op.Of(new OneDual(new Real(x), new Real(1)));
            var slope = op.Slope(new Real(x), op.Of(new Real(x)));
            AssertClose(exact.Derivative.Value, slope.Value, $"slope of {typeof(TOp).Name} at {x}");
            Real unread = new(double.NaN);
            var fromRead = op.Slope(TOp.Reads.HasFlag(SlopeReads.X) ? new Real(x) : unread, TOp.Reads.HasFlag(SlopeReads.Y) ? op.Of(new Real(x)) : unread);
            AssertClose(slope.Value, fromRead.Value, $"slope of {typeof(TOp).Name} at {x} from what it says it reads");
            // The slope's own derivative, through y as through x, is the second derivative.
            var second = op.Of(new TwoDual(new(new Real(x), new Real(1)), new(new Real(1), new Real(0))));
            var seed = new OneDual(new Real(x), new Real(1));
            AssertClose(second.Derivative.Derivative.Value, op.Slope(seed, op.Of(seed)).Derivative.Value, $"second derivative of {typeof(TOp).Name} at {x}");
        }
    }

    private static void Binary<TOp>(TOp op, double low, double high) where TOp : struct, IBinaryOp
    {
        Real zero = new(0), one = new(1);
        foreach (var a in Points(low, high, 0.137))
        {
            foreach (var b in Points(low + 0.0123, high, 0.117))
            {
                Real x = new(a), y = new(b);
                var z = op.Of(x, y);
                var what = $"{typeof(TOp).Name} at {a}, {b}";
                AssertClose(op.Of(new OneDual(x, one), new(y, zero)).Derivative.Value, op.SlopeX(x, y, z).Value, $"slope in x of {what}");
                AssertClose(op.Of(new OneDual(x, zero), new(y, one)).Derivative.Value, op.SlopeY(x, y, z).Value, $"slope in y of {what}");
                foreach (var (dx, dy) in new[] { (1.0, 0.0), (0.0, 1.0) })
                {
                    OneDual alongX = new(x, new Real(dx)), alongY = new(y, new Real(dy));
                    var along = op.Of(alongX, alongY);
                    var xx = op.Of(new TwoDual(alongX, new(one, zero)), new(alongY, new(zero, zero))).Derivative.Derivative.Value;
                    var yy = op.Of(new TwoDual(alongX, new(zero, zero)), new(alongY, new(one, zero))).Derivative.Derivative.Value;
                    AssertClose(xx, op.SlopeX(alongX, alongY, along).Derivative.Value, $"second derivative in x of {what}");
                    AssertClose(yy, op.SlopeY(alongX, alongY, along).Derivative.Value, $"second derivative in y of {what}");
                }
            }
        }
    }

    // Steps that meet no kink (0, 1, 6, ties) exactly.
    private static IEnumerable<double> Points(double low, double high, double step)
    {
        for (var x = low + 0.0071; x < high; x += step)
        {
            yield return x;
        }
    }

    private static TheoryData<string> Names(Type kind) => [.. Types(kind).Select(type => type.Name)];

    private static IEnumerable<Type> Types(Type kind) => typeof(Tensor).Assembly.GetTypes().Where(type => type.IsValueType && kind.IsAssignableFrom(type));

    private static void Run(string method, string name)
    {
        var type = typeof(Tensor).Assembly.GetTypes().Single(candidate => candidate.Name == name && candidate.IsValueType);
        var (op, low, high) = s_domains.GetValueOrDefault(name, (null, -2.5, 2.5));
        typeof(DualTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [op ?? Activator.CreateInstance(type)!, low, high], null);
    }

    private static void AssertClose(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"{what} is {actual:R} instead of {expected:R}");
}
