using Autograd.Ops;

namespace Autograd.Backends.Ilgpu;

/// <content>Convolutions, all of them matrix products.</content>
internal sealed partial class IlgpuBackend
{
    public override void Convolve(Tensor x, Tensor kernel, Tensor? bias, Windows windows, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            Convolve<Real32>(x, kernel, windows, y);
        }
        else if (y.DType == DType.Float64)
        {
            Convolve<Real64>(x, kernel, windows, y);
        }
        else
        {
            throw NoKernel(y.DType);
        }
        if (bias is not null)
        {
            Zip(default(AddFormula), y, bias, y);
        }
    }

    public override void ConvolveInput(Tensor dy, Tensor kernel, Windows windows, Tensor dx)
    {
        if (dx.DType == DType.Float32)
        {
            ConvolveInput<Real32>(dy, kernel, windows, dx);
        }
        else if (dx.DType == DType.Float64)
        {
            ConvolveInput<Real64>(dy, kernel, windows, dx);
        }
        else
        {
            throw NoKernel(dx.DType);
        }
    }

    public override void ConvolveKernel(Tensor x, Tensor dy, Windows windows, Tensor dkernel)
    {
        if (dkernel.DType == DType.Float32)
        {
            ConvolveKernel<Real32>(x, dy, windows, dkernel);
        }
        else if (dkernel.DType == DType.Float64)
        {
            ConvolveKernel<Real64>(x, dy, windows, dkernel);
        }
        else
        {
            throw NoKernel(dkernel.DType);
        }
    }

    private void Convolve<T>(Tensor x, Tensor kernel, Windows windows, Tensor y) where T : unmanaged, IReal<T>
    {
        if (IsMatrixProduct(windows))
        {
            var product = new Product { Batch = 1, M = x.Size / windows.Channels, N = windows.Filters, K = windows.Channels, RowA = windows.Channels, ColumnA = 1, RowB = windows.Filters, ColumnB = 1 };
            Products<MatrixProduct<T>, T>.Run(this, new(product, x.On<T>(), kernel.On<T>()), y);
            return;
        }
        Products<ConvolutionProduct<T>, T>.Run(this, new(windows) { Images = x.On<T>(), Kernel = kernel.On<T>() }, y);
    }

    private void ConvolveInput<T>(Tensor dy, Tensor kernel, Windows windows, Tensor dx) where T : unmanaged, IReal<T>
    {
        if (IsMatrixProduct(windows))
        {
            var product = new Product { Batch = 1, M = dx.Size / windows.Channels, N = windows.Channels, K = windows.Filters, RowA = windows.Filters, ColumnA = 1, RowB = 1, ColumnB = windows.Filters };
            Products<MatrixProduct<T>, T>.Run(this, new(product, dy.On<T>(), kernel.On<T>()), dx);
            return;
        }
        Products<InputProduct<T>, T>.Run(this, new InputProduct<T>(windows) { Gradient = dy.On<T>(), Kernel = kernel.On<T>(), Result = dx.On<T>() });
    }

    private void ConvolveKernel<T>(Tensor x, Tensor dy, Windows windows, Tensor dkernel) where T : unmanaged, IReal<T>
    {
        if (IsMatrixProduct(windows))
        {
            var product = new Product { Batch = 1, M = windows.Channels, N = windows.Filters, K = x.Size / windows.Channels, RowA = 1, ColumnA = windows.Channels, RowB = windows.Filters, ColumnB = 1 };
            Products<MatrixProduct<T>, T>.Run(this, new(product, x.On<T>(), dy.On<T>()), dkernel);
            return;
        }
        Products<KernelProduct<T>, T>.Run(this, new(windows) { Images = x.On<T>(), Gradient = dy.On<T>() }, dkernel);
    }

    // Where a window is a pixel.
    private static bool IsMatrixProduct(Windows windows) => windows.IsPointwise && windows.Groups == 1;
}
