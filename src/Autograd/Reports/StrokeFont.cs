using System.Globalization;
using System.Text;

namespace Autograd.Reports;

/// <summary>
/// Letters made of straight strokes, for pictures of pixels: the ASCII ones, a few Greek ones and a few signs. Accents are left out; a letter that is not here, such as a Chinese one, is an
/// empty box. Pages and SVG files use the fonts of the reader's system instead.
/// </summary>
internal static class StrokeFont
{
    // A letter, its width and its strokes, of which each is a run of points of two hexadecimal digits, x and y. The base line is at y 2, capitals end at A, small letters at 7.
    private const string Table = """
        A6 023A62 1555  B5 020A4A59574606 4655534202  C5 594A1A0903124253  D5 020A3A58543202  E5 5A0A0252 0646  F5 5A0A02 0646  G5 594A1A09031242535636  H5 020A 525A 0656
        I0 020A  J4 4A43321203  K5 020A 5A05 2752  L4 0A0242  M6 020A356A62  N5 020A525A  O6 1A0903125263695A1A  P5 020A4A59574606  Q6 1A0903125263695A1A 4462
        R5 020A4A59574606 3652  S5 594A1A090716465553421203  T6 0A6A 3A32  U5 0A031242535A  V6 0A326A  W8 0A2249628A  X6 0A62 6A02  Y6 0A366A 3632  Z5 0A5A0252
        a4 17374642 45150403123243  b4 0A02 0617374643321203  c4 4637170603123243  d4 4A42 4637170603123243  e4 05454637170603123243  f3 3A2A1912 0737
        g4 4741301001 4637170603123243  h4 0A02 0617374642  i0 0702 0A09  j1 171100 1A19  k4 0A02 4704 1542  l0 0A02  m6 0702 0617263532 3547576662  n4 0702 0617374642
        o4 170603123243463717  p4 0700 0617374643321203  q4 4740 4637170603123243  r3 0702 051737  s4 46371706153443321203  t3 1A132232 0737  u4 0703123243 4742
        v4 072247  w6 0712365267  x4 0742 4702  y4 0722 4710  z4 07470242
        05 1A0903124253594A1A  15 183A32  25 091A4A59570252  35 091A4A59574626 465553421203  45 4A0454 4A42  55 5A0A0617475653421203  65 594A1A090312425355461605  75 0A5A22
        85 1607091A4A5957461605031242535546  95 03124253594A1A0907164657
        .1 0203131202  ,1 1201  :1 0203131202 0607171606  ;1 1201 1616  -3 0535  −4 0545  +4 0545 2723  =4 0444 0646  /4 024A  %6 080A2A2808 4244646242 026A  (2 2A080422  )2 0A282402  [2 2A0A0222
        ]2 0A2A2202  {2 2A191706151322  }2 0A191726151302  |0 0B01  _5 0151  '0 0A08  "2 0A08 2A28  !0 0A05 0302  ?4 091A3A49482624 2322  *4 2A26 0947 4907  #6 122A 425A 0565 0868
        &6 6218192A3A49480403124265  <4 480542  >4 084502  @7 5434252637575474786A2A08042262  ^4 082A48  ~5 051626354556  \4 0A42  $5 594A1A090716465553421203 3B31  `1 0A18
        σ5 5717 170603123243463717  θ4 1A0903123243493A1A 0646  α5 5732120306173752  β4 00091A3A49483717 3746433212  λ4 1A42 2602  μ4 0007 03123243 4742  π5 0757 1712 4742
        ε4 463717061525 150403123243  η4 0702 0617374640  Δ6 02623A02  Σ5 5A0A360252  ∇6 0A6A320A  ±4 0242 0646 2824  ≤4 4A0743 0242  ≥4 0A4703 0242  ω6 0712365267
        …6 0202 3232 6262  ×4 0743 0347  ·0 0505  °2 080A2A2808  →6 0565 476543  ←6 0565 270523  ²2 091A2A280626
        """;

    private const string Unknown = "020A5A5202";

    // Capitals are eight units high and 0.72 of the size of the text.
    private const double Unit = 0.09;
    private const double Gap = 2.2;
    private const double Space = 3.5;

    private static readonly Dictionary<int, (int Width, string Strokes)> s_glyphs = Table.Split(["  ", "\n"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .ToDictionary(entry => (int)entry[0], entry => (entry[1] - '0', entry[3..]));

    /// <summary>How wide a text is.</summary>
    internal static double Width(string text, double size) => Letters(text).Sum(Advance) * Unit * size;

    /// <summary>The strokes of a text that begins at 0 on the base line, with y growing downwards.</summary>
    internal static IEnumerable<List<(double X, double Y)>> Strokes(string text, double size)
    {
        var left = Gap / 2;
        foreach (var letter in Letters(text))
        {
            foreach (var stroke in letter == ' ' ? [] : Glyph(letter).Strokes.Split(' '))
            {
                var points = new List<(double X, double Y)>();
                for (var i = 0; i + 1 < stroke.Length; i += 2)
                {
                    points.Add(((left + Digit(stroke[i])) * Unit * size, (2 - Digit(stroke[i + 1])) * Unit * size));
                }

                yield return points;
            }

            left += Advance(letter);
        }
    }

    private static double Advance(int letter) => letter == ' ' ? Space : Glyph(letter).Width + Gap;

    private static (int Width, string Strokes) Glyph(int letter) => s_glyphs.TryGetValue(letter, out var glyph) ? glyph : (5, Unknown);

    private static int Digit(char digit) => Convert.ToInt32(digit.ToString(), 16);

    /// <summary>A letter with an accent is one without it followed by the accent, which is left out.</summary>
    private static IEnumerable<int> Letters(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value < 0x80 || s_glyphs.ContainsKey(rune.Value))
            {
                yield return rune.Value;
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                yield return rune.ToString().Normalize(NormalizationForm.FormD)[0];
            }
        }
    }
}
