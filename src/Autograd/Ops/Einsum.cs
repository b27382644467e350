using Autograd.Ops;

namespace Autograd
{
    public partial class Tensor
    {
        /// <summary>
        /// Einstein's summation: letters name axes, equal letters run together, and what the result does not name is summed over.
        /// <code>
        /// Einsum("ij,jk->ik", a, b)          // matrix product
        /// Einsum("ii->", a)                  // trace; "ii->i" is the diagonal
        /// Einsum("bhqd,bhkd->bhqk", q, k)    // attention scores
        /// Einsum("...ij,...jk", a, b)        // over any leading axes, which broadcast; without an arrow the result has the letters that occur once, in order of the alphabet
        /// </code>
        /// Operands are multiplied from left to right, two at a time, as matrix products. As in NumPy and PyTorch, an axis of extent 1 broadcasts.
        /// </summary>
        /// <param name="equation">Letters for the axes of each operand, separated by commas, and behind an arrow those of the result.</param>
        /// <param name="operands">As many tensors.</param>
        /// <exception cref="ShapeException">An operand has another number of axes than letters, or axes of one letter have different extents.</exception>
        /// <exception cref="ValueException">The equation is none; the message says where.</exception>
        public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands)
        {
            ArgumentNullException.ThrowIfNull(equation);
            foreach (var operand in operands)
            {
                ArgumentNullException.ThrowIfNull(operand, nameof(operands));
            }
            return Summation.Run(equation, operands.ToArray());
        }
    }
}

namespace Autograd.Ops
{
    /// <summary>
    /// Axes are named by their letter; those of an ellipsis, counted from the right, by -1, -2, ... The gradient is that of the operations it is made of.
    /// </summary>
    internal static class Summation
    {
        /// <summary>A tensor and the names of its axes, no two of which are equal.</summary>
        private sealed record Named(Tensor Tensor, int[] Axes);

        public static Tensor Run(string equation, Tensor[] tensors)
        {
            var sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
            var terms = sides[0].Split(',');
            if (sides.Length > 2)
            {
                throw Refused(equation, "there is more than one arrow");
            }
            if (terms.Length != tensors.Length)
            {
                throw Refused(equation, $"it names {terms.Length} operands, and there are {tensors.Length}");
            }
            var ellipsis = 0;
            var axes = new int[tensors.Length][];
            for (var i = 0; i < axes.Length; i++)
            {
                axes[i] = Names(equation, terms[i], tensors[i].Rank);
                ellipsis = Math.Max(ellipsis, axes[i].Count(axis => axis < 0));
            }
            var result = sides.Length == 2 ? Names(equation, sides[1], -1, ellipsis) : Implied(axes, ellipsis);
            if (result.Distinct().Count() < result.Length)
            {
                throw Refused(equation, "the result names an axis twice");
            }
            if (result.FirstOrDefault(axis => axis > 0 && !axes.Any(of => of.Contains(axis))) is > 0 and var unknown)
            {
                throw Refused(equation, $"no operand has the axis '{(char)unknown}' of the result");
            }
            var extents = Extents(equation, tensors, axes);
            var done = Plain(tensors[0], axes[0], extents);
            for (var i = 1; i < tensors.Length; i++)
            {
                var later = axes[(i + 1)..].SelectMany(of => of).ToHashSet();
                done = Product(done, Plain(tensors[i], axes[i], extents), axis => later.Contains(axis) || result.Contains(axis));
            }
            done = Summed(done, result.Contains);
            // What all operands had with extent 1 was kept, so every axis of the result is there.
            int[] order = [.. result.Select(axis => Array.IndexOf(done.Axes, axis))];
            return !order.SequenceEqual(Enumerable.Range(0, order.Length)) ? done.Tensor.Permute(order) : ReferenceEquals(done.Tensor, tensors[0]) ? +done.Tensor : done.Tensor;
        }

        private static ValueException Refused(string equation, string why) => new($"Einsum: \"{equation}\": {why}.");

        // Of an operand the rank tells how many axes the ellipsis stands for.
        private static int[] Names(string equation, string term, int rank, int ellipsis = 0)
        {
            var names = new List<int>();
            var dots = term.IndexOf("...", StringComparison.Ordinal);
            var letters = dots < 0 ? term : term.Remove(dots, 3);
            foreach (var letter in letters)
            {
                names.Add(char.IsAsciiLetter(letter) ? letter : throw Refused(equation, $"'{letter}' is no name of an axis, which is a letter from a to z or A to Z"));
            }
            if (rank >= 0)
            {
                ellipsis = rank - names.Count;
                if (ellipsis < 0 || (dots < 0 && ellipsis > 0))
                {
                    throw new ShapeException($"Einsum: \"{equation}\": '{term}' names {names.Count} axes{(dots < 0 ? "" : " and an ellipsis")}, and the operand has {rank}.");
                }
            }
            if (dots >= 0)
            {
                names.InsertRange(dots, Enumerable.Range(0, ellipsis).Select(i => i - ellipsis));
            }
            return [.. names];
        }

        private static int[] Implied(int[][] axes, int ellipsis) =>
            [.. Enumerable.Range(0, ellipsis).Select(i => i - ellipsis), .. axes.SelectMany(of => of).Where(axis => axis > 0).CountBy(axis => axis).Where(count => count.Value == 1).Select(count => count.Key).Order()];

        private static Dictionary<int, int> Extents(string equation, Tensor[] tensors, int[][] axes)
        {
            var extents = new Dictionary<int, int>();
            for (var i = 0; i < tensors.Length; i++)
            {
                for (var k = 0; k < axes[i].Length; k++)
                {
                    var (axis, extent) = (axes[i][k], tensors[i].Shape[k]);
                    var known = extents.GetValueOrDefault(axis, 1);
                    extents[axis] = known == 1 ? extent : extent == 1 || extent == known ? known : throw new ShapeException(
                        $"Einsum: \"{equation}\": {(axis > 0 ? $"the axis '{(char)axis}'" : "an axis of the ellipsis")} has extents {known} and {extent}; operand {i + 1} has shape {tensors[i].Shape}.");
                }
            }
            return extents;
        }

        /// <summary>Diagonals where a name is repeated, and no axes of extent 1 that stand for more.</summary>
        private static Named Plain(Tensor x, int[] axes, Dictionary<int, int> extents)
        {
            var names = axes.ToList();
            for (var k = names.Count - 1; k >= 0; k--)
            {
                if (x.Shape[k] == 1 && (extents[names[k]] != 1 || names.IndexOf(names[k]) < k))
                {
                    x = x.Squeeze(k);
                    names.RemoveAt(k);
                }
            }
            for (var k = 0; k < names.Count; k++)
            {
                for (var other = names.LastIndexOf(names[k]); other > k; other = names.LastIndexOf(names[k]))
                {
                    // The two axes go last, become one, and the diagonal goes where the first was.
                    int[] rest = [.. Enumerable.Range(0, names.Count).Where(axis => axis != k && axis != other)];
                    x = Tensor.Diag(x.Permute([.. rest, k, other]));
                    names.RemoveAt(other);
                    x = x.Permute([.. Enumerable.Range(0, names.Count).Select(axis => axis < k ? axis : axis == k ? names.Count - 1 : axis - 1)]);
                }
            }
            return new Named(x, [.. names]);
        }

        private static Named Summed(Named x, Func<int, bool> kept)
        {
            int[] gone = [.. Enumerable.Range(0, x.Axes.Length).Where(k => !kept(x.Axes[k]))];
            return gone.Length == 0 ? x : new Named(x.Tensor.Sum(gone), [.. x.Axes.Where(kept)]);
        }

        /// <summary>The product of two, summed over what neither the result nor a later operand needs.</summary>
        private static Named Product(Named a, Named b, Func<int, bool> kept)
        {
            a = Summed(a, axis => kept(axis) || b.Axes.Contains(axis));
            b = Summed(b, axis => kept(axis) || a.Axes.Contains(axis));
            int[] both = [.. a.Axes.Where(axis => b.Axes.Contains(axis) && kept(axis))];
            int[] summed = [.. a.Axes.Where(axis => b.Axes.Contains(axis) && !kept(axis))];
            int[] left = [.. a.Axes.Except(b.Axes)], right = [.. b.Axes.Except(a.Axes)];
            int[] Of(Named x, int[] axes) => [.. axes.Select(axis => x.Tensor.Shape[Array.IndexOf(x.Axes, axis)])];
            Tensor Ordered(Named x, int[] order, Shape shape) => x.Tensor.Permute([.. order.Select(axis => Array.IndexOf(x.Axes, axis))]).Reshape(shape);
            int Size(int[] extents) => Shape.Of(extents).Size;
            var (batch, rows, inner, columns) = (Of(a, both), Of(a, left), Of(a, summed), Of(b, right));
            var product = summed.Length == 0
                ? Ordered(a, [.. both, .. left], [Size(batch), Size(rows), 1]) * Ordered(b, [.. both, .. right], [Size(batch), 1, Size(columns)])
                : Tensor.MatMul(Ordered(a, [.. both, .. left, .. summed], [Size(batch), Size(rows), Size(inner)]), Ordered(b, [.. both, .. summed, .. right], [Size(batch), Size(inner), Size(columns)]));
            return new Named(product.Reshape([.. batch, .. rows, .. columns]), [.. both, .. left, .. right]);
        }
    }
}
