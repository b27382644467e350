using System.Text;
using Autograd.Data;
using Autograd.Serialization;

namespace Autograd;

public static partial class Datasets
{
    private static readonly DataFile s_autoMpg = new("auto-mpg", "mpg.csv",
        "https://raw.githubusercontent.com/mwaskom/seaborn-data/2fae127e7dfdb4080e82396c47194c3acb22c86f/mpg.csv",
        "c14b8b855ea7ee86cb9736bf8caaf281c4685ca08826f3eb2acaccaaf40f0d5a");

    private static readonly DataFile s_housing = new("california-housing", "housing.csv",
        "https://raw.githubusercontent.com/ageron/handson-ml2/aa555aa16b9d0af6c84e67c7757f3317d05acb12/datasets/housing/housing.csv",
        "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e");

    private static readonly DataFile s_titanic = new("titanic", "train.csv", Origin: "from https://www.kaggle.com/c/titanic/data");

    private static readonly DataFile s_shakespeare = new("tiny-shakespeare", "input.txt",
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed");

    /// <summary>
    /// The fuel consumption of 398 cars of 1970 to 1982 (UCI Auto MPG, CC BY 4.0): mpg, cylinders, displacement, horsepower (6 of them empty), weight, acceleration, model_year, origin, name.
    /// From <c>auto-mpg/mpg.csv</c>, or fetched.
    /// </summary>
    /// <inheritdoc cref="Mnist(bool)"/>
    public static CsvTable AutoMpg() => Csv.Load(DataStore.Default.Find(s_autoMpg));

    /// <summary>
    /// 20640 districts of California in the census of 1990 (R. K. Pace and R. Barry, 1997; public domain): longitude, latitude, housing_median_age, total_rooms, total_bedrooms (207 of them
    /// empty), population, households, median_income, median_house_value, ocean_proximity. From <c>california-housing/housing.csv</c>, or fetched.
    /// </summary>
    /// <inheritdoc cref="Mnist(bool)"/>
    public static CsvTable CaliforniaHousing() => Csv.Load(DataStore.Default.Find(s_housing));

    /// <summary>
    /// 891 passengers of the Titanic, and who survived: PassengerId, Survived, Pclass, Name, Sex, Age, SibSp, Parch, Ticket, Fare, Cabin, Embarked; many ages and cabins are empty.
    /// From <c>titanic/train.csv</c>; it has no licence and is not fetched.
    /// </summary>
    /// <exception cref="FileException">The file is missing or damaged; the message says what to do.</exception>
    public static CsvTable Titanic() => Csv.Load(DataStore.Default.Find(s_titanic));

    /// <summary>A million characters of Shakespeare (public domain), as chosen by A. Karpathy. From <c>tiny-shakespeare/input.txt</c>, or fetched.</summary>
    /// <inheritdoc cref="Mnist(bool)"/>
    public static string TinyShakespeare() => AtomicFile.Read(DataStore.Default.Find(s_shakespeare), stream =>
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        return reader.ReadToEnd();
    });
}
