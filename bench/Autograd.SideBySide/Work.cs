using System.Globalization;
using static Autograd.Tensor;

namespace Autograd.SideBySide;

/// <summary>What a row has to reach: a ratio to its peer, or a time.</summary>
/// <param name="Ratio">Peer over ours, at least.</param>
/// <param name="Microseconds">Ours, at most.</param>
internal readonly record struct Target(double? Ratio = null, double? Microseconds = null)
{
    public static implicit operator Target(double ratio) => new(ratio);

    /// <summary>Null without a target or a measurement.</summary>
    public bool? MetBy(double? ours, double? ratio) => (Ratio, Microseconds) switch
    {
        ({ } least, _) => ratio is { } value ? value >= least : null,
        (_, { } most) => ours is { } value ? value <= most : null,
        _ => null,
    };

    public override string ToString() => (Ratio, Microseconds) switch
    {
        ({ } least, _) => least.ToString(CultureInfo.InvariantCulture),
        (_, { } most) => string.Create(CultureInfo.InvariantCulture, $"<={most}us"),
        _ => "-",
    };
}

/// <summary>The most that the machine allows for a work, measured beside it; makes a row of its own.</summary>
/// <param name="Name">What the limit is: "fma" or "triad".</param>
/// <param name="Target">The share of the limit to reach; none: the share is only noted.</param>
/// <param name="Time">Microseconds that the work would take at the limit, measured for about so many microseconds.</param>
internal sealed record Limit(string Name, double? Target, Func<double, double> Time);

/// <summary>One row of the comparison.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Target">What it has to reach.</param>
/// <param name="Ours">Prepares our side and returns one call of it; null: not there yet.</param>
/// <param name="PerCall">How often one call of ours does the work.</param>
/// <param name="Limit">What the machine allows.</param>
/// <param name="Large">Left out of a quick run.</param>
internal sealed record Work(string Name, Target Target, Func<Action>? Ours, int PerCall = 1, Limit? Limit = null, bool Large = false)
{
    /// <summary>The name in peer.py: what Fit does is held against a bare step there.</summary>
    public string PeerName => Name.EndsWith("-fit", StringComparison.Ordinal) ? $"{Name[..^4]}-step" : Name;

    /// <summary>How often one call of the peer does the work.</summary>
    public int PeerPerCall => PeerName == Name ? PerCall : 1;

    /// <summary>All rows but those of whole processes (Processes.cs), with their targets.</summary>
    public static Work[] All { get; } =
    [
        new("mul16-recorded", new Target(Microseconds: 0.05), Networks.RecordedProducts, PerCall: 100),
        new("mul16-backward", new Target(Microseconds: 0.08), Networks.DifferentiatedProducts, PerCall: 100),
        new("iris-step", 20, Networks.Iris),
        new("xor-step", 60, Networks.Xor),
        new("digits-step", 12, Networks.Digits),
        new("mnist-step", 1.6, Networks.Mnist),
        new("mlp-step", 1.35, Networks.Mlp),
        new("cnn-step", 1.5, Networks.Cnn),
        new("lstm-step", 3, Networks.Lstm),

        new("digits-fit", 12, Networks.DigitsFit, PerCall: Networks.BatchesPerFit),
        new("mlp-fit", 1.35, Networks.MlpFit, PerCall: Networks.BatchesPerFit),
        new("cnn-fit", 1.5, Networks.CnnFit, PerCall: Networks.BatchesPerFit),
        new("lstm-fit", 3, Networks.LstmFit, PerCall: Networks.BatchesPerFit),

        new("exp-64k", 1.3, Elementwise([1 << 16], Exp)),
        new("exp-4m", 1.3, Elementwise([1 << 22], Exp)),
        new("sigmoid-64k", 1.3, Elementwise([1 << 16], Sigmoid)),
        new("sigmoid-4m", 1.3, Elementwise([1 << 22], Sigmoid)),
        new("tanh-64k", 4, Elementwise([1 << 16], Tanh)),
        new("log-64k", 1.1, Elementwise([1 << 16], Log)),
        new("softmax-64k", 1.4, Elementwise([64, 1024], x => Softmax(x))),
        new("silu-64k", 2, Elementwise([1 << 16], Silu)),
        new("add-64m", 1.2, Elementwise([1 << 26], (x, y) => x + y), Limit: Triad, Large: true),
        new("mul-64m", 1.2, Elementwise([1 << 26], (x, y) => x * y), Limit: Triad, Large: true),
        new("sum-64m", 1.2, Elementwise([1 << 26], x => x.Sum()), Large: true),

        new("batchnorm", default, Networks.BatchNormalized),
        new("linear-65536x64x64", default, Networks.Biased),

        Product(64),
        Product(128),
        Product(256),
        Product(512),
        Product(1024),
        Product(2048),
        Product(512, "-nt"),
        Product(512, "-tn"),
        Product(32, 400, 25),               // digits, forward
        Product(64, 784, 128),              // mnist, forward
        Product(784, 64, 128, "-tn"),       // mnist, gradient of the weights
        Product(128, 784, 512),             // mlp, forward
        Product(128, 512, 512, "-nt"),      // mlp, gradient of the hidden values
        Product(512, 128, 512, "-tn"),      // mlp, gradient of the weights
    ];

    private const double ProductTarget = 1.05, PeakTarget = 0.93, TriadTarget = 0.9;

    private static Limit Triad => new("triad", TriadTarget, _ => Machine.TriadTime());

    // A result is disposed as soon as it is not needed, as the peer's reference counts do, so that both write to memory that is in a cache.
    private static Func<Action> Elementwise(Shape shape, Func<Tensor, Tensor> f) => () =>
    {
        var x = RandomUniform(shape, 0.1, 1.1, seed: 1);
        return () => f(x).Dispose();
    };

    private static Func<Action> Elementwise(Shape shape, Func<Tensor, Tensor, Tensor> f) => () =>
    {
        var (x, y) = (RandomUniform(shape, 0.1, 1.1, seed: 1), RandomUniform(shape, 0.1, 1.1, seed: 2));
        return () => f(x, y).Dispose();
    };

    private static Work Product(int n, string layout = "") =>
        Product(string.Create(CultureInfo.InvariantCulture, $"matmul-{n}{layout}"), n, n, n, layout, layout.Length == 0 ? PeakTarget : null);

    private static Work Product(int m, int k, int n, string layout = "") =>
        Product(string.Create(CultureInfo.InvariantCulture, $"matmul-{m}x{k}x{n}{layout}"), m, k, n, layout, null);

    private static Work Product(string name, int m, int k, int n, string layout, double? share)
    {
        var operations = 2.0 * m * k * n;
        // Work of a few microseconds is not worth a second core, to anybody.
        var cores = operations < 2 * 96 * 96 * 96 ? 1 : Environment.ProcessorCount;
        return new(name, ProductTarget, Ours, Limit: new("fma", share, us => Machine.FmaTime(operations, cores, us)));

        Action Ours()
        {
            var (transposeX, transposeY) = (layout.StartsWith("-t", StringComparison.Ordinal), layout.EndsWith('t'));
            var x = RandomUniform(transposeX ? [k, m] : [m, k], seed: 1);
            var y = RandomUniform(transposeY ? [n, k] : [k, n], seed: 2);
            return () => MatMul(x, y, transposeX, transposeY).Dispose();
        }
    }
}
