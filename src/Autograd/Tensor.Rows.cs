using System.Runtime.CompilerServices;

namespace Autograd;

[CollectionBuilder(typeof(Tensor), nameof(OfRows))]
public partial class Tensor
{
    /// <summary>
    /// What numbers in brackets stand for where a tensor is wanted: <c>Tensor t = [1f, 2f]</c>, <c>Tensor m = [[1, 2], [3, 4]]</c>. Numbers with a fraction become float32; a C# array keeps its type:
    /// <c>Tensor t = new[] { 1.0, 2.0 }</c> is float64. Tensors in brackets are several tensors; they become one by <see cref="Stack"/>.
    /// </summary>
    /// <exception cref="ShapeException">Rows differ in length.</exception>
    public static Tensor OfRows(ReadOnlySpan<TensorRow> rows) => Joined(rows).ToDefault();

    internal static Tensor Joined(ReadOnlySpan<TensorRow> rows)
    {
        var all = new Tensor[rows.Length];
        for (var i = 0; i < all.Length; i++)
        {
            var row = rows[i];
            ArgumentNullException.ThrowIfNull(row, nameof(rows));
            all[i] = row.IsWeak && row.DType == DType.Float64 ? row.Cast(DType.Float32) : row;
        }
        return all.Length == 0 ? Allocate(DType.Float32, 0, Backends.Cpu.CpuBackend.Instance) : Stack(all);
    }

    /// <summary>The parts along the first axis, one after another: <c>foreach (var row in x)</c>. Views.</summary>
    /// <exception cref="ShapeException">The tensor is a scalar, which has no parts.</exception>
    public RowEnumerator GetEnumerator() => Rank > 0
        ? new RowEnumerator(AsValue())
        : throw new ShapeException("foreach: a scalar has no rows; its value is Item().");

    /// <summary>Walks along the first axis of a tensor.</summary>
    public struct RowEnumerator
    {
        private readonly Tensor _tensor;
        private int _row;

        internal RowEnumerator(Tensor tensor) => (_tensor, _row) = (tensor, -1);

        /// <summary>The present row.</summary>
        public readonly TensorRow Current => new(_tensor[_row]);

        /// <summary>Goes on to the next row, if there is one.</summary>
        public bool MoveNext() => ++_row < _tensor.Shape[0];
    }
}

/// <summary>
/// A part of a tensor along its first axis, as <c>foreach</c> gives it, and a number or a row in brackets, <c>Tensor m = [[1, 2], [3, 4]]</c>. A tensor as any other, and a type of its own for the
/// compiler alone: so that <c>[u, v]</c> of two tensors is never taken for one tensor of two rows.
/// </summary>
[CollectionBuilder(typeof(TensorRow), nameof(Of))]
public sealed class TensorRow : Tensor
{
    internal TensorRow(Tensor x) : base(x.Buffer, x.DType, x.Shape, x.StridesOrNull, x.Offset, x.Storage)
    {
        Slot = x.Slot;
        Flags = x.Flags;
        IsWatched = x.IsWatched;
    }

    /// <summary>A row of numbers, or of rows.</summary>
    /// <exception cref="ShapeException">Rows differ in length.</exception>
    public static TensorRow Of(ReadOnlySpan<TensorRow> rows) => new(Joined(rows));

    /// <summary>A number.</summary>
    public static implicit operator TensorRow(float value) => new(value);

    /// <summary>A number.</summary>
    public static implicit operator TensorRow(double value) => new(value);

    /// <summary>A number.</summary>
    public static implicit operator TensorRow(int value) => new(value);

    /// <summary>A number.</summary>
    public static implicit operator TensorRow(long value) => new(value);

    /// <summary>A truth value.</summary>
    public static implicit operator TensorRow(bool value) => new(value);
}
