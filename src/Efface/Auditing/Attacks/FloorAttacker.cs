using TorchSharp;

namespace Efface.Auditing.Attacks;

/// <summary>An attacker that never sees h: the lookup table of a constant, of y, or of ŷ.</summary>
public sealed class FloorAttacker : IAttacker
{
    // Every attacker starts from the floor: a floor that departs from guessing by chance misleads them all. Noise does so in one try of
    // four hundred.
    private readonly LookupAttacker _lookup = new() { Margin = 4 };
    private readonly Func<AttackSet, int[]> _symbol;

    private FloorAttacker(string name, Func<AttackSet, int[]> symbol) => (Name, _symbol) = (name, symbol);

    /// <summary>Knows nothing.</summary>
    public static FloorAttacker Majority { get; } = new("majority", set => new int[set.Count]);

    /// <summary>Knows y.</summary>
    public static FloorAttacker LabelOnly { get; } = new("labelOnly", set => set.Task);

    /// <summary>Knows ŷ, the model's own decision.</summary>
    public static FloorAttacker PredictionOnly { get; } = new("predictionOnly", set => set.Prediction);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsFloor => true;

    /// <inheritdoc/>
    public bool DependsOnSeed => false;

    /// <inheritdoc/>
    public bool Reads(AttackProblem problem) => true;

    /// <inheritdoc/>
    public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed, CancellationToken cancel = default)
    {
        var symbols = _symbol(fit).Concat(_symbol(choose)).DefaultIfEmpty(0).Max() + 1;
        using var seen = Symbols(fit, symbols);
        using var chosen = Symbols(choose, symbols);
        return new Fitted(
            this,
            symbols,
            _lookup.Fit(
                problem with
                {
                    Shape = [],
                    Symbols = symbols + 1,
                    TaskClasses = 0,
                },
                fit with
                {
                    Values = seen,
                },
                choose with
                {
                    Values = chosen,
                },
                seed,
                cancel
            )
        );
    }

    // Symbols that did not occur in fitting become one more symbol, which reveals nothing.
    private torch.Tensor Symbols(AttackSet set, int symbols) =>
        torch.tensor(_symbol(set).Select(symbol => (long)Math.Min(symbol, symbols)).ToArray());

    private sealed class Fitted(FloorAttacker floor, int symbols, IFittedAttacker table) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            using var values = floor.Symbols(set, symbols);
            return table.Read(set with { Values = values });
        }

        public void Dispose() => table.Dispose();
    }
}
