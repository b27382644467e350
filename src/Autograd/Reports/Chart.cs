using Autograd.Serialization;

namespace Autograd.Reports;

/// <summary>A titled picture, drawn by this library without scripts or outside files. It stands in a <see cref="ReportPage"/> or in a file of its own. Threads: one at a time.</summary>
public abstract class Chart
{
    private const double PixelsPerUnit = 2;

    private protected Chart(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        Title = title;
    }

    /// <summary>What the chart shows.</summary>
    public string Title { get; }

    /// <summary>Draws the chart as one <c>svg</c> element, which can stand in a page or in a file of its own. It follows the reader's choice of light or dark.</summary>
    /// <returns>Well-formed XML that reads the same in every culture.</returns>
    public string ToSvg() => SvgWriter.Write(Draw(), Title);

    /// <summary>
    /// Writes the chart to a file: <c>.svg</c>, sharp at any size, or <c>.png</c>, pixels in the colors of light pages. In pixels, letters other than the ASCII ones are
    /// written without their accents or, as Chinese ones, as boxes.
    /// </summary>
    /// <param name="path">The file, in a folder that exists. It appears whole or not at all.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="ValueException">The name ends in something else.</exception>
    /// <exception cref="FileException">The file cannot be written.</exception>
    public string Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var content = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".SVG" => System.Text.Encoding.UTF8.GetBytes(ToSvg()),
            ".PNG" => PngWriter.Write(Rasterizer.Draw(Draw(), PixelsPerUnit)),
            var extension => OtherFormat(extension)
                ?? throw new ValueException($"A chart cannot be saved as '{path}': the name must end in .svg or .png, or for an animation in .gif."),
        };
        return Write(path, content);
    }

    /// <summary>What the chart looks like now.</summary>
    internal abstract Picture Draw();

    /// <summary>The charts that a page shows side by side in place of this one.</summary>
    internal virtual IReadOnlyList<Chart> Parts() => [this];

    /// <summary>The content of a file with another extension, in capitals; null where there is none.</summary>
    private protected virtual byte[]? OtherFormat(string extension) => null;

    private protected static string Write(string path, byte[] content)
    {
        AtomicFile.Write(path, stream => stream.Write(content));
        return Path.GetFullPath(path);
    }
}
