using Autograd.Data;
using Autograd.Tests.Reports;

namespace Autograd.Tests.Data;

public class IrisTableTests
{
    private const string Header = "sepal_length,sepal_width,petal_length,petal_width,species\n";

    [Theory]
    [InlineData(IrisTable.Training, 120)]
    [InlineData(IrisTable.Test, 30)]
    public void Each_file_has_its_rows(string file, int rows)
    {
        var (measurements, species) = IrisTable.Read(file);
        Assert.Equal(rows, species.Length);
        Assert.Equal(4 * rows, measurements.Length);
        Assert.All(measurements, value => Assert.InRange(value, 0.1f, 7.9f));
    }

    [Fact]
    public void The_two_files_hold_fifty_flowers_of_each_species()
    {
        int[] all = [.. IrisTable.Read(IrisTable.Training).Species, .. IrisTable.Read(IrisTable.Test).Species];
        Assert.Equal([50, 50, 50], [.. all.CountBy(one => one).OrderBy(pair => pair.Key).Select(pair => pair.Value)]);
    }

    [Theory]
    [InlineData(IrisTable.Training, 6.4f, 2.8f, 5.6f, 2.2f, 2)]
    [InlineData(IrisTable.Test, 5.9f, 3.0f, 4.2f, 1.5f, 1)]
    public void The_first_row_is_that_of_the_tutorial_in_every_culture(string file, float a, float b, float c, float d, int expected)
    {
        foreach (var culture in Cultures.Names)
        {
            using var scope = Cultures.Enter(culture);
            var (measurements, species) = IrisTable.Read(file);
            Assert.Equal([a, b, c, d], measurements[..4]);
            Assert.Equal(expected, species[0]);
        }
    }

    [Theory]
    [InlineData("1,2,3,4,0\n", "line 1: expected the header")]
    [InlineData(Header + "1,2,3,0\n", "line 2: expected 5 values but found 4")]
    [InlineData(Header + "# note\n1,x,3,4,0\n", "line 3: 'x' is not a number")]
    [InlineData(Header + "1,2,3,4,3\n", "line 2: '3' is not a species")]
    public void A_malformed_line_is_named(string text, string message)
        => Assert.Contains(message, Assert.Throws<InvalidDataException>(() => IrisTable.Parse(new StringReader(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_embedded_is_named()
        => Assert.Equal("roses.csv", Assert.Throws<FileNotFoundException>(() => IrisTable.Read("roses.csv")).FileName);
}
