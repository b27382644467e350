using System.Globalization;
using System.Text.RegularExpressions;
using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Saves the model after epochs, all of them or those that are better than any before. Epochs without validation are passed over where a measure of it is watched or names the file.
/// </summary>
/// <param name="filePath">Where to; may name the epoch (from 1) and measures as Keras does: <c>model.{epoch:02d}-{val_loss:.2f}.safetensors</c>.</param>
/// <param name="monitor">The measure that tells which epoch is best.</param>
/// <param name="saveBestOnly">Whether only an epoch better than all before is saved.</param>
/// <param name="saveWeightsOnly">Whether only the weights are saved.</param>
/// <param name="mode">Whether larger or smaller is better.</param>
/// <param name="saveFreq">After every so many epochs.</param>
/// <param name="initialValueThreshold">What the first epoch to be saved has to beat.</param>
public sealed partial class ModelCheckpoint(
    string filePath, string monitor = "val_loss", bool saveBestOnly = false, bool saveWeightsOnly = false, MonitorMode mode = MonitorMode.Auto, int saveFreq = 1,
    double? initialValueThreshold = null) : Callback
{
    private readonly Monitored _monitor = new(monitor, mode);
    private double _best;

    /// <summary>Where to.</summary>
    public string FilePath { get; } = filePath;

    /// <summary>The measure that tells which epoch is best.</summary>
    public string Monitor => _monitor.Name;

    /// <summary>Whether only an epoch better than all before is saved.</summary>
    public bool SaveBestOnly { get; } = saveBestOnly;

    /// <summary>Whether only the weights are saved.</summary>
    public bool SaveWeightsOnly { get; } = saveWeightsOnly;

    /// <summary>Whether larger or smaller is better.</summary>
    public MonitorMode Mode { get; } = mode;

    /// <summary>After every so many epochs.</summary>
    public int SaveFreq { get; } = saveFreq > 0 ? saveFreq : throw new ValueException($"ModelCheckpoint: a frequency of {saveFreq} epochs; it must be 1 or more.");

    /// <summary>What the first epoch to be saved has to beat.</summary>
    public double? InitialValueThreshold { get; } = initialValueThreshold;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _best = InitialValueThreshold ?? _monitor.Worst;
        if (SaveBestOnly)
        {
            _monitor.RequireMeasured(Run, nameof(ModelCheckpoint));
        }
        Model.OfThisKind(FilePath);
        foreach (Match field in Field().Matches(FilePath))
        {
            var name = field.Groups["name"].Value;
            if (name != "epoch" && Run.Measures is { } measures && !Monitored.IsAmong(measures, name))
            {
                throw NotMeasured(name, measures);
            }
        }
        if (!SaveWeightsOnly && Model.IsBuilt)
        {
            Serialization.ModelFile.RequireWritable(Model); // better now than after the first epoch
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if ((epoch + 1) % SaveFreq != 0 || (Run.ValidatesEpoch(epoch) is false && NeedsValidation))
        {
            return;
        }
        if (SaveBestOnly)
        {
            var value = _monitor.Read(logs, nameof(ModelCheckpoint));
            if (!_monitor.IsBetter(value, _best))
            {
                return;
            }
            _best = value;
        }
        var path = PathFor(epoch, logs);
        MakeFolder(path);
        if (SaveWeightsOnly)
        {
            Model.SaveWeights(path);
        }
        else
        {
            Model.Save(path);
        }
    }

    // Whether the measures that are watched, or that name the file, are not there without validation.
    private bool NeedsValidation => (SaveBestOnly && Monitor.StartsWith("val_", StringComparison.Ordinal))
        || Field().Matches(FilePath).Any(place => place.Groups["name"].Value.StartsWith("val_", StringComparison.Ordinal));

    // As in Keras: an epoch of training should not be lost for want of a folder.
    private static void MakeFolder(string path)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileException($"Cannot write '{path}': {error.Message}", error);
        }
    }

    private static ValueException NotMeasured(string name, IEnumerable<string> measures) =>
        new($"ModelCheckpoint: the path names '{name}', which is not measured. {Spelled.Suggestion(name, measures)}There are: epoch, {string.Join(", ", measures)}.");

    [GeneratedRegex(@"\{(?<name>\w+)(:(?<zero>0?)(?<width>\d*)(\.(?<digits>\d+))?[dfe]?)?\}")]
    private static partial Regex Field();

    internal string PathFor(int epoch, Logs logs) => Field().Replace(FilePath, field =>
    {
        var name = field.Groups["name"].Value;
        var value = name == "epoch" ? epoch + 1 : logs.TryGetValue(name, out var measure)
            ? measure
            : throw NotMeasured(name, logs.Keys);
        var digits = field.Groups["digits"];
        var text = digits.Success ? value.ToString("F" + digits.Value, CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);
        return int.TryParse(field.Groups["width"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            ? text.PadLeft(width, field.Groups["zero"].Length > 0 ? '0' : ' ')
            : text;
    });
}
