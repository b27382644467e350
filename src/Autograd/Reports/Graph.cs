using System.Runtime.CompilerServices;

namespace Autograd.Reports;

/// <summary>
/// A computation drawn from top to bottom: boxes for operations, arrows for what flows between them. Of a tape, with names, values and gradients; or of a model, layer by layer, with
/// shapes and numbers of parameters.
/// <code>
/// using var tape = new GradientTape();
/// var loss = 0.5 * Square(w * x + b - y);
/// page.AddChart(Graph.Of(tape, loss, "J(w, b)").Name(x).Name(y));
/// </code>
/// </summary>
public sealed class Graph : Chart
{
    private const double Edge = 16;
    private const double Padding = 12;
    private const double Line = 17;
    private const double LeastNode = 84;
    private const double LeastWidth = 360;
    private const int PiecesOfCurve = 12;

    private readonly List<GraphNode> _nodes;

    // How many nodes show their values, from the first, and how many their gradients, from the last.
    private readonly int _values;
    private readonly int _gradients;

    private Graph(string title, List<GraphNode> nodes, int values, int gradients) : base(title) => (_nodes, _values, _gradients) = (nodes, values, gradients);

    /// <summary>What a tape has recorded so far. The tape stays as it is: it goes on recording, and its gradients can be taken afterwards.</summary>
    /// <param name="tape">A tape that is open, so before its one gradient is taken where it is not persistent.</param>
    /// <param name="target">Only what leads to it is drawn, with the gradient of its sum in every place. Without it all operations are drawn, without gradients.</param>
    /// <param name="title">What the picture shows; may be empty.</param>
    /// <returns>A picture of the values as they are now. Tensors of up to six elements show them, larger ones their shape and the norm of their gradient.</returns>
    /// <exception cref="TapeException">The tape is over or belongs to another thread, or did not record the target.</exception>
    /// <exception cref="ValueException">More is recorded than a picture can show.</exception>
    public static Graph Of(GradientTape tape, Tensor? target = null, string title = "")
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(title);
        return Whole(title, TapeGraph.Of(tape, target));
    }

    /// <summary>The layers of a model, with the shapes of their results and the numbers of their parameters.</summary>
    /// <param name="model">A graph of layers or a <see cref="Sequential"/>, built.</param>
    /// <param name="title">What the picture shows; the model's name by default.</param>
    /// <exception cref="ModelException">The model is not built, or computes in a <c>Call</c> of its own.</exception>
    public static Graph Of(Model model, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Whole(title ?? model.Name, ModelGraph.Of(model));
    }

    private static Graph Whole(string title, List<GraphNode> nodes) => new(title, nodes, nodes.Count, nodes.Count);

    /// <summary>Names what a tensor is in the picture: by default the words of the program, so <c>Name(z)</c> names it z. Variables have their names without.</summary>
    /// <param name="tensor">Recorded by the tape, or a constant that an operation used.</param>
    /// <param name="name">The name.</param>
    /// <returns>This picture.</returns>
    /// <exception cref="ValueException">The tensor is not in the picture.</exception>
    public Graph Name(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(name);
        var node = _nodes.Find(node => node.Tensors.Any(one => ReferenceEquals(one, tensor)))
            ?? throw new ValueException($"Graph.Name: the tensor for the name '{name}' (shape {tensor.Shape}) is not in this picture: no operation in it made or used it.");
        node.Name = name;
        return this;
    }

    /// <summary>
    /// The same picture step by step: first the values come, operation by operation, then the gradients, from the target back. Pictures of equal size, for an animation or side by side.
    /// </summary>
    /// <returns>The last of them is the whole picture.</returns>
    public IReadOnlyList<Graph> Steps()
    {
        var steps = new List<Graph>();
        for (var values = 0; values <= _nodes.Count; values++)
        {
            if (values == _nodes.Count || _nodes[values].Inputs.Count > 0)
            {
                steps.Add(new Graph(Title, _nodes, values, 0));
            }
        }
        for (var gradients = 1; gradients <= _nodes.Count; gradients++)
        {
            if (_nodes[^gradients].Gradient is not null)
            {
                steps.Add(new Graph(Title, _nodes, _nodes.Count, gradients));
            }
        }
        return steps;
    }

    internal override Picture Draw()
    {
        var sizes = _nodes.ConvertAll(node => (Width: WidthOf(node), Height: 2 * Padding + node.LineCount * Line - 5));
        var layout = new LayeredLayout(sizes, [.. _nodes.Index().SelectMany(node => node.Item.Inputs.Select(input => (input, node.Index)))]);
        var width = Math.Max(LeastWidth, layout.Width + 2 * Edge);
        var (left, top) = ((width - layout.Width) / 2, Title.Length > 0 ? 52.0 : Edge);
        var picture = new Picture(width, top + Math.Max(layout.Height, 2 * Line) + Edge);
        picture.Rect("paper", 0, 0, picture.Width, picture.Height, radius: 8);
        if (Title.Length > 0)
        {
            picture.Text("title", Edge, Edge + 14, Title, room: width - 2 * Edge);
        }
        if (_nodes.Count == 0)
        {
            picture.Text("label", width / 2, top + Line, "nothing is recorded", Anchor.Middle);
        }
        foreach (var route in layout.Routes)
        {
            DrawEdge(picture, [.. route.Select(point => (left + point.X, top + point.Y))]);
        }
        foreach (var (index, node) in _nodes.Index())
        {
            DrawNode(picture, node, index, left + layout.Nodes[index].X, top + layout.Nodes[index].Y, sizes[index]);
        }
        return picture;
    }

    private static void DrawEdge(Picture picture, (double X, double Y)[] route)
    {
        const double Arrow = 7;
        var (tipX, tipY) = route[^1];
        route[^1] = (tipX, tipY - Arrow + 1);
        var points = new List<(double X, double Y)> { route[0] };
        for (var i = 1; i < route.Length; i++)
        {
            var (from, to) = (route[i - 1], route[i]);
            for (var piece = 1; i % 2 == 1 && piece < PiecesOfCurve; piece++)
            {
                // A cubic curve that leaves and arrives upright.
                var t = (double)piece / PiecesOfCurve;
                points.Add((from.X + (to.X - from.X) * t * t * (3 - 2 * t), from.Y + (to.Y - from.Y) * t * (1.5 - 1.5 * t + t * t)));
            }
            points.Add(to);
        }
        picture.Path("arrow", points);
        picture.Path("arrowhead", [(tipX - 4, tipY - Arrow), (tipX + 4, tipY - Arrow), (tipX, tipY)], closed: true);
    }

    private void DrawNode(Picture picture, GraphNode node, int index, double x, double y, (double Width, double Height) size)
    {
        var (left, top) = (x - size.Width / 2, y - size.Height / 2);
        picture.Rect(KindOf(node), left, top, size.Width, size.Height, radius: node.Kind is GraphNodeKind.Operation or GraphNodeKind.Target ? 7 : 16, hover: node.Hover);
        var baseline = top + Padding + 11;
        Write("head", node.FullTitle);
        foreach (var line in node.Lines)
        {
            Write("tick", index < _values || node.Inputs.Count == 0 ? line : "");
        }
        Write("slope", node.Gradient is { } gradient && index >= _nodes.Count - _gradients ? gradient : "");

        void Write(string kind, string text)
        {
            if (text.Length > 0)
            {
                picture.Text(kind, x, baseline, text, Anchor.Middle);
            }
            baseline += Line;
        }
    }

    private static string KindOf(GraphNode node) => node.Kind switch
    {
        GraphNodeKind.Source => "strongbox c2",
        GraphNodeKind.Constant => "palebox",
        GraphNodeKind.Target => "strongbox c0",
        _ => "box",
    };

    private static double WidthOf(GraphNode node) =>
        Math.Max(LeastNode, 2 * Padding + node.Lines.Append(node.Gradient ?? "").Select(line => TextMeasure.Width(line)).Append(TextMeasure.Width(node.FullTitle) * 1.06).Max());
}
