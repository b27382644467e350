namespace Autograd;

/// <summary>
/// The base of every error that is about tensors. The message names the operation, the shapes or values, and the rule that
/// was broken. A call that throws has changed nothing. Null arguments throw .NET's own <see cref="ArgumentNullException"/>, and lists that do not fit one
/// another, or a place beyond a list, its <see cref="ArgumentException"/> family; a setting out of range is a <see cref="ValueException"/>.
/// As with all exceptions, one thread at a time.
/// </summary>
public class AutogradException : Exception
{
    /// <summary>Creates the error with its message.</summary>
    public AutogradException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public AutogradException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Shapes, axes, indices or counts do not fit an operation.</summary>
public sealed class ShapeException : AutogradException
{
    /// <summary>Creates the error with its message.</summary>
    public ShapeException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public ShapeException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>An operation is not defined for an element type.</summary>
public sealed class DTypeException(string message) : AutogradException(message);

/// <summary>Values do not fit an operation, such as an index beyond an axis or an integer division by zero.</summary>
public sealed class ValueException : AutogradException
{
    /// <summary>Creates the error with its message.</summary>
    public ValueException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public ValueException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Tensors live on different devices, or a device is missing.</summary>
public sealed class DeviceException(string message) : AutogradException(message);

/// <summary>A gradient tape was used in a way that cannot give a gradient.</summary>
public sealed class TapeException(string message) : AutogradException(message);

/// <summary>A tensor would need more memory than there is.</summary>
public sealed class TensorMemoryException : AutogradException
{
    /// <summary>Creates the error with its message.</summary>
    public TensorMemoryException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public TensorMemoryException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>An operation first produced NaN or infinity while a tape was asked to detect anomalies.</summary>
public sealed class AnomalyException(string message) : AutogradException(message);

/// <summary>Analytic and numeric gradients disagree.</summary>
public sealed class GradientCheckException(string message) : AutogradException(message);

/// <summary>A layer or model cannot do what was asked in its present state: it was not built or compiled, or is training already.</summary>
public sealed class ModelException(string message) : AutogradException(message);

/// <summary>A file cannot be read or written, or does not hold what it should. Saving that fails leaves the old file as it was; loading that fails changes nothing.</summary>
public sealed class FileException : AutogradException
{
    /// <summary>Creates the error with its message.</summary>
    public FileException(string message) : base(message) { }

    /// <summary>Creates the error with its message and cause.</summary>
    public FileException(string message, Exception inner) : base(message, inner) { }
}
