namespace Autograd;

public abstract partial class Optimizer
{
    private static readonly SortedDictionary<string, Func<Optimizer>> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["adadelta"] = () => new Adadelta(),
        ["adafactor"] = () => new Adafactor(),
        ["adagrad"] = () => new Adagrad(),
        ["adam"] = () => new Adam(),
        ["adamax"] = () => new Adamax(),
        ["adamw"] = () => new AdamW(),
        ["ftrl"] = () => new Ftrl(),
        ["lamb"] = () => new Lamb(),
        ["lbfgs"] = () => new LBFGS(),
        ["lion"] = () => new Lion(),
        ["nadam"] = () => new Nadam(),
        ["rmsprop"] = () => new RMSprop(),
        ["sgd"] = () => new SGD(),
    };

    /// <summary>The names <see cref="Get"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    /// <summary>A new optimizer with the defaults of its class, by name, in either case: "adam".</summary>
    /// <exception cref="ArgumentException">The name is unknown; the message lists those that are known.</exception>
    public static Optimizer Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_byName.TryGetValue(name, out var create)
            ? create()
            : throw new ArgumentException($"There is no optimizer called \"{name}\"; known are {string.Join(", ", s_byName.Keys)}.", nameof(name));
    }

    /// <inheritdoc cref="Get"/>
    public static implicit operator Optimizer(string name) => Get(name);
}
