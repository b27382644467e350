using System.Globalization;

namespace Autograd.Data;

/// <summary>Reads the embedded iris measurements: four lengths in centimetres and a species for each flower.</summary>
internal static class IrisTable
{
    internal const string Training = "iris_training.csv";
    internal const string Test = "iris_test.csv";

    private const string Header = "sepal_length,sepal_width,petal_length,petal_width,species";
    private const int Columns = 4;

    /// <summary>Parses one embedded file into row-major measurements (rows x 4) and species numbers 0, 1 or 2.</summary>
    internal static (float[] Measurements, int[] Species) Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var stream = typeof(IrisTable).Assembly.GetManifestResourceStream("Autograd.Data." + file)
            ?? throw new FileNotFoundException($"No data file '{file}' is embedded in this assembly.", file);
        using var reader = new StreamReader(stream);
        return Parse(reader);
    }

    internal static (float[] Measurements, int[] Species) Parse(TextReader reader)
    {
        var measurements = new List<float>();
        var species = new List<int>();
        var headerSeen = false;
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (!headerSeen)
            {
                headerSeen = line == Header ? true : throw Malformed(number, $"expected the header '{Header}'");
                continue;
            }

            var cells = line.Split(',');
            if (cells.Length != Columns + 1)
            {
                throw Malformed(number, $"expected {Columns + 1} values but found {cells.Length}");
            }

            foreach (var cell in cells.AsSpan(0, Columns))
            {
                measurements.Add(float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw Malformed(number, $"'{cell}' is not a number"));
            }

            species.Add(cells[Columns] is ['0' or '1' or '2'] digit
                ? digit[0] - '0'
                : throw Malformed(number, $"'{cells[Columns]}' is not a species; expected 0, 1 or 2"));
        }

        return ([.. measurements], [.. species]);
    }

    private static InvalidDataException Malformed(int line, string problem) => new($"Iris table, line {line}: {problem}.");
}
