using Autograd.Data;

namespace Autograd;

public static partial class Datasets
{
    private static readonly string[] s_imageFiles = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];
    private static readonly string[] s_digitNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    private static readonly DataFile s_digitImages = new("digits5000", "X.npy");
    private static readonly DataFile s_digitLabels = new("digits5000", "y.npy");

    /// <summary>
    /// Handwritten digits of Y. LeCun, C. Cortes and C. Burges: 60000 images for training and 10000 for testing, [n, 28, 28] float32 from 0 (paper) to 255 (ink), as Keras and every tutorial
    /// have them, and their classes 0 to 9. Networks learn from numbers near 1: divide by 255, or have it done.
    /// Fetched from a public mirror (11 MB) unless they are there: <c>mnist/train-images-idx3-ubyte.gz</c> and the other three.
    /// </summary>
    /// <param name="normalize">Whether pixels go from 0 to 1 instead.</param>
    /// <exception cref="FileException">The files are missing and cannot be fetched, or are damaged; the message says what to do.</exception>
    public static LabelledData Mnist(bool normalize = false) => Mnist(DataStore.Default, normalize);

    internal static LabelledData Mnist(DataStore store, bool normalize = false) => Images(store, "mnist", normalize, "https://storage.googleapis.com/cvdf-datasets/mnist/",
        s_digitNames,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", // all four over what the files hold unpacked
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

    /// <summary>
    /// Photographs of clothes by Zalando Research (MIT licence), in the form of <see cref="Mnist(bool)"/>: 60000 and 10000 images of ten classes. Fetched (31 MB) unless they are there:
    /// <c>fashion-mnist/train-images-idx3-ubyte.gz</c> and the other three.
    /// </summary>
    /// <inheritdoc cref="Mnist(bool)"/>
    public static LabelledData FashionMnist(bool normalize = false) => FashionMnist(DataStore.Default, normalize);

    internal static LabelledData FashionMnist(DataStore store, bool normalize = false) => Images(store, "fashion-mnist", normalize, "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", // all four over the packed files
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5");

    private static LabelledData Images(DataStore store, string set, bool normalize, string address, string[] classes, params ReadOnlySpan<string> hashes)
    {
        var paths = new string[s_imageFiles.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = store.Find(new DataFile(set, s_imageFiles[i], address + s_imageFiles[i], hashes[i]));
        }
        var (trainX, trainY) = Labelled(paths[0], paths[1], classes.Length, normalize);
        var (testX, testY) = Labelled(paths[2], paths[3], classes.Length, normalize);
        return new LabelledData(trainX, trainY, testX, testY, [], classes);
    }

    /// <summary>Images and their classes from a pair of IDX files.</summary>
    internal static (Tensor X, Tensor Y) Labelled(string imageFile, string labelFile, int classes, bool normalize = false)
    {
        var images = Idx.Read(imageFile);
        if (!images.IsBytes || images.Shape.Rank != 3)
        {
            throw new FileException($"'{imageFile}' holds an array of shape {images.Shape}{(images.IsBytes ? "" : " that is not of bytes")}; images are bytes of shape [count, rows, columns].");
        }
        var labels = Idx.Read(labelFile);
        if (!labels.IsBytes || labels.Shape.Rank != 1)
        {
            throw new FileException($"'{labelFile}' holds an array of shape {labels.Shape}{(labels.IsBytes ? "" : " that is not of bytes")}; labels are bytes of shape [count].");
        }
        if (images.Shape[0] != labels.Shape[0])
        {
            throw new FileException($"'{imageFile}' holds {images.Shape[0]} images and '{labelFile}' {labels.Shape[0]} labels; there must be as many.");
        }
        var highest = labels.Bytes.DefaultIfEmpty().Max();
        return highest < classes
            ? (images.ToFloats(normalize ? 1 : 255), labels.ToTensor())
            : throw new FileException($"'{labelFile}' holds the label {highest}; the classes are 0 to {classes - 1}.");
    }

    /// <summary>
    /// 5000 digits, 500 of each class, as 20 x 20 pixels: X [5000, 400] float32 from 0 (paper) to 1 (ink), which is how those exercises have them, Y [5000] int32. The pixels of an image stand column after column, as in the exercises this
    /// form comes from: <c>X.Reshape(5000, 20, 20).Transpose(0, 2, 1)</c> has rows and columns in their order. The files <c>digits5000/X.npy</c> and <c>digits5000/y.npy</c> are taken where they are
    /// there, and else <see cref="DrawnDigits"/>.
    /// </summary>
    /// <param name="byClass">
    /// Whether the digits stand one class after the other, as in those exercises, where image 1015 is a two. Else the classes are mixed, always in the same way, so that a part of the rows, such as a
    /// validation split, has all of them.
    /// </param>
    /// <exception cref="FileException">The files do not hold what they should.</exception>
    public static (Tensor X, Tensor Y) Digits(bool byClass = false) => Digits(DataStore.Default, byClass);

    internal static (Tensor X, Tensor Y) Digits(DataStore store, bool byClass)
    {
        var (x, y) = store.TryFind(s_digitImages) is { } images && store.TryFind(s_digitLabels) is { } labels ? DigitsIn(images, labels) : DrawnDigits(seed: 0);
        var order = byClass
            ? Tensor.From(y.ToArray<int>().Index().OrderBy(row => row.Item).Select(row => row.Index).ToArray())
            : Tensor.RandomPermutation(y.Size, seed: 0);
        return (x.Take(order), y.Take(order));
    }

    private static (Tensor X, Tensor Y) DigitsIn(string imageFile, string labelFile)
    {
        var (x, y) = (Npy.Load(imageFile), Npy.Load(labelFile));
        if (x.Rank != 2 || x.Shape[1] != 400)
        {
            throw new FileException($"'{imageFile}' holds an array of shape {x.Shape}; digits are of shape [count, 400].");
        }
        if (y.Size != x.Shape[0] || (y.Size > 0 && !(y.Min().Item() >= 0 && y.Max().Item() <= 9)))
        {
            throw new FileException($"'{labelFile}' does not hold {x.Shape[0]} labels from 0 to 9 for the images in '{imageFile}'.");
        }
        return (x.Cast(DType.Float32), y.Reshape(y.Size).Cast(DType.Int32));
    }

    /// <summary>
    /// Digits drawn with a pen of varying width: strokes in several manners, displaced, slanted, turned and stretched at random. In the form of
    /// <see cref="Digits(bool)"/>, in random order.
    /// </summary>
    /// <param name="perClass">Images of each digit.</param>
    /// <param name="seed">Makes them repeatable; from the common stream when left out.</param>
    /// <exception cref="ValueException">The number is not positive.</exception>
    public static (Tensor X, Tensor Y) DrawnDigits(int perClass = 500, long? seed = null)
    {
        Positive(perClass, nameof(DrawnDigits), nameof(perClass));
        Shape shape = [Product(nameof(DrawnDigits), 10, perClass), DigitPen.Pixels];
        var random = RandomNumbers.From(seed);
        var pen = new DigitPen(random);
        var images = new float[shape.Size];
        var labels = Array.ConvertAll(random.Permutation(shape[0]), place => place / perClass);
        for (var i = 0; i < labels.Length; i++)
        {
            pen.Draw(labels[i], images.AsSpan(i * DigitPen.Pixels, DigitPen.Pixels));
        }
        return (Tensor.From(images, shape), Tensor.From(labels));
    }

    private static void Positive(int count, string operation, string name)
    {
        if (count < 1)
        {
            throw new ValueException($"{operation}: {name} is {count}; it must be 1 or more.");
        }
    }

    private static int Product(string operation, int classes, int perClass) => (long)classes * perClass is var all && all <= int.MaxValue
        ? (int)all
        : throw new ShapeException($"{operation}: {all} examples are more than a tensor can hold.");
}
