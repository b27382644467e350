namespace Autograd;

// C# arrays stand where tensors are asked for, since C# does not convert twice.
public readonly partial struct Tensors
{
    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensors(float[] values) => (Tensor)values;

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensors(float[,] values) => (Tensor)values;

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensors(float[,,] values) => (Tensor)values;

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensors(float[,,,] values) => (Tensor)values;

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensors(double[] values) => (Tensor)values;

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensors(double[,] values) => (Tensor)values;

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensors(double[,,] values) => (Tensor)values;

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensors(double[,,,] values) => (Tensor)values;

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensors(int[] values) => (Tensor)values;

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensors(int[,] values) => (Tensor)values;

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensors(int[,,] values) => (Tensor)values;

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensors(int[,,,] values) => (Tensor)values;

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensors(long[] values) => (Tensor)values;

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensors(long[,] values) => (Tensor)values;

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensors(long[,,] values) => (Tensor)values;

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensors(long[,,,] values) => (Tensor)values;

    /// <summary>A vector (copied).</summary>
    public static implicit operator Tensors(bool[] values) => (Tensor)values;

    /// <summary>A matrix (copied).</summary>
    public static implicit operator Tensors(bool[,] values) => (Tensor)values;

    /// <summary>An array of three axes (copied).</summary>
    public static implicit operator Tensors(bool[,,] values) => (Tensor)values;

    /// <summary>An array of four axes (copied).</summary>
    public static implicit operator Tensors(bool[,,,] values) => (Tensor)values;

    /// <summary>A vector of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensors(byte[] values) => (Tensor)values;

    /// <summary>A matrix of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensors(byte[,] values) => (Tensor)values;

    /// <summary>An array of three axes of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensors(byte[,,] values) => (Tensor)values;

    /// <summary>An array of four axes of numbers from 0 to 255, as float32 (copied).</summary>
    public static implicit operator Tensors(byte[,,,] values) => (Tensor)values;
}
