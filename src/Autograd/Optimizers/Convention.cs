namespace Autograd;

/// <summary>Whose formula an optimizer follows where Keras and PyTorch define one name differently; each optimizer says what it means there.</summary>
public enum Convention
{
    /// <summary>Keras 3. Weight decay shrinks the weight by the rate times the decay before the update.</summary>
    Keras,

    /// <summary>
    /// PyTorch. Weight decay adds the decay times the weight to the gradient (except in <see cref="AdamW"/>), and clipping by the global norm divides by the norm + 1e-6.
    /// </summary>
    Torch,
}
