using Autograd.Ops;

namespace Autograd;

public partial class Tensor
{
    /// <summary>
    /// Scaled dot-product attention: softmax(query key' scale) value, each query a mean of values weighted by how well their keys match. Vaswani et al., 2017.
    /// A query that may attend to nothing gets zeros.
    /// </summary>
    /// <param name="query">[..., queries, depth], with leading axes for batch and heads, which broadcast.</param>
    /// <param name="key">[..., keys, depth].</param>
    /// <param name="value">[..., keys, width].</param>
    /// <param name="mask">Broadcasts to [..., queries, keys]. Bools: true where a query may attend; numbers: added to the scaled products.</param>
    /// <param name="scale">1 / sqrt(depth) when left out.</param>
    /// <param name="causal">Whether query i may only attend to keys 0 to i.</param>
    /// <returns>[..., queries, width].</returns>
    /// <exception cref="ShapeException">An operand has fewer than two axes, depths or numbers of keys differ, or shapes do not broadcast.</exception>
    public static Tensor Attention(Tensor query, Tensor key, Tensor value, Tensor? mask = null, double? scale = null, bool causal = false)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (Math.Min(query.Rank, Math.Min(key.Rank, value.Rank)) < 2 || query.Shape[^1] != key.Shape[^1] || key.Shape[^2] != value.Shape[^2])
        {
            throw new ShapeException(
                $"Attention: query {query.Shape}, key {key.Shape} and value {value.Shape}; they must be [..., queries, depth], [..., keys, depth] and [..., keys, width].");
        }
        var (queries, keys, depth) = (query.Shape[^2], key.Shape[^2], query.Shape[^1]);
        Shape leading = Shape.Broadcast(Shape.Of(query.Shape.Dimensions[..^2]), Shape.Of(key.Shape.Dimensions[..^2]), "Attention");
        Shape scored = [.. leading, queries, keys];
        Shape.Broadcast(leading, Shape.Of(value.Shape.Dimensions[..^2]), "Attention");
        if (mask is not null && !Shape.Broadcast(mask.Shape, scored, "Attention").Equals(scored))
        {
            throw new ShapeException($"Attention: the mask {mask.Shape} does not broadcast to {scored}.");
        }
        foreach (var operand in new[] { key, value, mask })
        {
            if (operand is not null && operand.Backend != query.Backend)
            {
                throw new DeviceException($"Attention: one operand lives on {query.Device}, another on {operand.Device}; move one of them first.");
            }
        }
        // Scaled first, there are fewer numbers to scale. Integers count as float32.
        Promotion.Unify(ref query, ref key, keepsIntegers: false);
        var scores = MatMul(query * (scale ?? 1 / Math.Sqrt(Math.Max(depth, 1))), key, transposeY: true);
        var allowed = mask?.DType == DType.Bool ? mask : null;
        if (mask is not null && allowed is null)
        {
            scores += mask;
        }
        if (causal)
        {
            var past = (Arange(keys) <= Arange(queries).ExpandDims(1)).To(query.Device);
            allowed = allowed is null ? past : allowed & past;
        }
        if (allowed is null)
        {
            return MatMul(Softmax(scores), value);
        }
        // The second selection is for queries that may attend to nothing. What excludes is the lowest number where those may be: of a row of infinities the softmax is NaN.
        var lowest = mask is null ? double.NegativeInfinity : scores.DType == DType.Float32 ? float.MinValue : double.MinValue;
        var weights = Softmax(Where(allowed, scores, lowest));
        return MatMul(mask is null ? weights : Where(allowed, weights, 0), value);
    }
}
