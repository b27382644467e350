namespace Autograd.Reports;

/// <summary>The bar beside a picture that says which value each color stands for.</summary>
internal static class ColorBar
{
    internal static void Draw(Picture picture, Scale scale, ColorMap map, double x, double y, double width, double height, int bands = 128)
    {
        var colors = new Pixels(1, bands);
        for (var band = 0; band < bands; band++)
        {
            colors[0, band] = map.At(1 - (band + 0.5) / bands);
        }

        picture.Image("pixels", x, y, width, height, colors);
        picture.Rect("border", x, y, width, height);
        foreach (var tick in scale.Ticks)
        {
            var at = y + height * (1 - scale.Fraction(tick.Value));
            picture.Line("axis", x + width, at, x + width + 4, at);
            picture.Text("tick", x + width + 8, at + 4.5, tick.Label);
        }
    }
}
