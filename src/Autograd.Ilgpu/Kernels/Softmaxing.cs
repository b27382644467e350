using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>Softmax or log-softmax over rows, and its pullback: a team to a row.</summary>
internal static class Softmaxing<T> where T : unmanaged, IReal<T>
{
    private static readonly Kernel<Action<KernelConfig, Team, int, ArrayView<T>, ArrayView<T>>> s_forward =
        new(accelerator => accelerator.LoadStreamKernel<Team, int, ArrayView<T>, ArrayView<T>>(Forward));

    private static readonly Kernel<Action<KernelConfig, Team, int, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_pullback =
        new(accelerator => accelerator.LoadStreamKernel<Team, int, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Pullback));

    public static void Run(IlgpuBackend backend, bool logarithm, Tensor x, int rows, int n, Tensor y)
    {
        var team = new Team(backend, rows, n);
        var kernel = s_forward.On(backend);
        lock (backend.Sync)
        {
            kernel(team.Launch(backend), team, logarithm ? 1 : 0, x.On<T>(), y.On<T>());
        }
    }

    public static void RunPullback(IlgpuBackend backend, bool logarithm, Tensor dy, Tensor y, int rows, int n, Tensor dx)
    {
        var team = new Team(backend, rows, n);
        var kernel = s_pullback.On(backend);
        lock (backend.Sync)
        {
            kernel(team.Launch(backend), team, logarithm ? 1 : 0, dy.On<T>(), y.On<T>(), dx.On<T>());
        }
    }

    /// <summary>The largest element of a row, and the sum of e^(x - largest).</summary>
    public static void Totals(Team team, Line line, ArrayView<T> shared, ArrayView<T> x, out T largest, out T sum)
    {
        var most = x[line.First];
        for (var i = line.Start; i < line.End; i += team.Width)
        {
            most = T.Max(most, x[i]);
        }
        most = team.Combine<MaxOf<T>, T>(shared, most);
        var total = T.Zero;
        for (var i = line.Start; i < line.End; i += team.Width)
        {
            total += T.Exp(x[i] - most);
        }
        largest = most;
        sum = team.Combine<SumOf<T>, T>(shared, total);
    }

    private static void Forward(Team team, int logarithm, ArrayView<T> x, ArrayView<T> y)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        for (var row = team.First; row < team.Rows; row += team.Step)
        {
            var line = team.Line(row);
            Totals(team, line, shared, x, out var largest, out var sum);
            var last = logarithm != 0 ? T.Log(sum) : T.One / sum;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                var shifted = x[i] - largest;
                y[i] = logarithm != 0 ? shifted - last : T.Exp(shifted) * last;
            }
        }
    }

    private static void Pullback(Team team, int logarithm, ArrayView<T> dy, ArrayView<T> y, ArrayView<T> dx)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        for (var row = team.First; row < team.Rows; row += team.Step)
        {
            var line = team.Line(row);
            var sum = T.Zero;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                sum += logarithm != 0 ? dy[i] : dy[i] * y[i];
            }
            sum = team.Combine<SumOf<T>, T>(shared, sum);
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                dx[i] = logarithm != 0 ? dy[i] - (T.Exp(y[i]) * sum) : y[i] * (dy[i] - sum);
            }
        }
    }
}

/// <summary>The labels of rows, as distributions.</summary>
internal interface ILabels<T> where T : unmanaged
{
    /// <summary>The probability of class k of a row, which is element i of all.</summary>
    T Of(int row, int k, int i);
}

/// <summary>A class for each row: probability 1 there, 0 elsewhere.</summary>
internal readonly struct ClassLabels<T>(ArrayView<long> classes) : ILabels<T> where T : unmanaged, IReal<T>
{
    private readonly ArrayView<long> _classes = classes;

    public T Of(int row, int k, int i) => k == _classes[row] ? T.One : T.Zero;
}

internal readonly struct DistributionLabels<T>(ArrayView<T> distributions) : ILabels<T> where T : unmanaged, IReal<T>
{
    private readonly ArrayView<T> _distributions = distributions;

    public T Of(int row, int k, int i) => _distributions[i];
}

/// <summary>Cross-entropy of softmax over rows, and its pullback: a team to a row.</summary>
internal static class CrossEntropies<TLabels, T> where TLabels : struct, ILabels<T> where T : unmanaged, IReal<T>
{
    private static readonly Kernel<Action<KernelConfig, Team, ArrayView<T>, TLabels, ArrayView<T>, ArrayView<T>>> s_forward =
        new(accelerator => accelerator.LoadStreamKernel<Team, ArrayView<T>, TLabels, ArrayView<T>, ArrayView<T>>(Forward));

    private static readonly Kernel<Action<KernelConfig, Team, ArrayView<T>, ArrayView<T>, TLabels, ArrayView<T>>> s_pullback =
        new(accelerator => accelerator.LoadStreamKernel<Team, ArrayView<T>, ArrayView<T>, TLabels, ArrayView<T>>(Pullback));

    public static void Run(IlgpuBackend backend, Tensor logits, TLabels labels, int rows, int n, Tensor logarithms, Tensor loss)
    {
        var team = new Team(backend, rows, n);
        var kernel = s_forward.On(backend);
        lock (backend.Sync)
        {
            kernel(team.Launch(backend), team, logits.On<T>(), labels, logarithms.On<T>(), loss.On<T>());
        }
    }

    public static void RunPullback(IlgpuBackend backend, Tensor dy, Tensor logarithms, TLabels labels, int rows, int n, Tensor dx)
    {
        var team = new Team(backend, rows, n);
        var kernel = s_pullback.On(backend);
        lock (backend.Sync)
        {
            kernel(team.Launch(backend), team, dy.On<T>(), logarithms.On<T>(), labels, dx.On<T>());
        }
    }

    // 0 times -infinity is 0.
    private static void Forward(Team team, ArrayView<T> x, TLabels labels, ArrayView<T> logarithms, ArrayView<T> loss)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        for (var row = team.First; row < team.Rows; row += team.Step)
        {
            var line = team.Line(row);
            Softmaxing<T>.Totals(team, line, shared, x, out var largest, out var sum);
            var last = T.Log(sum);
            var product = T.Zero;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                var logarithm = x[i] - largest - last;
                var label = labels.Of(line.Row, i - line.First, i);
                logarithms[i] = logarithm;
                product += T.Select(T.Equal(label, T.Zero), T.Zero, label * logarithm);
            }
            product = team.Combine<SumOf<T>, T>(shared, product);
            if (line.IsFirst)
            {
                loss[line.Row] = -product;
            }
        }
    }

    private static void Pullback(Team team, ArrayView<T> dy, ArrayView<T> logarithms, TLabels labels, ArrayView<T> dx)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        for (var row = team.First; row < team.Rows; row += team.Step)
        {
            var line = team.Line(row);
            var total = T.Zero;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                total += labels.Of(line.Row, i - line.First, i);
            }
            total = team.Combine<SumOf<T>, T>(shared, total);
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                dx[i] = dy[line.Row] * ((T.Exp(logarithms[i]) * total) - labels.Of(line.Row, i - line.First, i));
            }
        }
    }
}
