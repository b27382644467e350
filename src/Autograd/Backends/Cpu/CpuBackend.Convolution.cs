namespace Autograd.Backends.Cpu;

/// <summary>Convolutions. The work itself is in <see cref="ConvolutionProduct"/>, and where windows are single pixels in <see cref="MatrixProduct"/>.</summary>
internal sealed unsafe partial class CpuBackend
{
    public override void Convolve(Tensor x, Tensor kernel, Tensor? bias, Windows windows, Tensor y)
    {
        if (y.DType == DType.Float32)
        {
            Correlate<float>(x, kernel, bias, windows, y, adjoint: false);
        }
        else if (y.DType == DType.Float64)
        {
            Correlate<double>(x, kernel, bias, windows, y, adjoint: false);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }

    public override void ConvolveInput(Tensor dy, Tensor kernel, Windows windows, Tensor dx)
    {
        if (dx.DType == DType.Float32)
        {
            Correlate<float>(dy, kernel, null, windows, dx, adjoint: true);
        }
        else if (dx.DType == DType.Float64)
        {
            Correlate<double>(dy, kernel, null, windows, dx, adjoint: true);
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
            KernelGradient<float>(x, dy, windows, dkernel);
        }
        else if (dkernel.DType == DType.Float64)
        {
            KernelGradient<double>(x, dy, windows, dkernel);
        }
        else
        {
            throw NoKernel(dkernel.DType);
        }
    }

    private static void Correlate<E>(Tensor source, Tensor kernel, Tensor? bias, Windows windows, Tensor target, bool adjoint) where E : unmanaged
    {
        fixed (E* from = &source.First<E>(), weights = &kernel.First<E>(), offsets = &Or<E>(bias), to = &target.First<E>())
        {
            if (windows.IsPointwise && windows.Groups == 1)
            {
                var (channels, filters) = (windows.Channels, windows.Filters);
                var pixels = source.Size / source.Shape[^1];
                MatrixProduct.Run(adjoint
                    ? new MatrixOperands<E>(from, filters, 1, weights, 1, channels == 1 ? 1 : filters, to, pixels, channels, filters)
                    : new MatrixOperands<E>(from, channels, 1, weights, filters, 1, to, pixels, filters, channels, offsets));
            }
            else
            {
                ConvolutionProduct.Correlate(from, weights, offsets, to, windows, adjoint);
            }
        }
    }

    private static void KernelGradient<E>(Tensor x, Tensor dy, Windows windows, Tensor dkernel) where E : unmanaged
    {
        fixed (E* images = &x.First<E>(), results = &dy.First<E>(), kernel = &dkernel.First<E>())
        {
            if (windows.IsPointwise && windows.Groups == 1)
            {
                var (channels, filters) = (windows.Channels, windows.Filters);
                MatrixProduct.Run(new MatrixOperands<E>(images, 1, channels, results, filters, 1, kernel, channels, filters, x.Size / channels));
            }
            else
            {
                ConvolutionProduct.Kernel(images, results, kernel, windows);
            }
        }
    }
}
