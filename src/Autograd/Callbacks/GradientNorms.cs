using Autograd.Reports;

namespace Autograd;

/// <summary>How large the gradients of the layers are while a model trains, from a few steps of each epoch.</summary>
internal sealed class GradientNorms
{
    private const int LooksPerEpoch = 8;
    private const int MostLayers = 6;
    private const string All = "all";

    private readonly OrderedDictionary<string, (List<double> Epochs, List<double> Norms)> _curves = [];
    private readonly OrderedDictionary<string, double> _squares = [];
    private readonly Dictionary<Variable, string> _layerOf = new(ReferenceEqualityComparer.Instance);
    private Model? _model;
    private int _stride;
    private int _looks;
    private bool _isLooking;

    public void Begin(Model model, TrainingRun run)
    {
        End();
        _curves.Clear();
        _squares.Clear();
        _layerOf.Clear();
        (_model, _looks, _stride) = (model, 0, Math.Max(1, (run.Steps ?? 16 * LooksPerEpoch) / LooksPerEpoch));
        if (model.CompilationOrNull is { } compilation)
        {
            compilation.Optimizer.Watching = See;
        }
    }

    public void BeginStep(int step) => _isLooking = step % _stride == 0;

    private void See(IReadOnlyList<Variable> variables, IReadOnlyList<Tensor?> gradients)
    {
        if (!_isLooking)
        {
            return;
        }
        _looks++;
        for (var i = 0; i < Math.Min(variables.Count, gradients.Count); i++)
        {
            if (gradients[i] is { } gradient && gradient.DType.IsFloating())
            {
                var norm = gradient.Norm().Item();
                var layer = LayerOf(variables[i]);
                _squares[layer] = _squares.GetValueOrDefault(layer) + norm * norm;
                _squares[All] = _squares.GetValueOrDefault(All) + norm * norm;
            }
        }
    }

    private string LayerOf(Variable variable)
    {
        if (!_layerOf.TryGetValue(variable, out var name))
        {
            name = _model!.Layers.FirstOrDefault(layer => layer.Weights.Any(weight => ReferenceEquals(weight, variable)))?.Name ?? variable.Name;
            _layerOf[variable] = name;
        }
        return name;
    }

    public void EndEpoch(int epoch)
    {
        foreach (var (layer, squares) in _squares)
        {
            if (!_curves.TryGetValue(layer, out var curve))
            {
                _curves[layer] = curve = ([], []);
            }
            curve.Epochs.Add(epoch + 1);
            curve.Norms.Add(Math.Sqrt(squares / Math.Max(1, _looks)));
        }
        _squares.Clear();
        _looks = 0;
    }

    public void End()
    {
        if (_model?.CompilationOrNull is { } compilation)
        {
            compilation.Optimizer.Watching = null;
        }
        _model = null;
    }

    /// <summary>A line for each layer, and one for all together; of many layers some from the first to the last.</summary>
    public LineChart Chart()
    {
        var chart = new LineChart("gradient norms", xLabel: "epoch", logarithmicY: true);
        var layers = _curves.Keys.Where(name => name != All).ToList();
        var shown = layers.Count <= MostLayers ? layers : [.. Enumerable.Range(0, MostLayers).Select(i => layers[i * (layers.Count - 1) / (MostLayers - 1)])];
        foreach (var name in shown.Append(All).Where(_curves.ContainsKey))
        {
            chart.Add(name, _curves[name].Epochs, _curves[name].Norms);
        }
        return chart;
    }
}
