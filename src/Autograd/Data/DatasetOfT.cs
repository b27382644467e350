using System.Collections;
using Autograd.Data;

namespace Autograd;

/// <summary>
/// Examples, or batches of them, that are made while they are enumerated: <c>Dataset.From(x, y).Shuffle().Batch(32).Prefetch()</c>. Nothing is read before the enumeration asks for it, and every
/// enumeration is a new pass. Orders are repeatable: a shuffle takes its seed when the pass starts, on the thread that starts it, and random tensors that a prefetching thread draws come from a stream
/// of their own.
/// Threads: one at a time starts a pass; each pass then belongs to one thread.
/// </summary>
/// <typeparam name="T">An example: <c>(Tensor X, Tensor Y)</c>, a <see cref="Tensor"/>, a <see cref="Batch"/>, or anything else before a <c>Map</c>.</typeparam>
public abstract class Dataset<T> : IEnumerable<T>
{
    /// <summary>The extent of what never ends.</summary>
    internal const long Endless = long.MaxValue;

    private long _passes = -1;

    private protected Dataset()
    {
    }

    /// <summary>The number of items in a pass; null where it is not known before they are read, or where there is no end.</summary>
    public long? Count => Extent is { } extent and not Endless ? extent : null;

    /// <summary>Whether a pass never ends: after <see cref="Repeat"/> without a number.</summary>
    public bool IsEndless => Extent == Endless;

    internal abstract long? Extent { get; }

    /// <summary>Whether a pass takes a number from the common stream of random numbers when it starts.</summary>
    internal abstract bool DrawsSeed { get; }

    /// <summary>Starts a pass without reading anything.</summary>
    internal abstract IEnumerator<T> Start(PassKey pass);

    /// <summary>Starts the next pass: the first has the number 0.</summary>
    public IEnumerator<T> GetEnumerator() => StartNumber(Interlocked.Increment(ref _passes));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// The pass of a number: what a seeded shuffle gives the <paramref name="number"/>-th time, whatever was enumerated before. <c>Fit</c> enumerates <c>Pass(epoch)</c>, so that training that is
    /// resumed at an epoch meets the data in the order that it would have met without the interruption.
    /// </summary>
    /// <exception cref="ValueException">The number is negative.</exception>
    public IEnumerable<T> Pass(int number) => number >= 0
        ? new NumberedPass(this, number)
        : throw new ValueException($"Pass: the number is {number}; it must be 0 or more.");

    private IEnumerator<T> StartNumber(long number) => Start(new PassKey(DrawsSeed ? Tensor.DrawSeed() : 0, (ulong)number));

    private sealed class NumberedPass(Dataset<T> data, int number) : IEnumerable<T>
    {
        public IEnumerator<T> GetEnumerator() => data.StartNumber(number);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    // ---- What keeps the items as they are: on rows of tensors it works on their numbers -------------------------------------------------------------

    /// <summary>The same items in another order or number.</summary>
    internal virtual Dataset<T> Rearrange(Rearrangement how) => how.Of(this);

    /// <summary>
    /// The items in random order. Of <paramref name="bufferSize"/> items that are kept, one is chosen at random and replaced by the next; a buffer of all items gives every order the same chance.
    /// </summary>
    /// <param name="bufferSize">Items kept in memory; all by default. Rows of tensors cost nothing, since only their numbers are kept.</param>
    /// <param name="seed">Makes the orders repeatable by themselves; from the common stream (<see cref="Tensor.SetSeed"/>) when left out.</param>
    /// <param name="reshuffleEachIteration">Whether every pass has an order of its own.</param>
    /// <exception cref="ValueException">The buffer holds no item, or it should hold all of what never ends.</exception>
    public Dataset<T> Shuffle(int bufferSize = int.MaxValue, long? seed = null, bool reshuffleEachIteration = true)
    {
        if (bufferSize < 1)
        {
            throw new ValueException($"Shuffle: a buffer of {bufferSize}; it must hold 1 or more.");
        }
        if (IsEndless && bufferSize == int.MaxValue)
        {
            throw new ValueException("Shuffle: the items never end, so they cannot all be kept; give a buffer size, or shuffle before Repeat.");
        }
        // An order that stays is chosen now, so that a script that is run again chooses it again.
        return Rearrange(new Shuffling(bufferSize, seed ?? (reshuffleEachIteration ? null : (long)Tensor.DrawSeed()), reshuffleEachIteration));
    }

    /// <summary>The items again and again; a shuffle before it gives each round an order of its own.</summary>
    /// <param name="count">How many rounds; without end when left out.</param>
    /// <exception cref="ValueException">The count is negative.</exception>
    public Dataset<T> Repeat(int? count = null) => Rearrange(new Repeating(NotNegative(count ?? 0, "Repeat"), count is null));

    /// <summary>The first items.</summary>
    /// <exception cref="ValueException">The count is negative.</exception>
    public Dataset<T> Take(int count) => Rearrange(new Taking(NotNegative(count, "Take")));

    /// <summary>All but the first items.</summary>
    /// <exception cref="ValueException">The count is negative.</exception>
    public Dataset<T> Skip(int count) => Rearrange(new Skipping(NotNegative(count, "Skip")));

    // ---- What makes other items ---------------------------------------------------------------------------------------------------------------------

    /// <summary>Each item through a function.</summary>
    public Dataset<TResult> Map<TResult>(Func<T, TResult> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new Mapped<T, TResult>(this, function);
    }

    /// <summary>The items for which a condition holds. How many those are is not known before.</summary>
    public Dataset<T> Filter(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new Filtered<T>(this, condition);
    }

    /// <summary>The items with their numbers, from 0 in every pass.</summary>
    public Dataset<(long Index, T Item)> Enumerate() => new Numbered<T>(this);

    /// <summary>Items of two data sets side by side, until one of them ends.</summary>
    public Dataset<(T First, TOther Second)> Zip<TOther>(Dataset<TOther> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new Zipped<T, TOther>(this, other);
    }

    /// <summary>Keeps the items of the first pass that comes to its end in memory; later passes take them from there, in that order. A shuffle belongs behind it.</summary>
    /// <exception cref="ValueException">The items never end.</exception>
    public Dataset<T> Cache() => IsEndless
        ? throw new ValueException("Cache: the items never end; put Cache before Repeat.")
        : new Cached<T>(this);

    /// <summary>
    /// Makes the next items on a thread of their own while the present one is in use. What goes wrong there is thrown where the item would have come. Leaving the enumeration ends the thread.
    /// Random tensors drawn there come from a stream of their own, so that they do not depend on how far ahead the thread is.
    /// </summary>
    /// <param name="bufferSize">How many items are made ahead.</param>
    /// <exception cref="ValueException">The size is not positive.</exception>
    public Dataset<T> Prefetch(int bufferSize = 2) => bufferSize >= 1
        ? new Prefetched<T>(this, bufferSize)
        : throw new ValueException($"Prefetch: a buffer of {bufferSize}; it must hold 1 or more.");

    private static int NotNegative(int count, string operation) => count >= 0
        ? count
        : throw new ValueException($"{operation}: the count is {count}; it must be 0 or more.");
}
