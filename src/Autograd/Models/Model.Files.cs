using Autograd.Serialization;

namespace Autograd;

public partial class Model
{
    /// <summary>
    /// Writes the whole model: architecture, weights, and, where it is compiled, optimizer, losses, metrics and the optimizer's state. Other programs can read the weights, for it is a safetensors file. All or nothing.
    /// </summary>
    /// <param name="path">The file; an old one is replaced.</param>
    /// <param name="includeOptimizer">Whether what the model was compiled with, and the optimizer's state, belong to it.</param>
    /// <exception cref="FileException">The file cannot be written; an old file is as it was.</exception>
    /// <exception cref="ValueException">Something in the model is a function of your own, which no file can hold; the message says what to do.</exception>
    public void Save(string path, bool includeOptimizer = true) => ModelFile.Save(this, OfThisKind(path), includeOptimizer);

    // A file that Keras could not read should not look as if it could.
    internal static string OfThisKind(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return System.IO.Path.GetExtension(path).ToUpperInvariant() is ".KERAS" or ".H5" or ".HDF5" or ".PT" or ".PTH"
            ? throw new ValueException($"'{path}': files are written as safetensors here; name it .safetensors, or, for weights that go to Keras, .npz.")
            : path;
    }

    /// <summary>Reads a whole model that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file. Nothing in it is run, and only registered kinds of layers are made from it.</param>
    /// <param name="resume">Whether the random numbers go on as they would have when the file was written, so that training resumed equals training not interrupted.</param>
    /// <param name="limits">What reading it may cost: memory, and layers; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <exception cref="FileException">The file cannot be read, is not a model, or costs more than the limits allow.</exception>
    public static Model Load(string path, bool resume = false, LoadLimits? limits = null) => ModelFile.Load(path, resume, limits);

    /// <summary>Writes the weights: by name to a safetensors file, or in Keras's order to an <c>.npz</c> file, for <c>model.set_weights</c>.</summary>
    /// <exception cref="FileException">The file cannot be written; an old file is as it was.</exception>
    public void SaveWeights(string path) => ModelFile.SaveWeights(this, OfThisKind(path));

    /// <summary>Reads all weights, or, when they do not fit, none: from a safetensors file by name, or from an <c>.npz</c> file in Keras's order.</summary>
    /// <param name="path">The file, which <see cref="SaveWeights"/> or <see cref="Save"/> wrote.</param>
    /// <param name="skipMismatch">
    /// Whether those weights are read that fit by name and shape, and the others left as they are: for a model with another head. Weights of the file that the model does not know are ignored. Arrays of an
    /// <c>.npz</c> file go by name unless they are numbered, <c>arr_0</c>, <c>arr_1</c> and so on; then there must be as many as weights.
    /// </param>
    /// <param name="limits">What reading it may cost; <see cref="LoadLimits.Default"/> when left out.</param>
    /// <returns>The paths of the weights that were left as they are, as in <see cref="Layer.NamedWeights"/>; none without <paramref name="skipMismatch"/>.</returns>
    /// <exception cref="FileException">The file cannot be read, costs more than the limits allow, or its weights do not fit, or with <paramref name="skipMismatch"/> not one of them; the message lists all that do not.</exception>
    /// <exception cref="ModelException">The model is not built.</exception>
    public IReadOnlyList<string> LoadWeights(string path, bool skipMismatch = false, LoadLimits? limits = null) => ModelFile.LoadWeights(this, path, skipMismatch, limits);
}
