namespace Efface.Auditing.Attacks;

/// <summary>
/// Keeps the best of the candidates offered in turn: of those whose balanced accuracy lies within a standard error of the highest, the one
/// with the lowest log-loss, because balanced accuracy is too coarse to separate close candidates.
/// </summary>
internal sealed class Selection<T>
{
    private double _highest = double.NegativeInfinity;

    /// <summary>What was kept; null before the first offer.</summary>
    public T? Kept { get; private set; }

    /// <summary>How good it is.</summary>
    public Quality Quality { get; private set; }

    /// <summary>Whether anything was offered.</summary>
    public bool HasKept { get; private set; }

    /// <summary>Whether this one replaced the one kept before.</summary>
    public bool Offer(T candidate, Quality quality)
    {
        if (quality.BalancedAccuracy > _highest)
            _highest = quality.BalancedAccuracy;
        var better =
            !HasKept
            || (
                quality.BalancedAccuracy >= _highest - quality.Error
                && (quality.LogLoss < Quality.LogLoss || Quality.BalancedAccuracy < _highest - Quality.Error)
            );
        if (better)
            (Kept, Quality, HasKept) = (candidate, quality, true);
        return better;
    }
}
