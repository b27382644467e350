using System.Reflection;

namespace Autograd.Tests.Faults;

/// <summary>Every operation of two tensors, found by reflection, refuses shapes that do not fit, with its own name and both shapes.</summary>
public class BinaryShapes
{
    private static readonly Dictionary<string, string> OperatorNames = new()
    {
        ["op_Addition"] = "Add",
        ["op_Subtraction"] = "Subtract",
        ["op_Multiply"] = "Multiply",
        ["op_Division"] = "Divide",
        ["op_Modulus"] = "Remainder",
        ["op_BitwiseAnd"] = "And",
        ["op_BitwiseOr"] = "Or",
        ["op_ExclusiveOr"] = "Xor",
        ["op_GreaterThan"] = "Greater",
        ["op_GreaterThanOrEqual"] = "GreaterEqual",
        ["op_LessThan"] = "Less",
        ["op_LessThanOrEqual"] = "LessEqual",
    };

    // Labels do not broadcast; what SoftmaxCrossEntropy refuses is in RefusedCalls.
    private static readonly Dictionary<string, MethodInfo> Operations = typeof(Tensor)
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Tensor) && !method.IsGenericMethod
            && method.GetParameters() is [{ ParameterType: var a }, { ParameterType: var b }] && a == typeof(Tensor) && b == typeof(Tensor)
            && method.Name != nameof(Tensor.SoftmaxCrossEntropy))
        .ToDictionary(method => method.Name);

    public static TheoryData<string, DType, DType> Cases()
    {
        var cases = new TheoryData<string, DType, DType>();
        foreach (var name in Operations.Keys)
        {
            if (name is "op_BitwiseAnd" or "op_BitwiseOr" or "op_ExclusiveOr")
            {
                cases.Add(name, DType.Bool, DType.Bool);
                continue;
            }
            cases.Add(name, DType.Float32, DType.Float32);
            cases.Add(name, DType.Float32, DType.Float64);
            cases.Add(name, DType.Int32, DType.Int64);
        }
        return cases;
    }

    [Fact]
    public void There_are_as_many_as_expected() => Assert.True(Operations.Count >= 24, $"{Operations.Count} operations");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Are_refused_by_name(string operation, DType left, DType right)
    {
        var name = OperatorNames.GetValueOrDefault(operation, operation);
        // Minus ones, so that the checks of integer division have something to look at.
        new Refusal(
            $"B16-{name}",
            o => Invoke(Operations[operation], o.Keep(Tensor.Full([2, 3], -1, left)), o.Keep(Tensor.Full([4, 5], -1, right))),
            typeof(ShapeException),
            $"{name}:", "[2,3]", "[4,5]").Check();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Give_nothing_for_nothing(string operation, DType left, DType right)
    {
        if (operation != nameof(Tensor.MatMul))
        {
            var y = Invoke(Operations[operation], Tensor.Ones([0, 3], left), Tensor.Ones([1, 3], right));
            Assert.Equal(Shape.Of(0, 3), y.Shape);
            Assert.Empty(Operands.Values(y));
        }
    }

    private static Tensor Invoke(MethodInfo method, Tensor x, Tensor y)
    {
        try
        {
            return (Tensor)method.Invoke(null, [x, y])!;
        }
        catch (TargetInvocationException wrapped)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(wrapped.InnerException!);
            throw;
        }
    }
}
