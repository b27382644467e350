using System.Collections;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>One tensor or several: what goes into a model, or comes out of it. A <see cref="Tensor"/> or <c>[a, b]</c> is written where one is asked for.</summary>
[CollectionBuilder(typeof(Tensors), nameof(Of))]
public readonly struct Tensors : IReadOnlyList<Tensor>
{
    private readonly Tensor? _one;
    private readonly Tensor[]? _several;

    private Tensors(Tensor one) => _one = one;

    private Tensors(Tensor[] several) => _several = several;

    /// <summary>How many there are.</summary>
    public int Count => _one is not null ? 1 : _several?.Length ?? 0;

    /// <summary>The tensor at a place.</summary>
    public Tensor this[int index] => _one is not null && index == 0
        ? _one
        : _several is { } several ? several[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The only tensor.</summary>
    /// <exception cref="ShapeException">There is not exactly one.</exception>
    public Tensor Single => Count == 1 ? this[0] : throw new ShapeException($"There are {Count} tensors where one is expected.");

    /// <summary>Several tensors.</summary>
    public static Tensors Of(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        }
        return tensors.Length == 1 ? new Tensors(tensors[0]) : new Tensors(tensors.ToArray());
    }

    /// <summary>One tensor.</summary>
    public static implicit operator Tensors(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new Tensors(tensor);
    }

    /// <summary>Several tensors.</summary>
    public static implicit operator Tensors(Tensor[] tensors) => Of(tensors);

    /// <summary>Each tensor through a function.</summary>
    public Tensors Select(Func<Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return _one is not null ? new Tensors(function(_one)) : new Tensors(Array.ConvertAll(_several ?? [], x => function(x)));
    }

    /// <summary>The tensors in order.</summary>
    public IEnumerator<Tensor> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
