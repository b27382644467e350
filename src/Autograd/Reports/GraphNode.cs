namespace Autograd.Reports;

/// <summary>What a node of a drawn graph stands for, which gives it its colour.</summary>
internal enum GraphNodeKind
{
    /// <summary>What is learned, or watched: gradients lead here.</summary>
    Source,

    /// <summary>Data.</summary>
    Constant,

    /// <summary>Made from other nodes.</summary>
    Operation,

    /// <summary>What the gradients are of.</summary>
    Target,
}

/// <summary>A box of a drawn graph.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Title">Its first line.</param>
/// <param name="Hover">What hovering over it says.</param>
internal sealed record GraphNode(GraphNodeKind Kind, string Title, string Hover)
{
    /// <summary>The name that a program gave it.</summary>
    internal string? Name { get; set; }

    /// <summary>The lines below the title.</summary>
    internal IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>The line of its gradient; null where it has none.</summary>
    internal string? Gradient { get; init; }

    /// <summary>The nodes that it is made from, by number.</summary>
    internal IReadOnlyList<int> Inputs { get; init; } = [];

    /// <summary>The tensors by which a program may know it.</summary>
    internal IReadOnlyList<Tensor> Tensors { get; init; } = [];

    internal string FullTitle => Name is null ? Title : Title.Length == 0 || Name == Title ? Name : $"{Name} = {Title}";

    internal int LineCount => 1 + Lines.Count + (Gradient is null ? 0 : 1);
}
