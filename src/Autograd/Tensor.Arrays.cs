namespace Autograd;

// C# arrays stand where a tensor is asked for. One row for each type and rank, since an operator for Array would take arrays of anything.
public partial class Tensor
{
    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensor(float[] values) => From(values);

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensor(float[,] values) => From((Array)values);

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensor(float[,,] values) => From((Array)values);

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensor(float[,,,] values) => From((Array)values);

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensor(double[] values) => From(values);

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensor(double[,] values) => From((Array)values);

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensor(double[,,] values) => From((Array)values);

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensor(double[,,,] values) => From((Array)values);

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensor(int[] values) => From(values);

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensor(int[,] values) => From((Array)values);

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensor(int[,,] values) => From((Array)values);

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensor(int[,,,] values) => From((Array)values);

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensor(long[] values) => From(values);

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensor(long[,] values) => From((Array)values);

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensor(long[,,] values) => From((Array)values);

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensor(long[,,,] values) => From((Array)values);

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensor(bool[] values) => From(values);

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensor(bool[,] values) => From((Array)values);

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensor(bool[,,] values) => From((Array)values);

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensor(bool[,,,] values) => From((Array)values);

    /// <summary>A vector of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensor(byte[] values) => From(values);

    /// <summary>A matrix of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensor(byte[,] values) => From((Array)values);

    /// <summary>An array of three axes of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensor(byte[,,] values) => From((Array)values);

    /// <summary>An array of four axes of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensor(byte[,,,] values) => From((Array)values);
}
