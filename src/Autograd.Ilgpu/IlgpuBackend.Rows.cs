namespace Autograd.Backends.Ilgpu;

/// <content>Softmax, cross-entropy and normalization: what is done to each row.</content>
internal sealed partial class IlgpuBackend
{
    public override void Softmax(bool logarithm, Tensor x, int rows, int n, Tensor y)
    {
        if (y.Size == 0)
        {
            return;
        }
        if (x.DType == DType.Float32)
        {
            Softmaxing<Real32>.Run(this, logarithm, x, rows, n, y);
        }
        else if (x.DType == DType.Float64)
        {
            Softmaxing<Real64>.Run(this, logarithm, x, rows, n, y);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    public override void SoftmaxPullback(bool logarithm, Tensor dy, Tensor y, int rows, int n, Tensor dx)
    {
        if (dx.Size == 0)
        {
            return;
        }
        if (y.DType == DType.Float32)
        {
            Softmaxing<Real32>.RunPullback(this, logarithm, dy, y, rows, n, dx);
        }
        else if (y.DType == DType.Float64)
        {
            Softmaxing<Real64>.RunPullback(this, logarithm, dy, y, rows, n, dx);
        }
        else
        {
            throw NoKernel(y.DType);
        }
    }

    public override void CrossEntropy(Tensor logits, Tensor labels, int rows, int n, Tensor logarithms, Tensor loss)
    {
        if (rows == 0)
        {
            return;
        }
        if (logits.DType == DType.Float32)
        {
            CrossEntropy<Real32>(logits, labels, rows, n, logarithms, loss);
        }
        else if (logits.DType == DType.Float64)
        {
            CrossEntropy<Real64>(logits, labels, rows, n, logarithms, loss);
        }
        else
        {
            throw NoKernel(logits.DType);
        }
    }

    private void CrossEntropy<T>(Tensor logits, Tensor labels, int rows, int n, Tensor logarithms, Tensor loss) where T : unmanaged, IReal<T>
    {
        if (labels.DType == DType.Int64)
        {
            CrossEntropies<ClassLabels<T>, T>.Run(this, logits, new(labels.On<long>()), rows, n, logarithms, loss);
        }
        else if (labels.DType == logits.DType)
        {
            CrossEntropies<DistributionLabels<T>, T>.Run(this, logits, new(labels.On<T>()), rows, n, logarithms, loss);
        }
        else
        {
            throw NoKernel(labels.DType);
        }
    }

    public override void CrossEntropyPullback(Tensor dy, Tensor logarithms, Tensor labels, int rows, int n, Tensor dx)
    {
        if (rows == 0)
        {
            return;
        }
        if (logarithms.DType == DType.Float32)
        {
            CrossEntropyPullback<Real32>(dy, logarithms, labels, rows, n, dx);
        }
        else if (logarithms.DType == DType.Float64)
        {
            CrossEntropyPullback<Real64>(dy, logarithms, labels, rows, n, dx);
        }
        else
        {
            throw NoKernel(logarithms.DType);
        }
    }

    private void CrossEntropyPullback<T>(Tensor dy, Tensor logarithms, Tensor labels, int rows, int n, Tensor dx) where T : unmanaged, IReal<T>
    {
        if (labels.DType == DType.Int64)
        {
            CrossEntropies<ClassLabels<T>, T>.RunPullback(this, dy, logarithms, new(labels.On<long>()), rows, n, dx);
        }
        else if (labels.DType == dy.DType)
        {
            CrossEntropies<DistributionLabels<T>, T>.RunPullback(this, dy, logarithms, new(labels.On<T>()), rows, n, dx);
        }
        else
        {
            throw NoKernel(labels.DType);
        }
    }

    public override void Normalize(bool centered, double epsilon, Tensor x, Tensor? gain, Tensor? offset, int rows, int n, Tensor statistics, Tensor y)
    {
        if (rows == 0)
        {
            return;
        }
        if (x.DType == DType.Float32)
        {
            Normalizing<Real32>.Run(this, centered, epsilon, x, gain, offset, rows, n, statistics, y);
        }
        else if (x.DType == DType.Float64)
        {
            Normalizing<Real64>.Run(this, centered, epsilon, x, gain, offset, rows, n, statistics, y);
        }
        else
        {
            throw NoKernel(x.DType);
        }
    }

    public override void NormalizePullback(bool centered, Tensor dy, Tensor x, Tensor? gain, Tensor statistics, int rows, int n, Tensor dx, Tensor dGain, Tensor dOffset)
    {
        if (rows == 0)
        {
            Fill(dGain, 0);
            Fill(dOffset, 0);
        }
        else if (x.DType == DType.Float32)
        {
            Normalizing<Real32>.RunPullback(this, centered, dy, x, gain, statistics, rows, n, dx, dGain, dOffset);
        }
        else
        {
            Normalizing<Real64>.RunPullback(this, centered, dy, x, gain, statistics, rows, n, dx, dGain, dOffset);
        }
    }

    // ---- columns, of other kernels ----

    public override void NormalizeColumns(double epsilon, Tensor x, Tensor mean, Tensor? gain, Tensor? offset, Tensor variance, Tensor scale, Tensor y)
    {
        using var pause = Recording.Pause();
        Copy(Tensor.SquaredDifference(x, mean).Mean(0), variance);
        Copy(Tensor.Rsqrt(variance + epsilon), scale);
        var value = (x - mean) * scale;
        value = gain is null ? value : value * gain;
        Copy(offset is null ? value : value + offset, y);
    }

    public override void NormalizeColumnsPullback(Tensor dy, Tensor x, Tensor mean, Tensor scale, Tensor? gain, Tensor dx, Tensor dOffset, Tensor dGain)
    {
        using var pause = Recording.Pause();
        var z = (x - mean) * scale;
        Copy(dy.Sum(0), dOffset);
        Copy((dy * z).Sum(0), dGain);
        var factor = gain is null ? scale : scale * gain;
        Copy(factor * (dy - (dOffset / x.Shape[0]) - (z * (dGain / x.Shape[0]))), dx);
    }
}
