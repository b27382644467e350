using System.Collections;
using System.Runtime.CompilerServices;

namespace Autograd;

/// <summary>
/// What lies around the input of a convolution or pooling: nothing (<see cref="Valid"/>), just enough (<see cref="Same"/>), just enough in front (<see cref="Causal"/>), or given
/// numbers.
/// Immutable; threads may share it.
/// </summary>
/// <remarks>
/// Written as a word (<c>padding: "same"</c>), one number for all sides (<c>padding: 1</c>), or a pair (before, after) for each spatial axis
/// (<c>padding: [(2, 0), (1, 1)]</c>).
/// </remarks>
[CollectionBuilder(typeof(Padding), nameof(Of))]
public readonly struct Padding : IEnumerable<(int Before, int After)>
{
    private readonly (int Before, int After)[]? _pairs;
    private readonly int _sides;

    private Padding((int Before, int After)[]? pairs, int sides, bool isSame = false, bool isCausal = false)
    {
        _pairs = pairs;
        _sides = sides;
        IsSame = isSame;
        IsCausal = isCausal;
    }

    /// <summary>No padding: windows lie within the input.</summary>
    public static Padding Valid => default;

    /// <summary>TensorFlow's rule: ceiling(input / stride) windows; where the padding that needs is odd, the larger half comes after.</summary>
    public static Padding Same => new(null, 0, isSame: true);

    /// <summary>All in front, so that no result depends on later steps; for convolutions over one axis. van den Oord et al., 2016.</summary>
    public static Padding Causal => new(null, 0, isCausal: true);

    /// <summary>A pair (before, after) for each spatial axis.</summary>
    public static Padding Of(params ReadOnlySpan<(int Before, int After)> pairs) => new(pairs.ToArray(), 0);

    /// <summary>So many on every side of every spatial axis.</summary>
    public static implicit operator Padding(int sides) => new(null, sides);

    /// <summary>"valid", "same" or "causal".</summary>
    /// <exception cref="ValueException">Another word.</exception>
    public static implicit operator Padding(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Equals("valid", StringComparison.OrdinalIgnoreCase) ? Valid
            : word.Equals("same", StringComparison.OrdinalIgnoreCase) ? Same
            : word.Equals("causal", StringComparison.OrdinalIgnoreCase) ? Causal
            : throw new ValueException($"Padding: \"{word}\" is not known; the words are \"valid\", \"same\" and \"causal\", and numbers can be given as 1 or [(1, 0), (2, 2)].");
    }

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    internal static Padding Parse(string text)
    {
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var sides))
        {
            return sides;
        }
        if (text is not ['[', .., ']'])
        {
            return text;
        }
        int[] numbers = [.. text.Split(['[', ']', '(', ')', ',', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
        return Of([.. numbers.Chunk(2).Select(pair => pair is [var before, var after] ? (before, after) : throw new FormatException("A pair of numbers is expected."))]);
    }

    /// <summary>Whether the input's extents decide: <see cref="Same"/>.</summary>
    public bool IsSame { get; }

    /// <summary>Whether the window decides, and all of it lies in front: <see cref="Causal"/>.</summary>
    public bool IsCausal { get; }

    /// <summary>The pairs as given; empty for a word or a single number.</summary>
    public IEnumerator<(int Before, int After)> GetEnumerator() => ((IEnumerable<(int, int)>)(_pairs ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The padding as it is written.</summary>
    public override string ToString() => IsSame ? "same" : IsCausal ? "causal" : _pairs is not null
        ? $"[{string.Join(", ", _pairs.Select(pair => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"({pair.Before}, {pair.After})")))}]"
        : _sides == 0 ? "valid" : _sides.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The numbers for one of so many spatial axes, checked.</summary>
    internal (int Before, int After) At(int axis, int axes, string operation)
    {
        if (_pairs is not null && _pairs.Length != axes)
        {
            throw new ShapeException($"{operation}: padding {this} has {_pairs.Length} pairs; there must be one (before, after) for each of the {axes} spatial axes.");
        }
        if (IsCausal)
        {
            throw new ValueException($"{operation}: \"causal\" padding is for convolutions over one axis; here there is \"valid\", \"same\" or numbers.");
        }
        var (before, after) = _pairs is null ? (_sides, _sides) : _pairs[axis];
        return before >= 0 && after >= 0
            ? (before, after)
            : throw new ValueException($"{operation}: padding {this} is negative; it is 0 or more (to crop, slice the input).");
    }
}

/// <summary>A number for each spatial axis of a convolution or pooling: one for all (<c>strides: 2</c>) or one for each (<c>strides: [2, 1]</c>). Immutable; threads may share it.</summary>
[CollectionBuilder(typeof(PerAxis), nameof(Of))]
public readonly struct PerAxis : IEnumerable<int>
{
    private readonly int[]? _several;
    private readonly int _one;

    private PerAxis(int[]? several, int one, bool isGiven)
    {
        _several = several;
        _one = one;
        IsGiven = isGiven;
    }

    /// <summary>A number for each axis.</summary>
    public static PerAxis Of(params ReadOnlySpan<int> numbers) => new(numbers.ToArray(), 0, isGiven: true);

    /// <summary>One number for all axes.</summary>
    public static implicit operator PerAxis(int number) => new(null, number, isGiven: true);

    /// <summary>A number for each axis.</summary>
    public static implicit operator PerAxis(int[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return Of(numbers);
    }

    /// <summary>Whether there is a number at all; an argument that was left out has none.</summary>
    public bool IsGiven { get; }

    /// <summary>The numbers as given.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_several ?? (IsGiven ? [_one] : []))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    internal static PerAxis Parse(string text) => text switch
    {
        "" => default,
        ['[', .. var numbers, ']'] => Of([.. numbers.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))]),
        _ => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>The numbers as they are written.</summary>
    public override string ToString() => _several is null
        ? IsGiven ? _one.ToString(System.Globalization.CultureInfo.InvariantCulture) : ""
        : Shape.Format(_several);

    /// <summary>The number for one of so many spatial axes, checked to be at least <paramref name="least"/>.</summary>
    internal int At(int axis, int axes, int unless, int least, string operation, string name)
    {
        if (_several is not null && _several.Length != axes)
        {
            throw new ShapeException($"{operation}: {name} {this} has {_several.Length} numbers; there must be one for all or one for each of the {axes} spatial axes.");
        }
        var number = !IsGiven ? unless : _several is null ? _one : _several[axis];
        return number >= least ? number : throw new ValueException($"{operation}: {name} {this}; each must be {least} or more.");
    }
}
