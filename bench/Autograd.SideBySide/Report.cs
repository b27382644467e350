using System.Globalization;

namespace Autograd.SideBySide;

/// <summary>The table, line by line as rows come in, and the summary.</summary>
internal sealed class Report(string noPeer)
{
    private readonly List<Row> _rows = [];

    public static void Header() =>
        Console.WriteLine($"{"name",-24}{"ours us",14}{"peer us",12}{"ratio",9}{"target",12}  {"",-7}the peer");

    public void Add(Row row)
    {
        _rows.Add(row);
        var verdict = row.Target.MetBy(row.Ours, row.Ratio) switch { true => "met", false => "missed", null => "" };
        Console.WriteLine(
            $"{row.Name,-24}{Time(row.Ours, "not there yet"),14}{Time(row.Theirs, "none"),12}{Number(row.Ratio, "F2"),9}"
            + $"{row.Target,12}  {verdict,-7}{(row.Theirs is null && noPeer.Length > 0 ? $"{noPeer} {row.Note}" : row.Note)}");
    }

    public void Summary()
    {
        Console.WriteLine();
        Geometric("all rows with a peer", row => true);
        Geometric("matrix products", row => row.Name.StartsWith("matmul-", StringComparison.Ordinal));
        var verdicts = _rows.Select(row => row.Target.MetBy(row.Ours, row.Ratio)).ToArray();
        var (met, missed) = (verdicts.Count(v => v == true), verdicts.Count(v => v == false));
        Console.WriteLine($"targets: {met} met, {missed} missed, {verdicts.Length - met - missed} without target, peer or operation");
    }

    public void Save(string path)
    {
        using var file = new StreamWriter(path);
        file.Write("name\tours_us\tpeer_us\tratio\ttarget\n");
        foreach (var row in _rows)
        {
            file.Write($"{row.Name}\t{Number(row.Ours, "R")}\t{Number(row.Theirs, "R")}\t{Number(row.Ratio, "R")}\t{row.Target}\n");
        }
    }

    private void Geometric(string what, Func<Row, bool> chosen)
    {
        double[] logs = [.. _rows.Where(row => !row.AgainstMachine && row.Ratio is not null && chosen(row)).Select(row => Math.Log(row.Ratio!.Value))];
        if (logs.Length > 0)
        {
            Console.WriteLine($"geometric mean of ratios, {what} ({logs.Length}): {Number(Math.Exp(logs.Average()), "F2")}");
        }
    }

    private static string Time(double? us, string missing) => us is { } value
        ? Number(value, value < 10 ? "F3" : value < 1000 ? "F1" : "F0")
        : missing;

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
