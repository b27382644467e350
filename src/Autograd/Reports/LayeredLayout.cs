namespace Autograd.Reports;

/// <summary>
/// Places the nodes of a graph without cycles: each below all that it depends on, in an order in which few edges cross, and near its neighbours.
/// An edge that is longer than one layer passes through places of its own, so that it goes around the nodes between.
/// </summary>
internal sealed class LayeredLayout
{
    private const int Sweeps = 16;
    private const int Relaxations = 120;
    private const double BetweenNodes = 26;
    private const double BetweenLayers = 42;
    private const double Lane = 10;

    // An edge through several layers is best straight, and so is the way from one operation to the next; weights and data stand beside it.
    private const double Straight = 4;
    private const double Beside = 0.05;

    private readonly List<Item> _items = [];
    private readonly List<List<Item>> _layers = [];
    private readonly List<Item[]> _chains = [];

    /// <param name="sizes">Width and height of each node.</param>
    /// <param name="edges">What each node is made from; edges into one node come in the order of its operands.</param>
    internal LayeredLayout(IReadOnlyList<(double Width, double Height)> sizes, IReadOnlyList<(int From, int To)> edges)
    {
        var layers = LayerOf(sizes.Count, edges);
        foreach (var (node, size) in sizes.Index())
        {
            _items.Add(new Item(layers[node], size.Width, size.Height, isLane: false));
        }
        foreach (var (from, to) in edges)
        {
            Connect(_items[from], _items[to]);
        }
        var depth = layers.Length == 0 ? 0 : layers.Max() + 1;
        for (var layer = 0; layer < depth; layer++)
        {
            _layers.Add([]);
        }
        PlaceFirst(sizes.Count);
        ReduceCrossings();
        PlaceAcross();
        PlaceDown();
        Nodes = [.. _items.Take(sizes.Count).Select(item => (item.X, item.Y))];
        Routes = [.. _chains.Select(Route)];
    }

    internal double Width { get; private set; }

    internal double Height { get; private set; }

    /// <summary>The centres of the nodes.</summary>
    internal IReadOnlyList<(double X, double Y)> Nodes { get; }

    /// <summary>For each edge the points that it runs through, in pairs: from each to the next it curves, within a pair of the middle ones it is straight.</summary>
    internal IReadOnlyList<IReadOnlyList<(double X, double Y)>> Routes { get; }

    // The longest path from a start; a start itself stands right above what it is used for.
    private static int[] LayerOf(int count, IReadOnlyList<(int From, int To)> edges)
    {
        var (layers, open, next) = (new int[count], new int[count], new List<int>[count]);
        for (var node = 0; node < count; node++)
        {
            next[node] = [];
        }
        foreach (var (from, to) in edges)
        {
            next[from].Add(to);
            open[to]++;
        }
        var starts = Enumerable.Range(0, count).Where(node => open[node] == 0).ToList();
        var ready = new Queue<int>(starts);
        while (ready.TryDequeue(out var node))
        {
            foreach (var to in next[node])
            {
                layers[to] = Math.Max(layers[to], layers[node] + 1);
                if (--open[to] == 0)
                {
                    ready.Enqueue(to);
                }
            }
        }
        foreach (var start in starts.Where(start => next[start].Count > 0))
        {
            layers[start] = next[start].Min(to => layers[to]) - 1;
        }
        return layers;
    }

    private void Connect(Item from, Item to)
    {
        List<Item> chain = [from];
        for (var layer = from.Layer + 1; layer < to.Layer; layer++)
        {
            var lane = new Item(layer, Lane, 0, isLane: true);
            _items.Add(lane);
            chain.Add(lane);
        }
        chain.Add(to);
        for (var i = 1; i < chain.Count; i++)
        {
            chain[i - 1].Below.Add(chain[i]);
            chain[i].Above.Add(chain[i - 1]);
        }
        _chains.Add([.. chain]);
    }

    // From the results upwards, operands in their order, so that a - b has a on the left.
    private void PlaceFirst(int nodes)
    {
        var seen = new HashSet<Item>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Item>(_items.Take(nodes).Where(item => item.Below.Count == 0).Reverse());
        while (stack.TryPop(out var item))
        {
            if (!seen.Add(item))
            {
                continue;
            }
            _layers[item.Layer].Add(item);
            for (var i = item.Above.Count - 1; i >= 0; i--)
            {
                stack.Push(item.Above[i]);
            }
        }
        Number();
    }

    private void Number()
    {
        foreach (var layer in _layers)
        {
            foreach (var (place, item) in layer.Index())
            {
                item.Place = place;
            }
        }
    }

    private void ReduceCrossings()
    {
        var (best, fewest) = (Order(), Crossings());
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            var downwards = sweep % 2 == 0;
            for (var i = 1; i < _layers.Count; i++)
            {
                var at = downwards ? i : _layers.Count - 1 - i;
                // OrderBy keeps the order of equals.
                var ordered = _layers[at].OrderBy(item => Middle(downwards ? item.Above : item.Below, item.Place)).ToList();
                _layers[at] = ordered;
                foreach (var (place, item) in ordered.Index())
                {
                    item.Place = place;
                }
            }
            var crossings = Crossings();
            if (crossings < fewest)
            {
                (best, fewest) = (Order(), crossings);
            }
        }
        foreach (var (layer, order) in best.Index())
        {
            _layers[layer] = order;
        }
        Number();

        List<List<Item>> Order() => _layers.ConvertAll(layer => new List<Item>(layer));
    }

    private static double Middle(List<Item> neighbours, double otherwise) => neighbours.Count == 0 ? otherwise : neighbours.Average(item => item.Place);

    private int Crossings()
    {
        var crossings = 0;
        foreach (var layer in _layers)
        {
            var edges = layer.SelectMany(item => item.Below.Select(below => (From: item.Place, To: below.Place))).ToArray();
            for (var i = 0; i < edges.Length; i++)
            {
                for (var j = i + 1; j < edges.Length; j++)
                {
                    crossings += (edges[i].From - edges[j].From) * (edges[i].To - edges[j].To) < 0 ? 1 : 0;
                }
            }
        }
        return crossings;
    }

    private void PlaceAcross()
    {
        foreach (var layer in _layers)
        {
            Settle(layer, _ => 0);
        }
        for (var round = 0; round < Relaxations; round++)
        {
            var both = round >= Relaxations / 2;
            for (var i = 0; i < _layers.Count; i++)
            {
                var downwards = round % 2 == 0;
                Settle(_layers[downwards ? i : _layers.Count - 1 - i], item => Wish(item, both ? [.. item.Above, .. item.Below] : downwards ? item.Above : item.Below));
            }
        }
        foreach (var layer in _layers)
        {
            Settle(layer, item => Wish(item, item.Above));
        }
        var left = _items.Select(item => item.X - item.Width / 2).DefaultIfEmpty().Min();
        foreach (var item in _items)
        {
            item.X -= left;
        }
        Width = _items.Select(item => item.X + item.Width / 2).DefaultIfEmpty().Max();

        static double Wish(Item item, List<Item> neighbours)
        {
            var (sum, weights) = (0.0, 0.0);
            foreach (var one in neighbours)
            {
                var weight = item.IsLane && one.IsLane ? Straight : one.Above.Count == 0 ? Beside : 1;
                (sum, weights) = (sum + weight * one.X, weights + weight);
            }
            return weights == 0 ? item.X : sum / weights;
        }
    }

    // The places nearest to the wished ones, in least squares, that keep the order and the distances: neighbours that would overlap become a block,
    // which stands where its members wish on average.
    private static void Settle(List<Item> layer, Func<Item, double> wish)
    {
        var blocks = new List<(double Sum, double Weight, int Count)>();
        var offsets = new double[layer.Count];
        for (var i = 0; i < layer.Count; i++)
        {
            offsets[i] = i == 0 ? 0 : offsets[i - 1] + (layer[i - 1].Width + layer[i].Width) / 2 + BetweenNodes / (layer[i - 1].IsLane && layer[i].IsLane ? 2 : 1);
            var weight = layer[i].IsLane ? Straight : layer[i].Above.Count == 0 ? Beside : 1;
            blocks.Add((weight * (wish(layer[i]) - offsets[i]), weight, 1));
            while (blocks.Count > 1 && blocks[^2].Sum / blocks[^2].Weight > blocks[^1].Sum / blocks[^1].Weight)
            {
                blocks[^2] = (blocks[^2].Sum + blocks[^1].Sum, blocks[^2].Weight + blocks[^1].Weight, blocks[^2].Count + blocks[^1].Count);
                blocks.RemoveAt(blocks.Count - 1);
            }
        }
        var at = 0;
        foreach (var (sum, weight, count) in blocks)
        {
            for (var i = 0; i < count; i++, at++)
            {
                layer[at].X = sum / weight + offsets[at];
            }
        }
    }

    private void PlaceDown()
    {
        var top = 0.0;
        foreach (var layer in _layers)
        {
            var height = layer.Max(item => item.Height);
            foreach (var item in layer)
            {
                item.Y = top + height / 2;
                item.Height = item.IsLane ? height : item.Height;
            }
            Height = top + height;
            top = Height + BetweenLayers;
        }
    }

    private IReadOnlyList<(double X, double Y)> Route(Item[] chain)
    {
        var (from, to) = (chain[0], chain[^1]);
        var points = new List<(double X, double Y)> { (from.X, from.Y + from.Height / 2) };
        foreach (var lane in chain[1..^1])
        {
            points.Add((lane.X, lane.Y - lane.Height / 2));
            points.Add((lane.X, lane.Y + lane.Height / 2));
        }
        points.Add((Port(chain[^2], to), to.Y - to.Height / 2));
        return points;
    }

    // Edges arrive beside one another, in the order in which they come from above.
    private static double Port(Item from, Item to)
    {
        var arrivals = to.Above.OrderBy(item => item.X).ToList();
        var first = arrivals.IndexOf(from);
        // The same operand twice arrives twice.
        var place = first + from.Arrived++ % arrivals.Count(item => ReferenceEquals(item, from));
        var step = Math.Min(16, to.Width * 0.8 / arrivals.Count);
        return to.X + (place - (arrivals.Count - 1) / 2.0) * step;
    }

    private sealed class Item(int layer, double width, double height, bool isLane)
    {
        internal int Layer => layer;

        internal double Width => width;

        internal bool IsLane => isLane;

        internal List<Item> Above { get; } = [];

        internal List<Item> Below { get; } = [];

        internal double X { get; set; }

        internal double Y { get; set; }

        internal double Height { get; set; } = height;

        internal int Place { get; set; }

        internal int Arrived { get; set; }
    }
}
