namespace Efface.Auditing.Attacks;

/// <summary>The one list of attackers.</summary>
public static class Attackers
{
    /// <summary>Every attacker: the floors, which never see h, and those that an audit runs.</summary>
    public static IReadOnlyList<IAttacker> All { get; } =
    [
        FloorAttacker.Majority,
        FloorAttacker.LabelOnly,
        FloorAttacker.PredictionOnly,
        new LookupAttacker(),
        new LinearAttacker(),
        new ProductsAttacker(),
        new MomentsAttacker(),
        new NearestNeighboursAttacker(),
        new TreesAttacker(),
        new MlpAttacker(),
        new TemplateAttacker(),
        new ConvolutionAttacker(),
        new PatchesAttacker(),
        new ResNetAttacker(),
    ];
}
