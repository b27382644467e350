using System.Diagnostics;
using Autograd.Reports;

namespace Autograd;

/// <summary>What a training has measured so far, and the page that shows it. One thread trains and adds; any thread may ask for the page.</summary>
internal sealed class TrainingCurves(string? title, string? monitor)
{
    // Within long epochs, so many looks are kept; then every second goes.
    private const int MostLooks = 512;

    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new();
    private readonly OrderedDictionary<string, Curve> _epochs = [];
    private readonly OrderedDictionary<string, Curve> _looks = [];
    private readonly Curve _rates = new();
    private readonly Curve _seconds = new();
    private Facts _facts = new("", "", 0, [], null);
    private TrainingRun _run = null!;
    private string _state = "";
    private double _epochBegan;
    private double _ended;
    private int _every = 1;
    private int _looked;
    private long _version;

    /// <summary>Grows with every change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Whether the training is over.</summary>
    public bool HasEnded => _ended > 0;

    /// <summary>The time since the beginning, in seconds.</summary>
    public double Seconds => _clock.Elapsed.TotalSeconds;

    private sealed class Curve
    {
        public List<double> Epochs { get; init; } = [];

        public List<double> Values { get; init; } = [];

        public void Add(double epoch, double value)
        {
            Epochs.Add(epoch);
            Values.Add(value);
        }

        public Curve Copy() => new() { Epochs = [.. Epochs], Values = [.. Values] };
    }

    private sealed record Facts(string Title, string Optimizer, long Parameters, IReadOnlyList<IReadOnlyList<string>> Layers, double? Rate);

    public void Begin(Model model, TrainingRun run)
    {
        lock (_lock)
        {
            _epochs.Clear();
            _looks.Clear();
            foreach (var list in (List<double>[])[_rates.Epochs, _rates.Values, _seconds.Epochs, _seconds.Values])
            {
                list.Clear();
            }
            (_run, _every, _looked, _epochBegan, _ended) = (run, 1, 0, 0, 0);
            _facts = FactsOf(model);
            _state = $"In training: no epoch of {run.Epochs} is complete yet";
            _clock.Restart();
        }
        Interlocked.Increment(ref _version);
    }

    private Facts FactsOf(Model model) => new(
        title ?? model.Name, model.CompilationOrNull is { } compilation ? compilation.Optimizer.GetType().Name : "", model.ParameterCount,
        [.. model.Layers.Select(layer => (IReadOnlyList<string>)[layer.Describe(), SummaryTable.ShapeOf(layer), layer.ParameterCount.ToString(Markup.Invariant)])],
        Rate(model));

    private static double? Rate(Model model) => model.CompilationOrNull?.Optimizer is { } optimizer ? optimizer.LearningRate.At(Math.Max(0, optimizer.Iterations - 1)) : null;

    /// <summary>The measures of a complete epoch.</summary>
    public void Add(Model model, int epoch, Logs logs)
    {
        lock (_lock)
        {
            var now = Seconds;
            if (_seconds.Values.Count == 0)
            {
                _facts = FactsOf(model); // a model may have been built by its first batch
            }
            _seconds.Add(epoch + 1, now - _epochBegan);
            _epochBegan = now;
            if (Rate(model) is { } rate)
            {
                _rates.Add(epoch + 1, rate);
            }
            foreach (var (name, value) in logs)
            {
                Of(_epochs, name).Add(epoch + 1, value);
            }
            _state = $"In training: {epoch + 1} of {_run.Epochs} epochs";
        }
        Interlocked.Increment(ref _version);
    }

    /// <summary>The measures of an epoch that goes on.</summary>
    public void Look(int epoch, int step, Logs logs)
    {
        lock (_lock)
        {
            var progress = _run.Steps is { } steps ? Math.Min(1, (double)step / steps) : 0.5;
            var stepText = _run.Steps is { } all ? $"step {step} of {all}" : $"step {step}";
            _state = $"In training: epoch {epoch + 1} of {_run.Epochs}, {stepText}{(logs.Count > 0 ? $" ({logs})" : "")}";
            if (_looked++ % _every == 0)
            {
                foreach (var (name, value) in logs)
                {
                    Of(_looks, name).Add(epoch + progress, value);
                }
                if (_looks.Values.Any(curve => curve.Values.Count > MostLooks))
                {
                    _every *= 2;
                    foreach (var curve in _looks.Values)
                    {
                        Halve(curve.Epochs);
                        Halve(curve.Values);
                    }
                }
            }
        }
        Interlocked.Increment(ref _version);

        static void Halve(List<double> list)
        {
            var kept = list.Where((_, i) => i % 2 == 0).ToList();
            list.Clear();
            list.AddRange(kept);
        }
    }

    /// <summary>The training is over.</summary>
    public void End(string how)
    {
        lock (_lock)
        {
            _ended = Seconds;
            _state = $"{how} {(_seconds.Epochs.Count == 0 ? 0 : _seconds.Epochs[^1])} of {_run.Epochs} epochs";
        }
        Interlocked.Increment(ref _version);
    }

    private static Curve Of(OrderedDictionary<string, Curve> curves, string name)
    {
        if (!curves.TryGetValue(name, out var curve))
        {
            curves[name] = curve = new Curve();
        }
        return curve;
    }

    /// <summary>The page as of now.</summary>
    /// <param name="more">Adds what comes between the curves and the table of layers.</param>
    public ReportPage Page(Action<ReportPage>? more = null)
    {
        OrderedDictionary<string, Curve> epochs, looks;
        Curve rates, seconds;
        Facts facts;
        string state;
        double ended;
        lock (_lock)
        {
            (epochs, looks, rates, seconds, facts, state) = (Copy(_epochs), Copy(_looks), _rates.Copy(), _seconds.Copy(), _facts, _state);
            ended = _ended > 0 ? _ended : Seconds;
        }
        // Callbacks that change the rate have measured it themselves.
        if (epochs.Remove("learning_rate", out var measured))
        {
            rates = measured;
        }
        var page = new ReportPage(facts.Title);
        var best = Best(epochs, out var monitored);
        page.AddText(Text(state, ended, facts, rates, epochs, best, monitored));
        foreach (var (name, curve) in epochs.Count > 0 ? epochs : looks)
        {
            if (!name.StartsWith("val_", StringComparison.Ordinal))
            {
                page.AddChart(Chart(name, epochs.Count > 0 ? curve : null, epochs.GetValueOrDefault("val_" + name), looks.GetValueOrDefault(name), best));
            }
        }
        if (rates.Values.Distinct().Skip(1).Any())
        {
            page.AddChart(new LineChart("learning rate", xLabel: "epoch").Add("", rates.Epochs, rates.Values, steps: true));
        }
        if (seconds.Values.Count > 1)
        {
            page.AddChart(new LineChart("seconds per epoch", xLabel: "epoch").Add("", seconds.Epochs, seconds.Values));
        }
        more?.Invoke(page);
        return page.AddTable(["layer", "output", "parameters"], facts.Layers);

        static OrderedDictionary<string, Curve> Copy(OrderedDictionary<string, Curve> curves)
        {
            var copy = new OrderedDictionary<string, Curve>();
            foreach (var (name, curve) in curves)
            {
                copy[name] = curve.Copy();
            }
            return copy;
        }
    }

    private static LineChart Chart(string name, Curve? training, Curve? validation, Curve? looks, int? best)
    {
        var chart = new LineChart(name, xLabel: "epoch");
        chart.Add("training", training?.Epochs ?? [], training?.Values ?? []);
        if (validation is not null)
        {
            chart.Add("validation", validation.Epochs, validation.Values);
        }
        if ((validation ?? training) is { } marked && best is { } epoch && marked.Epochs.IndexOf(epoch) is >= 0 and var at)
        {
            chart.AddPoints("best epoch", [(double)epoch], [marked.Values[at]]);
        }
        if (looks is not null)
        {
            chart.Add("within the epoch", looks.Epochs, looks.Values);
        }
        return chart;
    }

    // The epoch with the best value of the measure that one looks at.
    private int? Best(OrderedDictionary<string, Curve> epochs, out string? monitored)
    {
        monitored = monitor ?? (epochs.ContainsKey("val_loss") ? "val_loss" : "loss");
        if (!epochs.TryGetValue(monitored, out var curve) || curve.Values.Count < 2)
        {
            return null;
        }
        var wantsMore = new Monitored(monitored, MonitorMode.Auto).WantsMore;
        var best = -1;
        for (var i = 0; i < curve.Values.Count; i++)
        {
            var value = curve.Values[i];
            best = !double.IsNaN(value) && (best < 0 || (wantsMore ? value > curve.Values[best] : value < curve.Values[best])) ? i : best;
        }
        return best < 0 ? null : (int)curve.Epochs[best];
    }

    private static string Text(string state, double seconds, Facts facts, Curve rates, OrderedDictionary<string, Curve> epochs, int? best, string? monitored)
    {
        var time = seconds < 10 ? seconds.ToString("0.##", Markup.Invariant) : seconds.ToString("0", Markup.Invariant);
        var with = facts.Optimizer.Length > 0 ? $" with {facts.Optimizer}" : "";
        var constant = rates.Values.Distinct().Take(2).ToArray() is [var only] ? only : (double?)null;
        var rate = with.Length > 0 && constant is { } one ? string.Create(Markup.Invariant, $" at a learning rate of {one:G4}") : "";
        var text = string.Create(Markup.Invariant, $"{state} in {time} s{with}{rate}. The model has {facts.Parameters:N0} parameters.");
        if (best is not { } epoch || monitored is null)
        {
            return text;
        }
        var curve = epochs[monitored];
        return text + string.Create(Markup.Invariant, $" Best epoch: {epoch}, with {monitored} {Logs.Format(curve.Values[curve.Epochs.IndexOf(epoch)])}.");
    }
}
