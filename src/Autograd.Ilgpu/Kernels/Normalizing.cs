using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>Layer and root-mean-square normalization of rows, and its pullback. A null gain counts as ones, a null offset as zeros.</summary>
internal static class Normalizing<T> where T : unmanaged, IReal<T>, IElement<T>
{
    /// <summary>The flags of a launch: what is subtracted and what is given.</summary>
    private const int Centered = 1;
    private const int Gain = 2;
    private const int Offset = 4;

    private static readonly Kernel<Action<KernelConfig, Team, int, T, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_forward =
        new(accelerator => accelerator.LoadStreamKernel<Team, int, T, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Forward));

    private static readonly Kernel<Action<KernelConfig, Team, int, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_pullback =
        new(accelerator => accelerator.LoadStreamKernel<Team, int, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Pullback));

    private static readonly Kernel<Action<KernelConfig, int, int, int, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>> s_columns =
        new(accelerator => accelerator.LoadStreamKernel<int, int, int, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>, ArrayView<T>>(Columns));

    public static void Run(IlgpuBackend backend, bool centered, double epsilon, Tensor x, Tensor? gain, Tensor? offset, int rows, int n, Tensor statistics, Tensor y)
    {
        var team = new Team(backend, rows, n);
        var flags = (centered ? Centered : 0) | (gain is null ? 0 : Gain) | (offset is null ? 0 : Offset);
        var kernel = s_forward.On(backend);
        lock (backend.Sync)
        {
            // A kernel wants some memory in place of what is not there.
            kernel(team.Launch(backend), team, flags, T.OfReal(epsilon), x.On<T>(), (gain ?? x).On<T>(), (offset ?? x).On<T>(), statistics.On<T>(), y.On<T>());
        }
    }

    public static void RunPullback(IlgpuBackend backend, bool centered, Tensor dy, Tensor x, Tensor? gain, Tensor statistics, int rows, int n, Tensor dx, Tensor dGain, Tensor dOffset)
    {
        var team = new Team(backend, rows, n);
        var flags = (centered ? Centered : 0) | (gain is null ? 0 : Gain);
        var (kernel, columns) = (s_pullback.On(backend), s_columns.On(backend));
        lock (backend.Sync)
        {
            kernel(team.Launch(backend), team, flags, dy.On<T>(), x.On<T>(), (gain ?? x).On<T>(), statistics.On<T>(), dx.On<T>());
            columns(backend.For(dGain.Size), rows, n, dGain.Shape[0], dy.On<T>(), x.On<T>(), statistics.On<T>(), dGain.On<T>(), dOffset.On<T>());
        }
    }

    private static void Forward(Team team, int flags, T epsilon, ArrayView<T> x, ArrayView<T> gain, ArrayView<T> offset, ArrayView<T> statistics, ArrayView<T> y)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        var size = T.OfWhole(team.N);
        for (var row = team.First; row < team.Rows; row += team.Step)
        {
            var line = team.Line(row);
            var sum = T.Zero;
            for (var i = (flags & Centered) != 0 ? line.Start : line.End; i < line.End; i += team.Width)
            {
                sum += x[i];
            }
            // Not centered, of nothing: a barrier that only some launches come to is too much for some compilers.
            var mean = team.Combine<SumOf<T>, T>(shared, sum) / size;
            var squares = T.Zero;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                squares += (x[i] - mean) * (x[i] - mean);
            }
            var scale = T.One / T.Sqrt((team.Combine<SumOf<T>, T>(shared, squares) / size) + epsilon);
            if (line.IsFirst)
            {
                statistics[2 * line.Row] = mean;
                statistics[(2 * line.Row) + 1] = scale;
            }
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                var value = (x[i] - mean) * scale;
                value = (flags & Gain) != 0 ? value * gain[i - line.First] : value;
                y[i] = (flags & Offset) != 0 ? value + offset[i - line.First] : value;
            }
        }
    }

    // With z = (x - mean) scale and g = dy gain: dx = scale (g - mean(g) - z mean(g z)).
    private static void Pullback(Team team, int flags, ArrayView<T> dy, ArrayView<T> x, ArrayView<T> gain, ArrayView<T> statistics, ArrayView<T> dx)
    {
        var shared = SharedMemory.Allocate<T>(IlgpuBackend.LargestGroup);
        var size = T.OfWhole(team.N);
        for (var row = team.First; row < team.Rows; row += team.Step)
        {
            var line = team.Line(row);
            var at = line.Row < team.Rows ? 2 * line.Row : 0;
            var mean = statistics[at];
            var scale = statistics[at + 1];
            var sum = T.Zero;
            var product = T.Zero;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                var g = (flags & Gain) != 0 ? dy[i] * gain[i - line.First] : dy[i];
                sum += (flags & Centered) != 0 ? g : T.Zero;
                product += g * ((x[i] - mean) * scale);
            }
            var meanOfG = team.Combine<SumOf<T>, T>(shared, sum) / size;
            var meanOfProduct = team.Combine<SumOf<T>, T>(shared, product) / size;
            for (var i = line.Start; i < line.End; i += team.Width)
            {
                var g = (flags & Gain) != 0 ? dy[i] * gain[i - line.First] : dy[i];
                dx[i] = scale * (g - meanOfG - ((x[i] - mean) * scale * meanOfProduct));
            }
        }
    }

    // A thread for each column of each part: neighbours read neighbouring columns.
    private static void Columns(int rows, int n, int parts, ArrayView<T> dy, ArrayView<T> x, ArrayView<T> statistics, ArrayView<T> dGain, ArrayView<T> dOffset)
    {
        for (var item = Grid.GlobalIndex.X; item < parts * n; item += Group.DimX * Grid.DimX)
        {
            var part = item / n;
            var end = (int)((long)rows * (part + 1) / parts);
            var gain = T.Zero;
            var offset = T.Zero;
            for (var row = (int)((long)rows * part / parts); row < end; row++)
            {
                var i = (row * n) + (item % n);
                gain += dy[i] * ((x[i] - statistics[2 * row]) * statistics[(2 * row) + 1]);
                offset += dy[i];
            }
            dGain[item] = gain;
            dOffset[item] = offset;
        }
    }
}
