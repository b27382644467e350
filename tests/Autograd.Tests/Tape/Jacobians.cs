using static Autograd.Tensor;
using static Autograd.Tests.Tape.Numbers;

namespace Autograd.Tests.Tape;

/// <summary>Full and per-example Jacobians, against closed forms.</summary>
public class Jacobians
{
    private static readonly double[,] Matrix = { { 1, 2, 3 }, { 4, 5, 6 } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_linear_map_is_its_matrix(bool persistent)
    {
        var x = D(1, -1, 2);
        using var tape = new GradientTape(persistent);
        tape.Watch(x);
        var y = MatMul(Matrix, x);
        var jacobian = tape.Jacobian(y, x)!;
        Assert.Equal(Shape.Of(2, 3), jacobian.Shape);
        Same([1, 2, 3, 4, 5, 6], jacobian);
        if (persistent)
        {
            Same([1, 2, 3, 4, 5, 6], tape.Jacobian(y, x));
        }
    }

    [Fact]
    public void Of_an_elementwise_map_is_diagonal()
    {
        var x = D(1, 2, 3);
        using var tape = new GradientTape();
        tape.Watch(x);
        Same([2, 0, 0, 0, 4, 0, 0, 0, 6], tape.Jacobian(x * x, x));
    }

    [Fact]
    public void Joins_the_shapes()
    {
        var x = Ones([2, 3], DType.Float64);
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x);
        Assert.Equal(Shape.Of(3, 2, 2, 3), tape.Jacobian(x.T, x)!.Shape);
        Assert.Equal(Shape.Of(2, 3), tape.Jacobian(x.Sum(), x)!.Shape);
        Assert.Equal(Shape.Of(0, 2, 3), tape.Jacobian(x[..0, 0], x)!.Shape);
        var transposed = tape.Jacobian(x.T, x)!;
        Assert.Equal(6, transposed.Sum().Item());
        Assert.Equal(1, transposed[2, 1, 1, 2].Item());
    }

    [Fact]
    public void Of_a_scalar_in_an_outer_tape_is_recorded_there()
    {
        var x = D(1, 2, 3);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var inner = new GradientTape();
        inner.Watch(x);
        var gradient = inner.Gradient((x * x * x).Sum(), x)!;
        // The Hessian of a sum of cubes.
        Same([6, 0, 0, 0, 12, 0, 0, 0, 18], outer.Jacobian(gradient, x));
    }

    [Fact]
    public void Inside_an_outer_tape_is_differentiated_in_turn()
    {
        var x = D(1, 2, 3);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var inner = new GradientTape();
        inner.Watch(x);
        var jacobian = inner.Jacobian(x * x * x, x)!;
        Same([6, 12, 18], outer.Gradient(jacobian, x));
    }

    [Fact]
    public void Per_example_needs_one_pass_per_output_and_no_cross_terms()
    {
        var x = From<double>([1, 2, 3, 4], [2, 2]);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var tape = new GradientTape();
        tape.Watch(x);
        var jacobian = tape.BatchJacobian(MatMul(x * x, Matrix), x)!;
        Assert.Equal(Shape.Of(2, 3, 2), jacobian.Shape);
        // d y[n, j] / d x[n, i] = 2 x[n, i] M[i, j]
        Same([2, 16, 4, 20, 6, 24, 6, 32, 12, 40, 18, 48], jacobian);
        Same([12, 30, 12, 30], outer.Gradient(jacobian, x));
    }

    [Fact]
    public void Per_example_of_no_examples_is_empty()
    {
        var x = Zeros([0, 2], DType.Float64);
        using var tape = new GradientTape();
        tape.Watch(x);
        Assert.Equal(Shape.Of(0, 2, 2), tape.BatchJacobian(x * x, x)!.Shape);
    }

    [Fact]
    public void An_unconnected_source_gives_null_or_zeros()
    {
        var (x, other) = (D(1, 2), D(3, 4, 5));
        using var tape = new GradientTape(persistent: true);
        tape.Watch(x, other);
        var y = x * x;
        Assert.Null(tape.Jacobian(y, other));
        Same(new double[6], tape.Jacobian(y, other, Unconnected.Zero));
        Assert.Null(tape.BatchJacobian(y, D(1, 2)));
        Assert.Equal(Shape.Of(2), tape.BatchJacobian(y, D(1, 2), Unconnected.Zero)!.Shape);
    }

    [Fact]
    public void A_refused_request_leaves_a_plain_tape_open()
    {
        var x = D(1, 2);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = x * x;
        Assert.Throws<ShapeException>(() => tape.BatchJacobian(y.Sum(), x));
        Assert.Throws<TapeException>(() => tape.Jacobian(y, From<int>([1])));
        Same([2, 4], tape.Gradient(y, x));
    }
}
