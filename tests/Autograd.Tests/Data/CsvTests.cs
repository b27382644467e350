using System.Text;
using Autograd.Tests.Files;
using Autograd.Tests.Reports;

namespace Autograd.Tests.Data;

/// <summary>CSV files, as RFC 4180 has them and as they break.</summary>
public class CsvTests
{
    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Shown(CsvTable table) =>
        string.Join("|", table.Columns) + " // " + string.Join(" / ", Enumerable.Range(0, table.Count).Select(row => string.Join("|", table.Columns.Select(column => table[row, column]))));

    public static TheoryData<string, byte[], string> Readable => new()
    {
        { "plain", Bytes("a,b\n1,2\n3,4\n"), "a|b // 1|2 / 3|4" },
        { "no last line end", Bytes("a,b\n1,2"), "a|b // 1|2" },
        { "no last line end after a quote", Bytes("a,b\n1,\"2\""), "a|b // 1|2" },
        { "no last cell", Bytes("a,b\n1,"), "a|b // 1|" },
        { "CRLF", Bytes("a,b\r\n1,2\r\n"), "a|b // 1|2" },
        { "CR", Bytes("a,b\r1,2\r"), "a|b // 1|2" },
        { "byte order mark", [0xEF, 0xBB, 0xBF, .. "a,b\n1,2\n"u8], "a|b // 1|2" },
        { "quotes", Bytes("a,b\n\"1\",\"x, \"\"y\"\"\"\n"), "a|b // 1|x, \"y\"" },
        { "quoted line ends", Bytes("a,b\n\"1\n2\",\"3\r\n4\"\n"), "a|b // 1\n2|3\r\n4" },
        { "empty cells", Bytes("a,b,c\n,,\n\"\",2,\n"), "a|b|c // || / |2|" },
        { "one column", Bytes("a\n1\n\"\"\n3\n"), "a // 1 /  / 3" },
        { "empty lines", Bytes("\n\na,b\n\n1,2\n\r\n\n"), "a|b // 1|2" },
        { "blanks stay", Bytes(" a ,b\n 1 ,\tx\n"), "a|b //  1 |\tx" },
        { "umlauts", Bytes("größe\nß\n"), "größe // ß" },
        { "only names", Bytes("a,b\n"), "a|b // " },
        { "columns without names", Bytes(",a,\n1,2,3\n"), null! },
    };

    [Theory]
    [MemberData(nameof(Readable))]
    public void Tables_are_read(string what, byte[] bytes, string expected)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        File.WriteAllBytes(folder["a.csv"], bytes);
        var table = Csv.Load(folder["a.csv"]);
        if (expected is null)
        {
            Assert.Equal(["", "a", ""], table.Columns);
            Assert.Equal("2", table[0, "a"]);
        }
        else
        {
            Assert.Equal(expected, Shown(table));
        }
    }

    [Fact]
    public void A_table_may_have_no_names_and_another_separator()
    {
        var table = Csv.Parse("1;2\n3;4\n", header: false, separator: ';');
        Assert.Equal(["0", "1"], table.Columns);
        Assert.Equal([1, 2, 3, 4], table.Numbers(["0", "1"]).ToArray<float>());
        Assert.Equal(0, Csv.Parse("", header: false).Count);
        Assert.Throws<ValueException>(() => Csv.Parse("a", separator: '"'));
    }

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "empty", [], "empty" },
        { "short row", Bytes("a,b\n1,2\n3\n"), "line 3: 1 values, and the first row has 2" },
        { "long row", Bytes("a,b\n1,2\n3,4,5\n"), "line 3: more than the 2 values" },
        { "long row after a quoted line end", Bytes("a,b\n\"1\n\n\",2\n3,4,5\n"), "line 5: more" },
        { "unclosed quote", Bytes("a,b\n1,\"2\n3,4\n"), "line 2, column 2: a quote is opened and never closed" },
        { "quote opened on a later line", Bytes("a,b\n\"1\n1\",\"2\n"), "line 2, column 2: a quote is opened at line 3 and" },
        { "quote inside", Bytes("a,b\n1,2\"3\n"), "line 2, column 2: a quote inside" },
        { "after a quote", Bytes("a,b\n\"1\"x,2\n"), "line 2, column 1: 'x' after the closing quote" },
        { "NUL", Bytes("a,b\n1,\0\n"), "line 2, column 2: a NUL" },
        { "UTF-16 with mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\n")], "line 1, column 1: bytes that are no UTF-8" },
        { "UTF-16", Encoding.Unicode.GetBytes("a,b\n"), "line 1, column 1: a NUL" },
        { "Latin-1", [.. "a,b\n1,2\n3,gr"u8, 0xFC, .. "n\n"u8], "line 3, column 2: bytes that are no UTF-8" },
        { "name twice", Bytes("a,b,a\n"), "line 1, column 3: the name 'a' is that of column 1" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_tables_are_refused_with_line_and_column(string what, byte[] bytes, string words)
    {
        Assert.NotNull(what);
        using var folder = new Folder();
        File.WriteAllBytes(folder["a.csv"], bytes);
        var message = Assert.Throws<FileException>(() => Csv.Load(folder["a.csv"])).Message;
        Assert.Contains(words, message);
        Assert.Contains("a.csv", message);
        Assert.Contains("none.csv", Assert.Throws<FileException>(() => Csv.Load(folder["none.csv"])).Message);
    }

    public static TheoryData<string, string, DType, string> BadNumbers => new()
    {
        { "text", "x", DType.Float32, "'x' is no float32 number" },
        { "decimal comma", "\"1,5\"", DType.Float32, "decimals follow a point" },
        { "thousands", "\"1,000\"", DType.Float64, "thousands have no mark" },
        { "two points", "1.2.3", DType.Float32, "'1.2.3'" },
        { "empty", "", DType.Float32, "an empty cell" },
        { "blank", "  ", DType.Float32, "an empty cell" },
        { "beyond float32", "1e39", DType.Float32, "'1e39' is out of the range of float32" },
        { "beyond float64", "-1e999", DType.Float64, "'-1e999'" },
        { "fraction", "1.5", DType.Int32, "'1.5' is no int32" },
        { "beyond int32", "3000000000", DType.Int32, "int32" },
        { "hexadecimal", "0x10", DType.Int64, "int64" },
        { "Arabic digits", "٣", DType.Float32, "'٣'" },
    };

    [Theory]
    [MemberData(nameof(BadNumbers))]
    public void What_is_no_number_is_named_with_line_and_column(string what, string cell, DType dtype, string words)
    {
        Assert.NotNull(what);
        var table = Csv.Parse($"id,size\n1,2\n\n3,{cell}\n");
        var message = Assert.Throws<FileException>(() => table.Numbers("size", dtype: dtype)).Message;
        Assert.Contains("line 4, column 2 ('size')", message);
        Assert.Contains(words, message);
    }

    [Fact]
    public void Columns_become_tensors_in_every_culture()
    {
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            var table = Csv.Parse("i,x,kind,I\n1,1.5,b,7\n2, -2e-3 ,a,8\n3,?,,9\n", missing: ["?", "NA"]);
            Assert.Equal("[1, 2, 3]  shape [3] Int32", table.Numbers("i", dtype: DType.Int32).ToString());
            Assert.Equal(DType.Int64, table.Numbers("I", dtype: DType.Int64).DType);
            var x = table.Numbers(["x", "i"], emptyAsNaN: true);
            Assert.Equal([1.5f, 1, -2e-3f, 2, float.NaN, 3], x.ToArray<float>());
            Assert.Equal([3, 2], x.Shape);
            Assert.Equal(-2e-3, table.Numbers("x", emptyAsNaN: true, DType.Float64).ToArray<double>()[1]);
            Assert.Equal(["b", "a", ""], table.Texts("kind"));
            Assert.Equal(["a", "b"], table.Vocabulary("kind"));
            Assert.Equal([1, 0, -1], table.Classes("kind", table.Vocabulary("kind"), unknown: -1).ToArray<int>());
            Assert.Equal([1, 2], table.WithoutEmpty("kind", "x").Numbers("i").ToArray<float>());
            Assert.Equal(2, table.WithoutEmpty().Count);
            Assert.Equal([float.NaN, float.PositiveInfinity, float.NegativeInfinity], Csv.Parse("x\nNaN\nInfinity\n-Infinity\n").Numbers("x").ToArray<float>());
        }
    }

    [Fact]
    public void Wrong_questions_are_answered()
    {
        var table = Csv.Parse("a,b\n1,x\n2,y\n");
        Assert.Contains("no column 'c'; the columns are a, b", Assert.Throws<ValueException>(() => table.Numbers("c")).Message);
        Assert.Contains("line 3, column 2 ('b'): 'y' is not in the vocabulary of 1: x", Assert.Throws<FileException>(() => table.Classes("b", ["x"])).Message);
        Assert.Contains("twice", Assert.Throws<ValueException>(() => table.Classes("b", ["x", "x"])).Message);
        Assert.Throws<ValueException>(() => table[2, "a"]);
        Assert.Throws<DTypeException>(() => table.Numbers("a", emptyAsNaN: true, DType.Int32));
        Assert.Throws<DTypeException>(() => table.Numbers("a", dtype: DType.Bool));
    }

    [Fact]
    public void A_row_cannot_take_all_memory()
    {
        using var folder = new Folder();
        File.WriteAllText(folder["wide.csv"], new string(',', 2_000_000));
        Assert.Contains("more than 1048576 values", Assert.Throws<FileException>(() => Csv.Load(folder["wide.csv"])).Message);
        File.WriteAllText(folder["million.csv"], string.Join(',', Enumerable.Range(0, 1_000_000)) + "\n" + new string(',', 999_999) + "\n");
        Assert.Equal(1_000_000, Csv.Load(folder["million.csv"]).Columns.Count);
        using (var long1 = File.Create(folder["long.csv"]))
        {
            long1.Write("a\n\""u8);
            long1.Write(Enumerable.Repeat((byte)'x', 17 << 20).ToArray());
        }
        var message = Assert.Throws<FileException>(() => Csv.Load(folder["long.csv"])).Message;
        Assert.Contains("line 2, column 1: a row of more than 16777216 characters; the quote opened at line 2", message);
    }
}
