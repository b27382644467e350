namespace Autograd.Data;

/// <summary>Draws heartbeats: each wave of an electrocardiogram is a bump exp(-(t - place)^2 / (2 width^2)), as in the model of P. E. McSharry et al., 2003.</summary>
internal sealed class Heart(RandomNumbers random, double noise)
{
    private record struct Wave(double Place, double Height, double Width);

    // Parts of a beat, its R wave at 0.4.
    private static readonly Wave[] s_normal = [new(.22, .14, .025), new(.37, -.12, .010), new(.40, 1, .011), new(.43, -.22, .011), new(.66, .3, .045)];
    private static readonly Wave[] s_extraBeat = [new(.36, -.1, .015), new(.41, 1, .035), new(.50, -.45, .035), new(.70, -.25, .06)];
    private static readonly Wave[] s_infarction = [new(.22, .14, .025), new(.36, -.3, .018), new(.40, .8, .012), new(.48, .28, .05), new(.62, .35, .055)];
    private static readonly Wave[] s_littleBlood = [new(.22, .14, .025), new(.37, -.12, .010), new(.40, 1, .011), new(.43, -.22, .011), new(.52, -.1, .05), new(.66, -.25, .045)];
    private static readonly Wave[][] s_abnormal = [s_extraBeat, s_infarction, s_littleBlood];

    /// <summary>Beats in random order, half of them normal (class 1).</summary>
    public (Tensor X, Tensor Y) Beat(int count, int samples)
    {
        Shape shape = [count, samples];
        var values = new float[shape.Size];
        var classes = Array.ConvertAll(random.Permutation(count), place => place % 2);
        for (var i = 0; i < count; i++)
        {
            Draw(classes[i] == 1 ? s_normal : s_abnormal[random.Below(s_abnormal.Length)], values.AsSpan(i * samples, samples));
        }
        return (Tensor.From(values, shape), Tensor.From(classes));
    }

    private void Draw(Wave[] waves, Span<float> signal)
    {
        var (shift, pace) = (random.Normal(.015), 1 + random.Normal(.06));
        var mine = Array.ConvertAll(waves, wave => new Wave(
            .4 + shift + ((wave.Place - .4) * pace) + random.Normal(.004), wave.Height * (1 + random.Normal(.15)), wave.Width * (1 + random.Normal(.1))));
        var (drift, phase) = (random.Normal(.06), random.Uniform(0, 2 * Math.PI));
        var (sum, squares) = (0.0, 0.0);
        for (var i = 0; i < signal.Length; i++)
        {
            var t = (i + .5) / signal.Length;
            var value = (drift * Math.Sin((2 * Math.PI * t) + phase)) + random.Normal(noise);
            foreach (var wave in mine)
            {
                var u = (t - wave.Place) / wave.Width;
                value += wave.Height * Math.Exp(-0.5 * u * u);
            }
            signal[i] = (float)value;
            (sum, squares) = (sum + value, squares + (value * value));
        }
        var mean = sum / signal.Length;
        var deviation = Math.Sqrt(Math.Max((squares / signal.Length) - (mean * mean), 1e-12));
        foreach (ref var value in signal)
        {
            value = (float)((value - mean) / deviation);
        }
    }
}
