using System.Collections;
using System.Runtime.CompilerServices;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// One tensor or several: what goes into a model, or comes out of it. A <see cref="Tensor"/> or <c>[a, b]</c> is written where one is asked for. For a model of several inputs or outputs
/// they may be told by the names of those: <c>Tensors.Named(("digit", y), ("parity", z))</c>, or a dictionary.
/// Immutable; threads may share it.
/// </summary>
[CollectionBuilder(typeof(Tensors), nameof(Of))]
public readonly partial struct Tensors : IReadOnlyList<Tensor>
{
    private readonly Tensor? _one;
    private readonly Tensor[]? _several;
    private readonly string[]? _names;

    private Tensors(Tensor one) => _one = one;

    private Tensors(Tensor[] several, string[]? names = null) => (_several, _names) = (several, names);

    /// <summary>How many there are.</summary>
    public int Count => _one is not null ? 1 : _several?.Length ?? 0;

    /// <summary>The tensor at a place.</summary>
    /// <exception cref="ValueException">There is none at it.</exception>
    public Tensor this[int index] => _one is not null && index == 0
        ? _one
        : _several is { } several && (uint)index < (uint)several.Length
            ? several[index]
            : throw new ValueException($"Tensors: there is none at {index}; there {(Count == 1 ? "is 1, at 0" : Count == 0 ? "are none" : $"are {Count}, at 0 to {Count - 1}")}.");

    /// <summary>The names, where they have any.</summary>
    public IReadOnlyList<string>? Names => _names;

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="ValueException">There is none; the message lists those there are.</exception>
    public Tensor this[string name] => _names is not null && Array.IndexOf(_names, name) is >= 0 and var place
        ? _several![place]
        : throw new ValueException($"There is no tensor '{name}'. {(_names is null ? "These have no names." : Spelled.Known(name, _names))}");

    /// <summary>The only tensor.</summary>
    /// <exception cref="ShapeException">There is not exactly one.</exception>
    public Tensor Single => Count == 1 ? this[0] : throw new ShapeException($"There are {Count} tensors where one is expected.");

    /// <summary>Two tensors by name: <c>var (dw, db) = tape.Gradients(loss, w, b)</c>.</summary>
    /// <exception cref="ShapeException">There are more or fewer.</exception>
    public void Deconstruct(out Tensor first, out Tensor second)
    {
        RequireCount(2);
        (first, second) = (this[0], this[1]);
    }

    /// <summary>Three tensors by name.</summary>
    /// <exception cref="ShapeException">There are more or fewer.</exception>
    public void Deconstruct(out Tensor first, out Tensor second, out Tensor third)
    {
        RequireCount(3);
        (first, second, third) = (this[0], this[1], this[2]);
    }

    /// <summary>Four tensors by name.</summary>
    /// <exception cref="ShapeException">There are more or fewer.</exception>
    public void Deconstruct(out Tensor first, out Tensor second, out Tensor third, out Tensor fourth)
    {
        RequireCount(4);
        (first, second, third, fourth) = (this[0], this[1], this[2], this[3]);
    }

    private void RequireCount(int count)
    {
        if (Count != count)
        {
            throw new ShapeException($"There are {Count} tensors where {count} are taken.");
        }
    }

    /// <summary>Several tensors.</summary>
    public static Tensors Of(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        }
        return tensors.Length == 1 ? new Tensors(tensors[0]) : new Tensors(tensors.ToArray());
    }

    /// <summary>Tensors with names: those of a model's inputs or outputs, in any order.</summary>
    /// <exception cref="ValueException">Two have the same name.</exception>
    public static Tensors Named(params ReadOnlySpan<(string Name, Tensor Tensor)> tensors)
    {
        var (names, values) = (new string[tensors.Length], new Tensor[tensors.Length]);
        for (var i = 0; i < tensors.Length; i++)
        {
            (names[i], values[i]) = tensors[i];
            ArgumentNullException.ThrowIfNull(names[i], nameof(tensors));
            ArgumentNullException.ThrowIfNull(values[i], nameof(tensors));
        }
        return Of(values).WithNames(names);
    }

    /// <summary>Tensors with names.</summary>
    public static implicit operator Tensors(Dictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return Named([.. tensors.Select(entry => (entry.Key, entry.Value))]);
    }

    internal Tensors WithNames(IReadOnlyList<string> names) => names.Distinct().Count() == names.Count
        ? new Tensors([.. this], [.. names])
        : throw new ValueException($"Two tensors have the same name: {string.Join(", ", names)}.");

    /// <summary>In the order of a model's inputs or outputs.</summary>
    /// <param name="places">The names of those; none where the model is no graph of layers.</param>
    /// <param name="what">input or output, for messages.</param>
    /// <param name="needed">Which of them somebody reads; in the place of others any tensor will do.</param>
    internal Tensors InOrder(IReadOnlyList<string> places, string what, Func<int, bool> needed)
    {
        if (_names is not { } names || _several is not { Length: > 0 } several)
        {
            return this;
        }
        if (places.Count == 0)
        {
            throw new ValueException($"{what}s are given by name ({string.Join(", ", names)}), which only a model made of an Input, a graph of layers, has; give them in order.");
        }
        if (places.Distinct().Count() < places.Count)
        {
            throw new ValueException($"the model's {what}s {string.Join(", ", places)} cannot be told by name; give them in order.");
        }
        if (names.FirstOrDefault(name => !places.Contains(name)) is { } unknown)
        {
            throw new ValueException($"there is no {what} '{unknown}'. {Spelled.Known(unknown, places)}");
        }
        var ordered = new Tensor[places.Count];
        for (var i = 0; i < ordered.Length; i++)
        {
            var given = Array.IndexOf(names, places[i]);
            ordered[i] = given >= 0 ? several[given]
                : !needed(i) ? several[0]
                : throw new ValueException($"there is no tensor for the {what} '{places[i]}', but for {string.Join(", ", names)}.");
        }
        return Of(ordered);
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
        return _one is not null ? new Tensors(function(_one)) : new Tensors(Array.ConvertAll(_several ?? [], x => function(x)), _names);
    }

    /// <summary>The tensors one after another, each behind its name or its number.</summary>
    public override string ToString()
    {
        var (one, names) = (_one, _names);
        return one is not null ? one.ToString()
            : Count == 0 ? "no tensors"
            : string.Join('\n', this.Select((tensor, i) => FormattableString.Invariant($"{names?[i] ?? i.ToString(System.Globalization.CultureInfo.InvariantCulture)}: {tensor}")));
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
