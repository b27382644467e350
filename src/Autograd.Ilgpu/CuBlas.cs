using System.Runtime.InteropServices;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// NVIDIA's matrix products, where the library is installed. It counts matrices column by column, where a row-major matrix is its own transpose; so C = A B is asked for as
/// C' = B' A'. float32 is computed in full float32.
/// </summary>
/// <remarks>Source: cuBLAS Library, cublasGemmStridedBatchedEx. Calls go to whatever stream and device the handle has; the caller holds the device's lock.</remarks>
internal sealed unsafe class CuBlas
{
    private const int AsItIs = 0, Transposed = 1;
    private const int DefaultAlgorithm = -1;

    private readonly nint _handle;
    private readonly delegate* unmanaged<nint, int, int, int, int, int, void*, nint, int, int, long, nint, int, int, long, void*, nint, int, int, long, int, int, int, int> _product;

    /// <param name="handle">What cublasCreate gave.</param>
    /// <param name="product">cublasGemmStridedBatchedEx.</param>
    internal CuBlas(nint handle, nint product)
    {
        _handle = handle;
        _product = (delegate* unmanaged<nint, int, int, int, int, int, void*, nint, int, int, long, nint, int, int, long, void*, nint, int, int, long, int, int, int, int>)product;
    }

    /// <summary>The library on the calling thread's device; null where it is not installed, not usable, or switched off by AUTOGRAD_CUBLAS=0.</summary>
    public static CuBlas? TryLoad(nint stream)
    {
        if (Environment.GetEnvironmentVariable("AUTOGRAD_CUBLAS") == "0" || Library() is not { } library)
        {
            return null;
        }
        nint handle;
        return NativeLibrary.TryGetExport(library, "cublasCreate_v2", out var create)
            && NativeLibrary.TryGetExport(library, "cublasSetStream_v2", out var setStream)
            && NativeLibrary.TryGetExport(library, "cublasGemmStridedBatchedEx", out var product)
            && ((delegate* unmanaged<nint*, int>)create)(&handle) == 0
            && ((delegate* unmanaged<nint, nint, int>)setStream)(handle, stream) == 0
            ? new CuBlas(handle, product)
            : null;
    }

    private static nint? Library()
    {
        foreach (var version in (ReadOnlySpan<int>)[13, 12, 11])
        {
            if (NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? $"cublas64_{version}.dll" : $"libcublas.so.{version}", out var library))
            {
                return library;
            }
        }
        return null;
    }

    /// <summary>c = a b for each matrix of a batch; false where the library cannot read operands that lie so, or refuses.</summary>
    /// <param name="isDouble">float64, else float32.</param>
    /// <param name="p">Extents and strides; offsets are not looked at.</param>
    /// <param name="a">The address of the first element.</param>
    /// <param name="b">Likewise.</param>
    /// <param name="c">Likewise; row-major, one matrix behind the other.</param>
    public bool TryMultiply(bool isDouble, in Product p, nint a, nint b, nint c)
    {
        if (!TryRead(p.RowB, p.ColumnB, p.K, p.N, out var readB, out var leadingB) || !TryRead(p.RowA, p.ColumnA, p.M, p.K, out var readA, out var leadingA) || p.BatchA < 0 || p.BatchB < 0)
        {
            return false;
        }
        float one = 1, zero = 0;
        double oneDouble = 1, zeroDouble = 0;
        // The codes of cudaDataType and cublasComputeType.
        var (type, compute) = isDouble ? (1, 70) : (0, 68);
        return _product(
            _handle, readB, readA, p.N, p.M, p.K, isDouble ? &oneDouble : &one, b, type, leadingB, p.BatchB, a, type, leadingA, p.BatchA,
            isDouble ? &zeroDouble : &zero, c, type, p.N, (long)p.M * p.N, p.Batch, compute, DefaultAlgorithm) == 0;
    }

    // A row-major [rows, columns] matrix, possibly read transposed, as the library sees it: how, and at what distance its columns lie.
    private static bool TryRead(int row, int column, int rows, int columns, out int how, out int leading)
    {
        // The stride of an axis of one element says nothing.
        if ((column == 1 || columns == 1) && (row >= columns || rows == 1))
        {
            (how, leading) = (AsItIs, rows == 1 ? columns : row);
            return true;
        }
        (how, leading) = (Transposed, columns == 1 ? rows : column);
        return (row == 1 || rows == 1) && (column >= rows || columns == 1);
    }
}
