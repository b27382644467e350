using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// Page-locked memory through which values go to a device, one piece behind the other, so that nobody waits: the driver fetches a piece when the stream has come so far. Only where a piece would
/// overwrite the first ones again, all of them are waited for.
/// </summary>
/// <remarks>
/// What ILGPU 1.5.3 does underneath: its CopyFromCPU waits for the whole stream. CopyFromCPUUnsafeAsync does not, and is cuMemcpyAsync on CUDA, which from pageable memory waits for the stream
/// all the same and from memory registered by cuMemHostRegister (AllocatePageLocked1D) returns at once; on OpenCL it is a clEnqueueWriteBuffer that does not block, from memory that is held still but
/// not page-locked; on the simulator a plain copy. Its CopyFromPageLockedAsync copies whole arrays only, and waits on OpenCL.
/// </remarks>
internal sealed class Staging(Accelerator accelerator)
{
    private const int Size = 32 << 20;

    // With larger ones the memory would begin anew every few pieces, which waits all the same.
    private const int LargestPiece = Size / 4;

    private PageLockedArray1D<byte>? _ring;
    private bool _isRefused;
    private int _next;

    /// <summary>Copies without waiting, where the piece is not too large and the system locks memory. The caller holds the device's lock.</summary>
    public unsafe bool TryCopy(byte* from, ArrayView<byte> to, Action wait)
    {
        if (to.Length > LargestPiece || !TryLock())
        {
            return false;
        }
        var length = (int)to.Length;
        if (_next > Size - length)
        {
            wait();
            _next = 0;
        }
        var piece = _ring!.Span.Slice(_next, length);
        new ReadOnlySpan<byte>(from, length).CopyTo(piece);
        to.CopyFromCPUUnsafeAsync(accelerator.DefaultStream, ref MemoryMarshal.GetReference(piece), length);
        _next += (length + 255) & ~255;
        return true;
    }

    private bool TryLock()
    {
        if (_ring is null && !_isRefused)
        {
            try
            {
                _ring = accelerator.AllocatePageLocked1D<byte>(Size, uninitialized: true);
            }
            catch (Exception exception) when (exception is AcceleratorException or NotSupportedException)
            {
                _isRefused = true;
            }
        }
        return _ring is not null;
    }
}
