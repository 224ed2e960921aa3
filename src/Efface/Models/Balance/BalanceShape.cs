namespace Efface.Models.Balance;

/// <summary>The sizes of a <see cref="BalanceErasure"/>: what is needed to build it again before its numbers are loaded.</summary>
public sealed record BalanceShape
{
    /// <summary>D, the numbers of a vector.</summary>
    public required int Size { get; init; }

    /// <summary>d, the directions of most variance that are kept; the others are dropped.</summary>
    public required int Directions { get; init; }

    /// <summary>Into how many folds rows fall; each fold has readers of its own, which learned from the other folds.</summary>
    public required int Folds { get; init; }

    /// <summary>The width of the readers' hidden layers.</summary>
    public required int Width { get; init; }

    /// <summary>Classes of the task; 1 without a task.</summary>
    public int TaskClasses { get; init; } = 1;

    /// <summary>The attributes to forget, in the order in which they are taken out: each with the number of its classes.</summary>
    public required IReadOnlyList<int> AttributeClasses { get; init; }

    /// <summary>
    /// The vectors are a network's, and its classifier decides: its decisions stay, and where they differ vectors tell nothing else.
    /// </summary>
    public bool KeepsDecision { get; init; }
}
