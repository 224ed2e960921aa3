namespace Efface.Auditing;

/// <summary>The one list of attackers.</summary>
public static class Attackers
{
    /// <summary>Every attacker that an audit sends.</summary>
    public static IReadOnlyList<IAttacker> All { get; } =
    [
        new LookupAttacker(), new LinearAttacker(), new ProductsAttacker(), new NearestNeighboursAttacker(), new TreesAttacker(), new MlpAttacker(),
        new ConvolutionAttacker(), new ResNetAttacker(),
    ];
}
