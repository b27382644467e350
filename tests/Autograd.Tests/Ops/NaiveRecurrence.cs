namespace Autograd.Tests.Ops;

/// <summary>The recurrent rows of <see cref="OpTable"/> in plain loops: two sequences of four steps and two features, three units.</summary>
internal static class NaiveRecurrence
{
    private const int Batch = 2, Steps = 4, Features = 2, Units = 3;

    /// <summary>Outputs of all steps, then the last states, as the rows put them together; null for another row.</summary>
    public static double[]? Result(string row, double[][] t)
    {
        var kind = row.Split(' ')[0];
        var gates = kind switch { "Lstm" => 4, "Gru" => 3, "SimpleRnn" => 1, _ => 0 };
        if (gates == 0)
        {
            return null;
        }
        var (masked, backwards, resetAfter) = (row.Contains("masked", StringComparison.Ordinal) || row.EndsWith("before", StringComparison.Ordinal),
            row.EndsWith("backwards", StringComparison.Ordinal), !row.EndsWith("before", StringComparison.Ordinal));
        var result = new List<double>();
        for (var b = 0; b < Batch; b++)
        {
            var h = t.Length > 4 ? t[4][(b * Units)..((b + 1) * Units)] : new double[Units];
            var c = t.Length > 5 ? t[5][(b * Units)..((b + 1) * Units)] : new double[Units];
            for (var k = 0; k < Steps; k++)
            {
                var step = backwards ? Steps - 1 - k : k;
                if (!masked || OpTable.RecurrentMask[b, step])
                {
                    (h, c) = Step(kind, t, t[0][(((b * Steps) + step) * Features)..(((b * Steps) + step + 1) * Features)], h, c, gates, resetAfter);
                }
                result.AddRange(h);
            }
            result.AddRange(h);
            if (kind == "Lstm")
            {
                result.AddRange(c);
            }
        }
        return [.. result];
    }

    private static (double[] H, double[] C) Step(string kind, double[][] t, double[] x, double[] h, double[] c, int gates, bool resetAfter)
    {
        var (nextH, nextC) = (new double[Units], new double[Units]);
        for (var j = 0; j < Units; j++)
        {
            switch (kind)
            {
                case "SimpleRnn":
                    nextH[j] = Math.Tanh(FromInput(0, j) + FromState(0, j, h));
                    break;
                case "Lstm":
                    nextC[j] = (Gate(1, j) * c[j]) + (Gate(0, j) * Math.Tanh(FromInput(2, j) + FromState(2, j, h)));
                    nextH[j] = Gate(3, j) * Math.Tanh(nextC[j]);
                    break;
                default:
                    var candidate = resetAfter
                        ? FromInput(2, j) + (Gate(1, j) * FromState(2, j, h))
                        : FromInput(2, j) + FromState(2, j, [.. h.Select((value, k) => value * Gate(1, k))]);
                    nextH[j] = (Gate(0, j) * h[j]) + ((1 - Gate(0, j)) * Math.Tanh(candidate));
                    break;
            }
        }
        return (nextH, nextC);

        double Gate(int gate, int j) => Exact.Sigmoid(FromInput(gate, j) + FromState(gate, j, h));

        double FromInput(int gate, int j) => Bias(0, gate, j) + x.Select((value, k) => value * t[1][(k * gates * Units) + (gate * Units) + j]).Sum();

        double FromState(int gate, int j, double[] state) =>
            (kind == "Gru" && resetAfter ? Bias(1, gate, j) : 0) + state.Select((value, k) => value * t[2][(k * gates * Units) + (gate * Units) + j]).Sum();

        double Bias(int row, int gate, int j) => t.Length > 3 ? t[3][(row * gates * Units) + (gate * Units) + j] : 0;
    }
}
