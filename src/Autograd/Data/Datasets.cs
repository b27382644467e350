using Autograd.Data;

namespace Autograd;

/// <summary>
/// Data sets to learn with. Iris comes with the library; others are drawn by it; public ones are files, looked for in the folder that the environment variable AUTOGRAD_DATA names (in a folder
/// for each set: <c>mnist/train-images-idx3-ubyte.gz</c>), then in a cache of the user's, then fetched into that cache where their licence allows it.
/// Threads may call it at the same time.
/// </summary>
public static partial class Datasets
{
    /// <summary>
    /// 150 iris flowers of three species, measured by E. Anderson and published by R. A. Fisher in 1936, in the split of the TensorFlow tutorials: 120 for
    /// training and 30 for testing. Features are sepal length and width, petal length and width in centimetres.
    /// </summary>
    public static LabelledData Iris()
    {
        var (trainX, trainY) = IrisTable.Read(IrisTable.Training);
        var (testX, testY) = IrisTable.Read(IrisTable.Test);
        return new LabelledData(
            Tensor.From(trainX, [trainY.Length, 4]),
            Tensor.From(trainY),
            Tensor.From(testX, [testY.Length, 4]),
            Tensor.From(testY),
            ["sepal length", "sepal width", "petal length", "petal width"],
            ["setosa", "versicolor", "virginica"]);
    }
}

/// <summary>A data set for classification. Immutable; threads may share it.</summary>
/// <param name="TrainX">Features, float32; the first axis counts the examples.</param>
/// <param name="TrainY">Classes from 0, int32.</param>
/// <param name="TestX">Features of the examples held back.</param>
/// <param name="TestY">Their classes.</param>
/// <param name="FeatureNames">One name per column; none for images and signals.</param>
/// <param name="ClassNames">One name per class.</param>
public sealed record LabelledData(
    Tensor TrainX, Tensor TrainY, Tensor TestX, Tensor TestY, IReadOnlyList<string> FeatureNames, IReadOnlyList<string> ClassNames);
