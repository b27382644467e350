using System.Reflection;

namespace Autograd.Tests.Faults;

/// <summary>Every public method, constructor and indexer that takes a tensor, a shape or a list refuses null by the argument's name, whatever the other arguments.</summary>
public class NullArguments
{
    private static readonly Dictionary<string, (MethodBase Method, int Parameter)> Table = FindAll().ToDictionary(found => found.Id, found => (found.Method, found.Parameter));

    public static TheoryData<string> Ids => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Is_refused_by_name(string id)
    {
        var (method, parameter) = Table[id];
        using var tape = new GradientTape();
        var self = method.IsStatic || method is ConstructorInfo ? null : Make(method.DeclaringType!, tape);
        var parameters = method.GetParameters();
        var arguments = new object?[parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = i == parameter ? null : Make(parameters[i].ParameterType, tape);
        }
        var before = tape.ToString();
        var error = Record.Exception(() => method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(self, arguments));
        var cause = Assert.IsType<TargetInvocationException>(error).InnerException;
        Assert.Equal(parameters[parameter].Name, Assert.IsType<ArgumentNullException>(cause).ParamName);
        Assert.Equal(before, tape.ToString());
    }

    [Fact]
    public void Are_found_by_the_dozen() => Assert.True(Table.Count > 120, $"{Table.Count} parameters");

    private static IEnumerable<(string Id, MethodBase Method, int Parameter)> FindAll()
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var type in (Type[])[typeof(Tensor), typeof(Variable), typeof(GradientTape), typeof(TensorIndex)])
        {
            foreach (var method in type.GetMethods(Public).Cast<MethodBase>().Concat(type.GetConstructors()))
            {
                if (method is MethodInfo { ContainsGenericParameters: true } || (method is MethodInfo made && made.GetBaseDefinition().DeclaringType == typeof(object)))
                {
                    continue;
                }
                var parameters = method.GetParameters();
                // Spans cannot pass through reflection; rows of RefusedCalls hold those methods.
                if (parameters.Any(parameter => parameter.ParameterType.IsByRefLike || parameter.ParameterType.IsByRef))
                {
                    continue;
                }
                for (var i = 0; i < parameters.Length; i++)
                {
                    if (!parameters[i].ParameterType.IsValueType && !IsNullable(parameters[i]))
                    {
                        yield return ($"{method}.{parameters[i].Name}", method, i);
                    }
                }
            }
        }
    }

    private static bool IsNullable(ParameterInfo parameter) => new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;

    private static object? Make(Type type, GradientTape tape) => type switch
    {
        _ when type == typeof(Tensor) => Tensor.Ones([1]),
        _ when type == typeof(Variable) => new Variable(Tensor.Ones([1])),
        _ when type == typeof(GradientTape) => tape,
        _ when type == typeof(Shape) => Shape.Of(1),
        _ when type == typeof(string) => "name",
        _ when type == typeof(IReadOnlyList<Tensor>) => new[] { Tensor.Ones([1]) },
        _ when type == typeof(IEnumerable<Tensor>) => new[] { Tensor.Ones([1]) },
        _ when type == typeof(Func<Tensor, Tensor>) => (Func<Tensor, Tensor>)(x => x),
        _ when type == typeof(UnaryPullback) => (UnaryPullback)((dy, x, y) => dy),
        _ when type == typeof(Func<IReadOnlyList<Tensor>, Tensor>) => (Func<IReadOnlyList<Tensor>, Tensor>)(x => x[0]),
        _ when type == typeof(Pullback) => (Pullback)((dy, x, y) => x),
        _ when Nullable.GetUnderlyingType(type) is not null => null,
        _ when type.IsValueType => Activator.CreateInstance(type),
        _ => throw new NotSupportedException($"A table of arguments needs a {type}."),
    };
}
