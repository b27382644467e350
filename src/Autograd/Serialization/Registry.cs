using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Autograd.Serialization;

/// <summary>
/// The kinds of one family (layers, losses, ...) that a word may stand for, in a call such as <c>loss: "mse"</c> or in a file. A file can name nothing
/// that is not registered here. Every kind follows one rule: each parameter of its constructor is also a public property of the same name, so that its
/// settings can be written down and read back.
/// </summary>
/// <typeparam name="T">The family.</typeparam>
/// <param name="family">Its name.</param>
/// <param name="spelled">How users write the name of a class; by default in snake case.</param>
internal sealed class Registry<T>(string family, Func<string, string>? spelled = null) where T : class
{
    private readonly Dictionary<string, Kind> _kinds = [];
    private readonly Lock _lock = new();

    /// <summary>What the kinds are, for messages.</summary>
    public string Family => family;

    /// <summary>The names of all kinds that a program can name, sorted.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. Visible.Select(kind => kind.Type.Name)];
            }
        }
    }

    private readonly Func<string, string> _spelled = spelled ?? Spelled.InSnakeCase;

    /// <summary>The names for messages as users write them, shorter ones behind them in brackets: <c>mean_squared_error (mse)</c>.</summary>
    public string Listed
    {
        get
        {
            lock (_lock)
            {
                return string.Join(", ", Visible.Select(kind => kind.Aliases.Count == 0 ? _spelled(kind.Type.Name) : $"{_spelled(kind.Type.Name)} ({string.Join(", ", kind.Aliases)})"));
            }
        }
    }

    private IEnumerable<Kind> Visible => _kinds.Values.Where(kind => kind.Type.IsVisible).Distinct().OrderBy(kind => kind.Type.Name, StringComparer.Ordinal);

    /// <summary>Makes a type known under its own name, in any spelling (<c>GlorotUniform</c>, <c>glorot_uniform</c>), and under shorter ones.</summary>
    /// <exception cref="ValueException">Another type has the name.</exception>
    public Registry<T> Add<[DynamicallyAccessedMembers(Kind.Needs)] TKind>(params ReadOnlySpan<string> aliases) where TKind : T
    {
        lock (_lock)
        {
            var kind = new Kind(typeof(TKind));
            Add(kind, typeof(TKind).Name);
            foreach (var alias in aliases)
            {
                Add(kind, alias);
                kind.Aliases.Add(alias);
            }
        }
        return this;
    }

    /// <summary>Makes a type of a user's known.</summary>
    /// <exception cref="ValueException">Another type has the name, or a parameter of its constructor is no property.</exception>
    public void Register<[DynamicallyAccessedMembers(Kind.Needs)] TKind>() where TKind : T
    {
        new Kind(typeof(TKind)).RequireProperties();
        Add<TKind>();
    }

    private void Add(Kind kind, string name)
    {
        var key = Key(name);
        if (_kinds.TryGetValue(key, out var known) && known.Type != kind.Type)
        {
            throw new ValueException($"{family}: the name '{name}' already stands for {known.Type}.");
        }
        _kinds[key] = kind;
    }

    /// <summary>The kind a name stands for.</summary>
    /// <exception cref="ValueException">There is none; the message lists those there are.</exception>
    public Kind Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            return _kinds.TryGetValue(Key(name), out var kind) ? kind : throw new ValueException($"There is no {family} called '{name}'. {Suggestion(name)}Known: {Listed}.");
        }
    }

    /// <summary>The name that was meant, if one is near, as a question.</summary>
    public string Suggestion(string name)
    {
        lock (_lock)
        {
            return Spelled.Suggestion(name, Visible.SelectMany(kind => kind.Aliases.Prepend(_spelled(kind.Type.Name))));
        }
    }

    /// <summary>Whether there is a kind of that name.</summary>
    public bool Knows(string name)
    {
        lock (_lock)
        {
            return _kinds.ContainsKey(Key(name));
        }
    }

    /// <summary>The kind a registered object is of; null for others.</summary>
    public Kind? KindOf(T value)
    {
        lock (_lock)
        {
            return _kinds.TryGetValue(Key(value.GetType().Name), out var kind) && kind.Type == value.GetType() ? kind : null;
        }
    }

    /// <summary>An object of the named kind with its default settings.</summary>
    /// <exception cref="ValueException">There is no such kind, or it has settings without defaults.</exception>
    public T Create(string name)
    {
        var kind = Find(name);
        return (T)kind.Create(parameter => parameter.HasDefaultValue
            ? parameter.DefaultValue
            : throw new ValueException($"{family} '{name}' needs its {parameter.Name}: write new {kind.Type.Name}(...) instead of the name."));
    }

    private static string Key(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}

/// <summary>A registered type and how to make one.</summary>
internal sealed class Kind([DynamicallyAccessedMembers(Kind.Needs)] Type type)
{
    /// <summary>What has to survive trimming.</summary>
    public const DynamicallyAccessedMemberTypes Needs = DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties;

    [DynamicallyAccessedMembers(Needs)]
    public Type Type { get; } = type;

    /// <summary>Its shorter names.</summary>
    public List<string> Aliases { get; } = [];

    private ConstructorInfo Constructor => field ??= Type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)
        ?? throw new ValueException($"{Type.Name} has no public constructor.");

    /// <summary>The settings: the constructor's parameters.</summary>
    public IReadOnlyList<ParameterInfo> Settings => field ??= Constructor.GetParameters();

    /// <summary>The value an object has for one of its settings.</summary>
    public object? Read(object value, ParameterInfo setting) => PropertyOf(setting).GetValue(value);

    private PropertyInfo PropertyOf(ParameterInfo setting)
    {
        var name = char.ToUpperInvariant(setting.Name![0]) + setting.Name[1..];
        return Type.GetProperty(name) is { CanRead: true } property
            ? property
            : throw new ValueException($"{Type.Name} has the constructor parameter {setting.Name} but no public property {name}, from which its value could be written to a file.");
    }

    /// <summary>The kind and its settings as a program writes them: <c>L1(factor: 0.01)</c>.</summary>
    public string Shown(object value) => $"{Type.Name}({string.Join(", ", Settings.Select(setting => $"{setting.Name}: {ShownValue(Read(value, setting))}"))})";

    private static string ShownValue(object? value)
    {
        try
        {
            return Serialization.Settings.Write(value)?.ToJsonString() ?? "null";
        }
        catch (ValueException)
        {
            return value!.GetType().Name; // what no file holds, such as a function
        }
    }

    /// <summary>Refuses a type whose objects could not be written.</summary>
    public void RequireProperties()
    {
        foreach (var setting in Settings)
        {
            PropertyOf(setting);
        }
    }

    /// <summary>Makes an object, asking for the value of each setting.</summary>
    public object Create(Func<ParameterInfo, object?> setting)
    {
        object?[] values = [.. Settings.Select(setting)];
        try
        {
            return Constructor.Invoke(values);
        }
        catch (TargetInvocationException error) when (error.InnerException is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
