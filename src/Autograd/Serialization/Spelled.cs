using System.Text;

namespace Autograd.Serialization;

/// <summary>Names of types as Keras users write them.</summary>
internal static class Spelled
{
    /// <summary>MeanSquaredError -> mean_squared_error, Conv2D -> conv2d, LSTM -> lstm, AUC -> auc.</summary>
    public static string InSnakeCase(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            // A capital starts a word when it follows a small letter, and a small letter follows it.
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]) && i + 1 < name.Length && char.IsLower(name[i + 1]))
            {
                text.Append('_');
            }
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }
}
