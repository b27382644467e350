namespace Autograd.Reports;

/// <summary>Finds where a function given on a grid has a value (marching squares): in each cell the value's line is taken as straight, and pieces are joined at the edges of the cells.</summary>
internal static class ContourLines
{
    /// <summary>The lines of one level, each a run of points; closed ones end where they began.</summary>
    /// <param name="values">The function at the crossings of the grid.</param>
    /// <param name="xs">Where the columns are, rising or falling.</param>
    /// <param name="ys">Where the rows are.</param>
    /// <param name="level">The value.</param>
    internal static List<List<(double X, double Y)>> At(Matrix values, double[] xs, double[] ys, double level)
    {
        // Each edge that a line crosses belongs to at most two cells, so at most two pieces meet there.
        var crossings = new Dictionary<Edge, (double X, double Y)>();
        var neighbors = new Dictionary<Edge, List<Edge>>();
        for (var row = 0; row + 1 < values.Rows; row++)
        {
            for (var column = 0; column + 1 < values.Columns; column++)
            {
                Cross(row, column);
            }
        }

        var lines = new List<List<(double X, double Y)>>();
        foreach (var start in neighbors.Keys.Where(edge => neighbors[edge].Count == 1).Concat(neighbors.Keys).ToArray())
        {
            if (neighbors[start].Count > 0)
            {
                lines.Add(Walk(start));
            }
        }

        return lines;

        void Cross(int row, int column)
        {
            var (a, b, c, d) = (values[row, column], values[row, column + 1], values[row + 1, column + 1], values[row + 1, column]);
            if (!(Scale.Accepts(a) && Scale.Accepts(b) && Scale.Accepts(c) && Scale.Accepts(d)))
            {
                return;
            }

            var (top, right, bottom, left) = (new Edge(row, column, false), new Edge(row, column + 1, true), new Edge(row + 1, column, false), new Edge(row, column, true));
            var crossed = new List<Edge>();
            Meet(top, a, b);
            Meet(right, b, c);
            Meet(bottom, d, c);
            Meet(left, a, d);
            if (crossed.Count == 2)
            {
                Join(crossed[0], crossed[1]);
            }
            else if (crossed.Count == 4)
            {
                // A saddle: the mean of the corners tells which two of them are connected.
                var aIsWithCenter = a >= level == (a + b + c + d) / 4 >= level;
                Join(top, aIsWithCenter ? right : left);
                Join(bottom, aIsWithCenter ? left : right);
            }

            void Meet(Edge edge, double from, double to)
            {
                if (from >= level == to >= level)
                {
                    return;
                }

                crossed.Add(edge);
                var share = (level - from) / (to - from);
                crossings[edge] = edge.IsVertical
                    ? (xs[edge.Column], ys[edge.Row] + share * (ys[edge.Row + 1] - ys[edge.Row]))
                    : (xs[edge.Column] + share * (xs[edge.Column + 1] - xs[edge.Column]), ys[edge.Row]);
            }
        }

        void Join(Edge one, Edge other)
        {
            Of(one).Add(other);
            Of(other).Add(one);

            List<Edge> Of(Edge edge) => neighbors.TryGetValue(edge, out var list) ? list : neighbors[edge] = [];
        }

        List<(double X, double Y)> Walk(Edge at)
        {
            List<(double X, double Y)> line = [crossings[at]];
            while (neighbors[at].Count > 0)
            {
                var next = neighbors[at][0];
                neighbors[at].RemoveAt(0);
                neighbors[next].Remove(at);
                line.Add(crossings[next]);
                at = next;
            }

            return line;
        }
    }

    /// <summary>The edge of a cell that begins at a crossing and goes along its row or down its column.</summary>
    private readonly record struct Edge(int Row, int Column, bool IsVertical);
}
