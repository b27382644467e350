namespace Autograd;

/// <summary>Examples that go through a model together. The first axis of each tensor counts them. Immutable; threads may share it.</summary>
/// <param name="X">The model's inputs.</param>
/// <param name="Y">Its targets; none for prediction.</param>
/// <param name="SampleWeight">A weight per example.</param>
public readonly record struct Batch(Tensors X, Tensors Y = default, Tensor? SampleWeight = null)
{
    /// <summary>The number of examples.</summary>
    public int Count => X.Count == 0 || X[0].Rank == 0 ? 0 : X[0].Shape[0];

    /// <summary>One input and one target: <c>foreach (var (x, y) in Dataset.From(x, y).Batch(32))</c>.</summary>
    /// <exception cref="ShapeException">There are several, or none; then take <see cref="X"/> and <see cref="Y"/>.</exception>
    public void Deconstruct(out Tensor x, out Tensor y) => (x, y) = (X.Single, Y.Single);

    /// <summary>Inputs and targets.</summary>
    public static implicit operator Batch((Tensor X, Tensor Y) pair) => new(pair.X, pair.Y);

    /// <summary>Several inputs, or several targets.</summary>
    public static implicit operator Batch((Tensors X, Tensors Y) pair) => new(pair.X, pair.Y);

    /// <summary>Inputs, targets and weights.</summary>
    public static implicit operator Batch((Tensor X, Tensor Y, Tensor SampleWeight) triple) => new(triple.X, triple.Y, triple.SampleWeight);
}
