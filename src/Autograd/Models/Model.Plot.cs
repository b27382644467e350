using Autograd.Reports;

namespace Autograd;

public partial class Model
{
    /// <summary>Draws the model layer by layer into a file, with shapes and numbers of parameters, as Keras's <c>plot_model</c> does; for a page see <see cref="Reports.Graph.Of(Model, string)"/>.</summary>
    /// <param name="path">The file, an SVG.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="ModelException">The model is not built, or computes in a <c>Call</c> of its own.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public string Plot(string path = "model.svg") => Reports.Graph.Of(this).Save(path);
}
