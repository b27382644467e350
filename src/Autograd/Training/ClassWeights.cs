using Autograd.Backends;

namespace Autograd;

/// <summary>Weights of classes as weights of examples.</summary>
internal static class ClassWeights
{
    public static Batch Apply(Batch batch, IReadOnlyDictionary<int, double>? weights, string operation)
    {
        if (weights is null)
        {
            return batch;
        }
        if (batch.SampleWeight is not null)
        {
            throw new ValueException($"{operation}: give classWeight or sampleWeight, not both.");
        }
        if (batch.Y.Count != 1)
        {
            throw new ValueException($"{operation}: classWeight needs one target, and there are {batch.Y.Count}.");
        }
        var y = batch.Y[0];
        var classes = y.Rank < 2 ? y : y.Shape[^1] == 1 ? y.Squeeze(-1) : y.ArgMax(axis: -1);
        if (classes.Size == 0)
        {
            return batch;
        }
        const int MostClasses = 1 << 24; // a table, so a wild label must not make it endless
        var known = classes.Device == Device.Cpu ? null : WholeNumbers.Within(classes, 0, MostClasses - 1);
        var largest = Math.Max(known is null ? (int)classes.Max().Item() : (int)known.Most, weights.Keys.DefaultIfEmpty(0).Max());
        if (weights.Keys.FirstOrDefault(c => c < 0) is < 0 and var number)
        {
            throw new ValueException($"{operation}: classWeight names the class {number}; classes are numbered from 0.");
        }
        if (known is null && classes.Min().Item() < 0)
        {
            throw new ValueException(FormattableString.Invariant(
                $"{operation}: the target of example {classes.Reshape(y.Shape[0], -1).Min(1).ArgMin().Item()} is {classes.Min().Item()}, which is no class that classWeight could weigh; classes are numbered from 0."));
        }
        if (weights.Values.Any(weight => !(weight >= 0 && double.IsFinite(weight))))
        {
            throw new ValueException($"{operation}: a class weight must be finite and not negative.");
        }
        if (largest >= MostClasses)
        {
            throw new ValueException($"{operation}: class {largest} is beyond the {MostClasses} that class weights are for.");
        }
        var table = new float[largest + 1];
        Array.Fill(table, 1);
        foreach (var (place, weight) in weights)
        {
            table[place] = (float)weight;
        }
        return batch with { SampleWeight = Tensor.From(table).Take(classes.Cast(DType.Int64)) };
    }
}
