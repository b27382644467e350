using static Autograd.Tensor;

namespace Autograd.Tests.Ops;

/// <summary>Einstein's summation beside plain loops, and the operations that NumPy users ask for: their ties, NaNs, edges and refusals.</summary>
public class SummationTests
{
    // The second equation has letters in the places of ellipses, axes that broadcast left out: for the loops.
    public static TheoryData<string, string, int[][]> Equations => new()
    {
        { "ij,jk", "ij,jk->ik", [[2, 3], [3, 4]] },
        { "ba", "ba->ab", [[2, 3]] },
        { "ii", "ii->", [[3, 3]] },
        { "ii->i", "ii->i", [[3, 3]] },
        { "iii->i", "iii->i", [[2, 2, 2]] },
        { "iijj->ji", "iijj->ji", [[2, 2, 3, 3]] },
        { "ijk->", "ijk->", [[2, 3, 2]] },
        { "i,i", "i,i->", [[4], [4]] },
        { "i,i->i", "i,i->i", [[4], [4]] },
        { "i,j,k->kji", "i,j,k->kji", [[2], [3], [2]] },
        { "bij,bjk->bik", "bij,bjk->bik", [[2, 3, 4], [2, 4, 2]] },
        { "bij,bkj->bki", "bij,bkj->bki", [[2, 3, 4], [2, 2, 4]] },
        { "bhqd,bhkd->bhqk", "bhqd,bhkd->bhqk", [[2, 2, 3, 2], [2, 2, 2, 2]] },
        { "abc,cd,db->a", "abc,cd,db->a", [[2, 3, 4], [4, 2], [2, 3]] },
        { "ij,kl->i", "ij,kl->i", [[2, 3], [2, 2]] },
        { "aB,Bc->ca", "aB,Bc->ca", [[2, 3], [3, 2]] },
        { "...ij,...jk->...ik", "xyij,xyjk->xyik", [[2, 2, 3, 2], [2, 2, 2, 3]] },
        { "...ij,jk", "xij,jk->xik", [[2, 3, 2], [2, 2]] },
        { "ij...,j->...i", "ijxy,j->xyi", [[2, 3, 2, 2], [3]] },
        { "...,...", "xy,xy->xy", [[2, 3], [2, 3]] },
        { "i...->...", "ixy->xy", [[2, 3, 2]] },
        { "...i->...", "xyi->xy", [[2, 3, 2]] },
        { "...i->i", "xi->i", [[2, 3]] },
        { "...->...", "->", [[]] },
        { "...ij,...jk->...ik of different rank", "yij,xyjk->xyik", [[2, 3, 2], [3, 2, 2, 2]] },
        { "ij,jk->ik over nothing", "ij,jk->ik", [[2, 0], [0, 3]] },
        { "ij->j of nothing", "ij->j", [[0, 3]] },
        { " i j , j -> i ", "ij,j->i", [[2, 3], [3]] },
    };

    [Theory]
    [MemberData(nameof(Equations))]
    public void Equals_plain_loops(string equation, string plain, int[][] shapes)
    {
        equation = equation.Split(" o")[0];
        Tensor[] x = [.. shapes.Select((shape, i) => RandomNormal(Shape.Of(shape), seed: 1 + i, dtype: DType.Float64))];
        var y = Einsum(equation, x);
        var (expected, extents) = Looped(plain, x);
        Assert.Equal(extents, y.Shape);
        Assert.True(AllClose(From(expected).Reshape(y.Shape), y, 1e-12, 1e-12));
        if (y.Size > 0)
        {
            GradientCheck.Assert(operands => Square(Einsum(equation, [.. operands])).Sum(), x, new() { Order = 2 });
        }
    }

    private static (double[] Values, int[] Extents) Looped(string equation, Tensor[] x)
    {
        var sides = equation.Split("->");
        var terms = sides[0].Split(',');
        var letters = sides[0].Where(char.IsLetter).Distinct().ToArray();
        var extents = letters.ToDictionary(letter => letter, letter => x[Array.FindIndex(terms, term => term.Contains(letter))].Shape[terms.First(term => term.Contains(letter)).IndexOf(letter)]);
        int[] shape = [.. sides[1].Select(letter => extents[letter])];
        var result = new double[shape.Aggregate(1, (size, extent) => size * extent)];
        var total = letters.Aggregate(1, (size, letter) => size * extents[letter]);
        var values = x.Select(one => one.ToArray<double>()).ToArray();
        for (var at = 0; at < total; at++)
        {
            var index = new Dictionary<char, int>();
            var rest = at;
            foreach (var letter in letters)
            {
                index[letter] = rest % extents[letter];
                rest /= extents[letter];
            }
            int Place(string term) => term.Aggregate(0, (place, letter) => (place * extents[letter]) + index[letter]);
            var product = 1.0;
            for (var i = 0; i < x.Length; i++)
            {
                product *= values[i][Place(terms[i])];
            }
            result[Place(sides[1])] += product;
        }
        return (result, shape);
    }

    [Fact]
    public void Axes_of_extent_1_broadcast()
    {
        var (x, y) = (RandomNormal([2, 1, 3], seed: 1), RandomNormal([4, 3, 2], seed: 2));
        Assert.True(AllClose(MatMul(x.BroadcastTo([2, 4, 3]).SwapAxes(0, 1), y), Einsum("bai,bic->bac", x.SwapAxes(0, 1), y), 1e-5));
        Assert.True(AllClose(MatMul(x.SwapAxes(0, 1), y), Einsum("...ai,...ic->...ac", x.SwapAxes(0, 1), y), 1e-5));
        Assert.True(AllClose(y.Sum(1) * 2, Einsum("xi,aic->ac", 2 * Ones(1, 1), y), 1e-5));
        Assert.Equal([1, 1], Einsum("ij,ji->ij", Ones(1, 1), Ones(1, 1)).Shape);
        Assert.Equal([2], Einsum("ii->i", Ones(2, 1)).Shape);
    }

    [Theory]
    [InlineData("ij,jk->ik->i", "arrow")]
    [InlineData("ij", "1 operands")]
    [InlineData("ij,j1->i", "'1'")]
    [InlineData("ij,jk->iik", "twice")]
    [InlineData("ij,jk->iz", "'z'")]
    [InlineData("ijk,jk->i", "'ijk'")]
    [InlineData("i,jk->i", "'i' names 1 axes")]
    [InlineData("ij,ik->jk", "'i'")]
    [InlineData("...ijk,jk->i", "ellipsis")]
    [InlineData("i...j,.jk->i", "'.'")]
    public void Equations_that_are_none_are_refused(string equation, string word)
    {
        var error = Assert.ThrowsAny<AutogradException>(() => Einsum(equation, Ones(2, 3), Ones(3, 4)));
        Assert.Contains("Einsum", error.Message);
        Assert.Contains(word, error.Message);
    }

    [Fact]
    public void Nearly_equal_is_as_in_NumPy()
    {
        const double Inf = double.PositiveInfinity;
        Assert.True(AllClose(From([1.0, 2]), From([1.00001, 2])));
        Assert.False(AllClose(From([1.0, 2]), From([1.0001, 2])));
        Assert.True(AllClose(1e-9, 0.0));
        Assert.False(AllClose(1e-7, 0.0));
        Assert.True(AllClose(From([Inf, -Inf]), From([Inf, -Inf])));
        Assert.False(AllClose(From([Inf]), From([-Inf])));
        Assert.False(AllClose(From([1.0]), From([Inf])));
        Assert.False(AllClose(From([double.NaN]), From([double.NaN])));
        Assert.True(AllClose(From([double.NaN]), From([double.NaN]), equalNan: true));
        Assert.True(AllClose(Ones(2, 3), From([1, 1, 1])));
        Assert.True(AllClose(Zeros(0), Ones(0)));
        Assert.Throws<ShapeException>(() => AllClose(Ones(2), Ones(3)));
        Assert.Throws<ValueException>(() => AllClose(Ones(2), Ones(2), rtol: double.NaN));
    }

    [Fact]
    public void Diagonals_off_the_matrix_are_empty()
    {
        Assert.Equal([0], Diag(Ones(2, 3), 3).Shape);
        Assert.Equal([2, 0], Diag(Ones(2, 2, 3), -5).Shape);
        Assert.Equal([3, 3], Diag(Zeros(0), 3).Shape);
        Assert.Equal(0, Trace(Ones(2, 3), 7).Item());
        Assert.Equal([true, false, false, true], Diag(From([true, true])).ToArray<bool>());
        Assert.Throws<ShapeException>(() => Diag(1f));
        Assert.Throws<ShapeException>(() => Trace(Ones(3)));
    }

    [Fact]
    public void Running_extremes_keep_ties_and_NaN()
    {
        var (values, indices) = From([1, 3, 3, double.NaN, 5, double.NaN]).CumMax();
        Assert.Equal([1, 3, 3, double.NaN, double.NaN, double.NaN], values.ToArray<double>());
        Assert.Equal([0, 1, 2, 3, 3, 5], indices.ToArray<long>());
        (values, indices) = From([4, 4, 5, 2, 3, 2, 7]).CumMin();
        Assert.Equal([4, 4, 4, 2, 2, 2, 2], values.ToArray<int>());
        Assert.Equal([0, 1, 1, 3, 3, 5, 5], indices.ToArray<long>());
        Assert.Equal([2, 0], Ones(2, 0).CumMax(1).Values.Shape);
        Assert.Throws<ShapeException>(() => Ones(2).CumMin(1));
    }

    [Fact]
    public void Different_values_their_places_and_counts()
    {
        var (values, inverse, counts) = From([3, 1, 3, 2, 1, 3], [2, 3]).Unique();
        Assert.Equal([1, 2, 3], values.ToArray<int>());
        Assert.Equal([2, 0, 2, 1, 0, 2], inverse.ToArray<long>());
        Assert.Equal([2, 3], inverse.Shape);
        Assert.Equal([2, 1, 3], counts.ToArray<long>());
        (values, inverse, counts) = From([double.NaN, 1, double.NaN]).Unique();
        Assert.Equal([1, double.NaN], values.ToArray<double>());
        Assert.Equal([1, 0, 1], inverse.ToArray<long>());
        Assert.Equal([1, 2], counts.ToArray<long>());
        Assert.Equal([0, 3], Ones(0, 3).Unique().Inverse.Shape);
        Assert.Equal([0], Ones(0, 3).Unique().Counts.Shape);
    }

    [Fact]
    public void Coins_fall_as_often_as_they_should()
    {
        Assert.Equal(0.3, RandomBernoulli([100_000], 0.3, seed: 1).Mean().Item(), 0.005);
        Assert.Equal(0, RandomBernoulli([1000], 0).Sum().Item());
        Assert.Equal(1000, RandomBernoulli([1000], 1, dtype: DType.Int64).Sum().Item());
        Assert.Equal(DType.Bool, RandomBernoulli([2], dtype: DType.Bool).DType);
        var each = RandomBernoulli(From([0f, 0.2f, 0.9f, 1]).BroadcastTo([50_000, 4]), seed: 2).Mean(0);
        Assert.True(AllClose(each, From([0f, 0.2f, 0.9f, 1]), atol: 0.006));
        Assert.Equal(RandomBernoulli([50], seed: 3).ToArray<float>(), RandomBernoulli([50], seed: 3).ToArray<float>());
        Assert.Throws<ValueException>(() => RandomBernoulli([2], 1.5));
        Assert.Throws<ValueException>(() => RandomBernoulli([2], double.NaN));
        Assert.Throws<ValueException>(() => RandomBernoulli(From([0.5, double.NaN])));
        Assert.Throws<DTypeException>(() => RandomBernoulli(From([1, 0])));
    }
}
