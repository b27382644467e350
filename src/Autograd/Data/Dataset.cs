using System.Runtime.CompilerServices;
using Autograd.Data;

namespace Autograd;

/// <summary>Makes data sets, and batches of them. See <see cref="Dataset{T}"/>. Threads may call it at the same time.</summary>
public static class Dataset
{
    /// <summary>The rows of a tensor.</summary>
    /// <exception cref="ShapeException">It is a scalar.</exception>
    public static Dataset<Tensor> From(Tensor x) => Rows(x, ExampleKinds.One);

    /// <summary>Inputs and targets, row by row.</summary>
    /// <exception cref="ShapeException">The first axes differ, or one is a scalar.</exception>
    public static Dataset<(Tensor X, Tensor Y)> From(Tensor x, Tensor y) => Rows((x, y), ExampleKinds.Pair);

    /// <summary>Inputs, targets and weights, row by row.</summary>
    /// <inheritdoc cref="From(Tensor, Tensor)"/>
    public static Dataset<(Tensor X, Tensor Y, Tensor SampleWeight)> From(Tensor x, Tensor y, Tensor sampleWeight) => Rows((x, y, sampleWeight), ExampleKinds.Weighted);

    /// <summary>Several inputs or several targets, by name or in order, row by row.</summary>
    /// <inheritdoc cref="From(Tensor, Tensor)"/>
    public static Dataset<(Tensors X, Tensors Y)> From(Tensors x, Tensors y) => Rows((x, y), ExampleKinds.Pairs);

    /// <summary>Several inputs or several targets, and weights, row by row.</summary>
    /// <inheritdoc cref="From(Tensor, Tensor)"/>
    public static Dataset<(Tensors X, Tensors Y, Tensor SampleWeight)> From(Tensors x, Tensors y, Tensor sampleWeight) => Rows((x, y, sampleWeight), ExampleKinds.WeightedPairs);

    /// <summary>The items of a list or of anything else that can be enumerated; each pass enumerates it anew.</summary>
    [OverloadResolutionPriority(1)] // an array of numbers is a list of numbers here, though it could become a tensor
    public static Dataset<T> From<T>(IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items as Dataset<T> ?? new Given<T>(() => items, () => items.TryGetNonEnumeratedCount(out var count) ? count : null);
    }

    /// <summary>The items of a function's <c>yield return</c>; it is called for each pass.</summary>
    public static Dataset<T> From<T>(Func<IEnumerable<T>> generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return new Given<T>(generator, () => null);
    }

    /// <summary>The numbers 0 to count - 1.</summary>
    /// <exception cref="ValueException">The count is negative.</exception>
    public static Dataset<int> Range(int count) => count >= 0
        ? From(Enumerable.Range(0, count))
        : throw new ValueException($"Dataset.Range: the count is {count}; it must be 0 or more.");

    private static Rows<T> Rows<T>(T all, ExampleKind<T> kind)
    {
        var tensors = kind.Apart(all);
        foreach (var tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor);
        }
        if (tensors.Length == 0)
        {
            throw new ShapeException("Dataset.From: there are no tensors.");
        }
        var rows = BatchSource.CountRows(new Batch(tensors[0], tensors.AsSpan(1).ToArray()), "Dataset.From");
        return new Rows<T>(all, kind, Range(rows));
    }

    /// <summary>So many examples together, with a new first axis. Rows of tensors are gathered at once, shuffled or not.</summary>
    /// <param name="examples">Inputs and targets; those of one batch of the same shapes.</param>
    /// <param name="size">Examples in a batch.</param>
    /// <param name="dropRemainder">Whether a last batch with fewer is left out.</param>
    /// <exception cref="ValueException">The size is not positive.</exception>
    /// <exception cref="ShapeException">While enumerated: examples of one batch differ in shape.</exception>
    public static Dataset<Batch> Batch(this Dataset<(Tensor X, Tensor Y)> examples, int size, bool dropRemainder = false) =>
        Together(examples, ExampleKinds.Pair, size, dropRemainder).Map(batch => new Batch(batch.X, batch.Y));

    /// <inheritdoc cref="Batch(Dataset{ValueTuple{Tensor, Tensor}}, int, bool)"/>
    public static Dataset<Batch> Batch(this Dataset<(Tensor X, Tensor Y, Tensor SampleWeight)> examples, int size, bool dropRemainder = false) =>
        Together(examples, ExampleKinds.Weighted, size, dropRemainder).Map(batch => new Batch(batch.X, batch.Y, batch.SampleWeight));

    /// <inheritdoc cref="Batch(Dataset{ValueTuple{Tensor, Tensor}}, int, bool)"/>
    public static Dataset<Tensor> Batch(this Dataset<Tensor> examples, int size, bool dropRemainder = false) =>
        Together(examples, ExampleKinds.One, size, dropRemainder);

    /// <inheritdoc cref="Batch(Dataset{ValueTuple{Tensor, Tensor}}, int, bool)"/>
    public static Dataset<Batch> Batch(this Dataset<(Tensors X, Tensors Y)> examples, int size, bool dropRemainder = false) =>
        Together(examples, ExampleKinds.Pairs, size, dropRemainder).Map(batch => new Batch(batch.X, batch.Y));

    /// <inheritdoc cref="Batch(Dataset{ValueTuple{Tensor, Tensor}}, int, bool)"/>
    public static Dataset<Batch> Batch(this Dataset<(Tensors X, Tensors Y, Tensor SampleWeight)> examples, int size, bool dropRemainder = false) =>
        Together(examples, ExampleKinds.WeightedPairs, size, dropRemainder).Map(batch => new Batch(batch.X, batch.Y, batch.SampleWeight));

    private static Batched<T> Together<T>(Dataset<T> examples, ExampleKind<T> kind, int size, bool dropRemainder)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return size >= 1
            ? new Batched<T>(examples, kind, size, dropRemainder)
            : throw new ValueException($"Batch: a size of {size}; it must be 1 or more.");
    }
}
