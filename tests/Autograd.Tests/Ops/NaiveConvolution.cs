namespace Autograd.Tests.Ops;

/// <summary>One convolution: extents, and the three bilinear maps as plain loops over every product x[i] kernel[k] y[o] there is.</summary>
internal sealed record NaiveConvolution(
    int Batch, int Channels, int Filters, int[] Input, int[] Window, int[] Strides, int[] Dilations, (int Before, int After)[] Padding, int Groups = 1)
{
    public int Rank => Input.Length;

    public int[] Output =>
        [.. Enumerable.Range(0, Rank).Select(a => ((Input[a] + Padding[a].Before + Padding[a].After - ((Window[a] - 1) * Dilations[a]) - 1) / Strides[a]) + 1)];

    public Shape InputShape => Shape.Of([Batch, .. Input, Channels]);

    public Shape KernelShape => Shape.Of([.. Window, Channels / Groups, Filters]);

    public Shape OutputShape => Shape.Of([Batch, .. Output, Filters]);

    public Tensor Call(Tensor x, Tensor kernel) => Tensor.Conv(x, kernel, Strides, Autograd.Padding.Of(Padding), Dilations, Groups);

    public double[] Result(double[] x, double[] kernel, double[]? bias = null)
    {
        double[] y = [.. Enumerable.Range(0, OutputShape.Size).Select(o => bias?[o % Filters] ?? 0)];
        ForEach((i, k, o) => y[o] += x[i] * kernel[k]);
        return y;
    }

    public double[] InputGradient(double[] dy, double[] kernel)
    {
        var dx = new double[InputShape.Size];
        ForEach((i, k, o) => dx[i] += dy[o] * kernel[k]);
        return dx;
    }

    public double[] KernelGradient(double[] x, double[] dy)
    {
        var gradient = new double[KernelShape.Size];
        ForEach((i, k, o) => gradient[k] += x[i] * dy[o]);
        return gradient;
    }

    /// <summary>Calls for all flat positions (input, kernel, output) that meet.</summary>
    private void ForEach(Action<int, int, int> meet)
    {
        var (perGroup, filtersPerGroup) = (Channels / Groups, Filters / Groups);
        var windows = Output.Aggregate(1, (a, b) => a * b);
        var taps = Window.Aggregate(1, (a, b) => a * b);
        for (var n = 0; n < Batch; n++)
        {
            for (var o = 0; o < windows; o++)
            {
                for (var k = 0; k < taps; k++)
                {
                    var (pixel, outside) = (0, false);
                    for (int axis = Rank - 1, restO = o, restK = k, stride = 1; axis >= 0; axis--)
                    {
                        var at = (restO % Output[axis] * Strides[axis]) + (restK % Window[axis] * Dilations[axis]) - Padding[axis].Before;
                        outside |= at < 0 || at >= Input[axis];
                        pixel += at * stride;
                        (restO, restK, stride) = (restO / Output[axis], restK / Window[axis], stride * Input[axis]);
                    }
                    for (var f = 0; f < Filters && !outside; f++)
                    {
                        for (var c = 0; c < perGroup; c++)
                        {
                            meet(
                                (((n * Input.Aggregate(1, (a, b) => a * b)) + pixel) * Channels) + (f / filtersPerGroup * perGroup) + c,
                                (((k * perGroup) + c) * Filters) + f,
                                (((n * windows) + o) * Filters) + f);
                        }
                    }
                }
            }
        }
    }

    public override string ToString() =>
        $"{InputShape} x {KernelShape}, strides {Shape.Of(Strides)}, dilations {Shape.Of(Dilations)}, padding {string.Join(' ', Padding)}, groups {Groups}";

    /// <summary>A geometry that exists, of any rank and size.</summary>
    public static NaiveConvolution Random(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var rank = 1 + random.Next(3);
            int[] Numbers(Func<int> number) => [.. Enumerable.Range(0, rank).Select(_ => number())];
            var groups = random.Next(3) == 0 ? 1 + random.Next(4) : 1;
            var depthwise = random.Next(6) == 0;
            var (channels, filters) = (groups * (1 + random.Next(random.Next(3) == 0 ? 20 : 5)), groups * (1 + random.Next(random.Next(3) == 0 ? 70 : 6)));
            if (depthwise)
            {
                groups = filters = channels = 1 + random.Next(40);
            }
            var one = new NaiveConvolution(
                1 + random.Next(3), channels, filters,
                Numbers(() => 1 + random.Next(rank == 1 ? 60 : rank == 2 ? 17 : 7)), Numbers(() => 1 + random.Next(4)),
                Numbers(() => random.Next(2) == 0 ? 1 : 1 + random.Next(4)), Numbers(() => random.Next(3) == 0 ? 1 + random.Next(3) : 1),
                [.. Enumerable.Range(0, rank).Select(_ => random.Next(2) == 0 ? (0, 0) : (random.Next(5), random.Next(5)))], groups);
            if (one.Output.All(extent => extent > 0)
                && Enumerable.Range(0, rank).All(a => one.Input[a] + one.Padding[a].Before + one.Padding[a].After > (one.Window[a] - 1) * one.Dilations[a])
                && (long)one.OutputShape.Size * one.KernelShape.Size / one.Filters < 2_000_000)
            {
                return one;
            }
        }
    }
}
