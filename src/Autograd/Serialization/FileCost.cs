using Autograd.Backends;

namespace Autograd.Serialization;

/// <summary>What is left of what reading a file may cost; whoever takes memory because a file says so takes it from here first.</summary>
internal sealed class FileCost(LoadLimits limits, long length)
{
    private const long PerByte = 32;

    // Each layer is an object with settings, which are a few objects in turn.
    private const long ObjectsPerLayer = 64;

    // What a call of a layer, or one of its steps through time, takes at least.
    public const int BytesPerCall = 1024;

    private readonly long _most = limits.Bytes > long.MaxValue - (PerByte * length) ? long.MaxValue : limits.Bytes + (PerByte * length);
    private long _taken;
    private int _layers;

    /// <summary>Takes memory, or work of as many bytes.</summary>
    /// <exception cref="FileException">It is more than is left.</exception>
    public void Take(Int128 bytes, string what)
    {
        Require(bytes, what);
        _taken += (long)bytes;
    }

    /// <summary>Refuses what could not be taken.</summary>
    /// <exception cref="FileException">It is more than is left.</exception>
    public void Require(Int128 bytes, string what)
    {
        if (bytes > _most - _taken)
        {
            throw new FileException(
                $"{what} takes {bytes} bytes{(_taken > 0 ? $" after {_taken} others" : "")}, and reading a file of {length} bytes may take {_most} in all. If you trust the file, raise LoadLimits.Bytes ({limits.Bytes}) in the call that reads it.");
        }
    }

    /// <summary>A layer reads its inputs: what takes no memory may still take time.</summary>
    /// <exception cref="FileException">It is more than is left.</exception>
    public void TakeReading(Layer layer, Tensors inputs)
    {
        Int128 bytes = BytesPerCall;
        foreach (var x in inputs)
        {
            bytes += (long)x.Size * x.DType.ByteSize();
        }
        Take(bytes, $"reading the input of {layer.Describe()}");
    }

    /// <summary>Windows over an image: work that is out of proportion to the memory it takes. A product under a window is quick; where there are few, looking at the elements is not.</summary>
    /// <exception cref="FileException">It is more than is left.</exception>
    public void TakeWindows(string operation, Shape input, ReadOnlySpan<WindowAxis> axes, int filters, int groups)
    {
        Int128 elements = input[0];
        foreach (var axis in axes)
        {
            elements *= (Int128)axis.Output * Math.Min(axis.Window, axis.Input);
        }
        var each = Math.Max(1, (long)input[^1] * filters / groups);
        Take((elements * input[^1] / 8) + (elements * each / 128), $"{operation} over {input}");
    }

    /// <summary>One more layer, or one more use of one.</summary>
    /// <exception cref="FileException">There are too many.</exception>
    public void TakeLayer()
    {
        if (_layers++ == limits.Layers)
        {
            throw TooMany("layers");
        }
    }

    /// <summary>Refuses a description of so many objects that no model of that many layers has.</summary>
    /// <exception cref="FileException">There are too many.</exception>
    public void RequireObjects(long count)
    {
        if (count > (limits.Layers + 1L) * ObjectsPerLayer)
        {
            throw TooMany("objects in its description");
        }
    }

    private FileException TooMany(string what) =>
        new($"the model has more {what} than one of {limits.Layers} layers has. If you trust the file, raise LoadLimits.Layers in the call that reads it.");
}
