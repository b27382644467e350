using Autograd.Data;

namespace Autograd;

public static partial class Datasets
{
    private const string ArchiveOrigin = "from https://www.timeseriesclassification.com, whose archive has no formal licence,";

    /// <summary>
    /// 100 heartbeats for training and 100 for testing, 96 samples each: class 0 abnormal (an infarction), 1 normal (R. Olszewski, 2001; UCR archive, H. A. Dau et al., 2018). X is [n, 96]: a
    /// convolution wants <c>x.ExpandDims(-1)</c>. From <c>ecg200/ECG200_TRAIN.txt</c> and <c>ECG200_TEST.txt</c>; not fetched. <see cref="Heartbeats"/> need no files.
    /// </summary>
    /// <exception cref="FileException">A file is missing or damaged; the message says what to do.</exception>
    public static LabelledData Ecg200() => Ecg200(DataStore.Default);

    internal static LabelledData Ecg200(DataStore store)
    {
        var (trainX, trainY) = SignalFile.Read(store.Find(new DataFile("ecg200", "ECG200_TRAIN.txt", Origin: ArchiveOrigin)), 96, [-1, 1]);
        var (testX, testY) = SignalFile.Read(store.Find(new DataFile("ecg200", "ECG200_TEST.txt", Origin: ArchiveOrigin)), 96, [-1, 1]);
        return new LabelledData(trainX, trainY, testX, testY, [], s_beatClasses);
    }

    /// <summary>
    /// 500 heartbeats for training and 4500 for testing, 140 samples each, in five classes, 0 the normal one (UCR archive, H. A. Dau et al., 2018, from the BIDMC database on PhysioNet). From
    /// <c>ecg5000/ECG5000_TRAIN.txt</c> and <c>ECG5000_TEST.txt</c>; not fetched. Where the second is missing, TestX and TestY have no rows.
    /// </summary>
    /// <inheritdoc cref="Ecg200()"/>
    public static LabelledData Ecg5000() => Ecg5000(DataStore.Default);

    internal static LabelledData Ecg5000(DataStore store)
    {
        ReadOnlySpan<double> labels = [1, 2, 3, 4, 5];
        var (trainX, trainY) = SignalFile.Read(store.Find(new DataFile("ecg5000", "ECG5000_TRAIN.txt", Origin: ArchiveOrigin)), 140, labels);
        var (testX, testY) = store.TryFind(new DataFile("ecg5000", "ECG5000_TEST.txt")) is { } test
            ? SignalFile.Read(test, 140, labels)
            : (Tensor.Zeros([0, 140]), Tensor.Zeros([0], DType.Int32));
        return new LabelledData(trainX, trainY, testX, testY, [],
            ["normal", "R-on-T premature ventricular contraction", "premature ventricular contraction", "supraventricular or ectopic beat", "unclassified"]);
    }

    private static readonly string[] s_beatClasses = ["abnormal", "normal"];

    /// <summary>
    /// Drawn heartbeats, normal ones and others, as an electrocardiogram shows them: the waves P, Q, R, S and T as bumps of varying place, height and width, a wandering base line and noise. Abnormal ones
    /// lack the P wave and have a broad R (an extra beat), have a raised stretch before T (an infarction), or a T upside down (too little blood). Classes as in <see cref="Ecg200()"/>; each signal has
    /// mean 0 and standard deviation 1.
    /// </summary>
    /// <param name="train">Beats for training.</param>
    /// <param name="test">Beats for testing.</param>
    /// <param name="samples">Samples of a beat.</param>
    /// <param name="noise">The noise, where the R wave is 1 high.</param>
    /// <param name="seed">Makes them repeatable; from the common stream when left out.</param>
    /// <returns>X [n, samples] float32 and classes: 0 abnormal, 1 normal, as many of each.</returns>
    /// <exception cref="ValueException">A number is not positive, or the noise negative or not finite.</exception>
    public static LabelledData Heartbeats(int train = 400, int test = 100, int samples = 140, double noise = 0.04, long? seed = null)
    {
        Positive(train, nameof(Heartbeats), nameof(train));
        Positive(test, nameof(Heartbeats), nameof(test));
        Positive(samples, nameof(Heartbeats), nameof(samples));
        NotNegative(noise, nameof(Heartbeats), nameof(noise));
        var heart = new Heart(RandomNumbers.From(seed), noise);
        var (trainX, trainY) = heart.Beat(train, samples);
        var (testX, testY) = heart.Beat(test, samples);
        return new LabelledData(trainX, trainY, testX, testY, [], s_beatClasses);
    }

    private static void NotNegative(double value, string operation, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new ValueException(FormattableString.Invariant($"{operation}: {name} is {value}; it must be finite and not negative."));
        }
    }
}
