namespace Autograd.Tests.Ops;

/// <summary>
/// Every public operation with every type of operands, and with each mixture of types: a typed refusal, or a result of a documented type whose values are those of the same call in double precision,
/// which holds all operands exactly. What is not in <see cref="OpTable"/> stands here; <see cref="OpTests.Every_public_operation_has_a_row"/> sees to it that nothing is left out of both.
/// </summary>
public sealed class DTypeTests
{
    private static readonly DType[] s_types = Enum.GetValues<DType>();

    public static TheoryData<string> Names => [.. OpTable.Rows.Keys];

    // 1 to 3, in a pattern: of them every type holds 1, and all but bools hold all.
    private static Tensor Operand(Input input, DType dtype) => (Tensor.Arange(input.Shape.Size).Reshape(input.Shape) % 3 + 1).Cast(dtype);

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_those_of_double_precision(string name)
    {
        var row = OpTable.Rows[name];
        var free = row.Sources;
        // All operands of one type, and two of them of each pair of types.
        IEnumerable<DType[]> mixtures = s_types.Select(dtype => Enumerable.Repeat(dtype, free.Length).ToArray());
        if (free.Length == 2)
        {
            mixtures = s_types.SelectMany(first => s_types.Select(second => (DType[])[first, second]));
        }
        foreach (var mixture in mixtures)
        {
            var inputs = row.Inputs.Select((input, i) => input.IsFixed ? input.Fixed! : Operand(input, mixture[Array.IndexOf(free, i)])).ToArray();
            Tensor result;
            try
            {
                result = row.Call(inputs);
            }
            catch (AutogradException)
            {
                continue; // which types are refused is documented with each operation, and held by other tests
            }
            Assert.Contains(result.DType, s_types);
            var expected = row.Call([.. inputs.Select((x, i) => row.Inputs[i].IsFixed ? x : x.Cast(DType.Float64))]);
            Assert.Equal(expected.Shape, result.Shape);
            var (values, right) = (result.Cast(DType.Float64).ToArray<double>(), expected.Cast(result.DType).Cast(DType.Float64).ToArray<double>());
            var tolerance = result.DType switch { DType.Float32 => 2e-5, DType.Float64 => 1e-9, _ => 0 };
            // Where some operands are single, the arithmetic is; so is the softmax or sigmoid that makes labels of an operand of whole numbers.
            tolerance = (mixture.Contains(DType.Float64) && !(name.Contains("CrossEntropy", StringComparison.Ordinal) && mixture.Any(dtype => dtype != DType.Float64))) || tolerance == 0 ? tolerance : Math.Max(tolerance, 2e-5);
            for (var i = 0; i < values.Length; i++)
            {
                Assert.True(
                    values[i].Equals(right[i]) || Math.Abs(values[i] - right[i]) <= tolerance * (1 + Math.Abs(right[i])),
                    $"{name} of {string.Join(", ", mixture)}: {values[i]} ({result.DType}) instead of {right[i]} at {i}");
            }
        }
    }

    public static TheoryData<string> Creations => [.. s_creations.Keys];

    private static readonly Dictionary<string, Func<DType, Tensor>> s_creations = new()
    {
        ["Zeros"] = dtype => Tensor.Zeros([2, 3], dtype),
        ["Ones"] = dtype => Tensor.Ones([2, 3], dtype),
        ["ZerosLike"] = dtype => Tensor.ZerosLike(Tensor.Ones([2], dtype)),
        ["OnesLike"] = dtype => Tensor.OnesLike(Tensor.Zeros([2], dtype)),
        ["Full"] = dtype => Tensor.Full([2], 1L, dtype),
        ["Eye"] = dtype => Tensor.Eye(3, dtype: dtype),
        ["Arange"] = dtype => Tensor.Arange(0.0, 2, 1, dtype),
        ["Linspace"] = dtype => Tensor.Linspace(0, 1, 2, dtype),
        ["OneHot"] = dtype => Tensor.OneHot(Tensor.From([0, 2]), 3, dtype),
        ["RandomUniform"] = dtype => Tensor.RandomUniform([2], seed: 1, dtype: dtype),
        ["RandomNormal"] = dtype => Tensor.RandomNormal([2], seed: 1, dtype: dtype),
        ["RandomTruncatedNormal"] = dtype => Tensor.RandomTruncatedNormal([2], seed: 1, dtype: dtype),
        ["RandomInteger"] = dtype => Tensor.RandomInteger([2], 0, 5, seed: 1, dtype: dtype),
        ["RandomBernoulli"] = dtype => Tensor.RandomBernoulli([2], seed: 1, dtype: dtype),
        ["RandomPermutation"] = _ => Tensor.RandomPermutation(5, seed: 1),
        ["From"] = dtype => dtype switch
        {
            DType.Bool => Tensor.From([true]),
            DType.Int32 => Tensor.From([1]),
            DType.Int64 => Tensor.From([1L]),
            DType.Float32 => Tensor.From([1f]),
            _ => Tensor.From([1d]),
        },
        ["op_Implicit"] = dtype => dtype switch { DType.Bool => true, DType.Int32 => 1, DType.Int64 => 1L, DType.Float32 => 1f, _ => 1d },
    };

    [Fact]
    public void Every_creation_is_called() => Assert.Equal(OpTable.NotOperations.Keys.Except([nameof(Tensor.OfRows)]).Order(), s_creations.Keys.Order());

    [Theory]
    [MemberData(nameof(Creations))]
    public void Creations_give_the_type_asked_for_or_refuse_it(string name)
    {
        foreach (var dtype in s_types)
        {
            try
            {
                var made = s_creations[name](dtype);
                Assert.Equal(name == "RandomPermutation" ? DType.Int64 : dtype, made.DType);
                Assert.True((made.Cast(DType.Float64) >= -10).All().Item<bool>());
            }
            catch (DTypeException)
            {
                Assert.StartsWith("Random", name);
            }
        }
        if (name is not ("From" or "op_Implicit" or "RandomPermutation" or "ZerosLike" or "OnesLike"))
        {
            Assert.Throws<DTypeException>(() => s_creations[name]((DType)9));
        }
    }
}
