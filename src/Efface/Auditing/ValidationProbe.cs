using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>
/// Runs the audit's cheap attackers on validation images every few epochs, each half read by attackers fitted on the other, and raises λ3
/// while they still read the attribute. Test images are not touched.
/// </summary>
/// <param name="model">The model in training.</param>
/// <param name="table">Its images.</param>
/// <param name="attributes">The attributes to forget.</param>
/// <param name="every">Epochs between probes.</param>
/// <param name="steers">Whether λ3 follows the result.</param>
internal sealed class ValidationProbe(TrainedModel model, Examples table, IReadOnlyList<Column> attributes, int every, bool steers) : IProbe
{
    // A leak above this raises λ3; below it λ3 relaxes more slowly than it rose.
    private const double Wanted = 0.02,
        Rise = 1.5,
        Fall = 0.9,
        Least = 0.5,
        Most = 8;

    private double _factor = 1;

    /// <inheritdoc/>
    public ProbeReading? Read(int epoch)
    {
        if (epoch % every != 0)
            return null;
        using var scope = NewDisposeScope();
        var place = Place.Of(model).First(one => one.Released);
        using var captured = Captured.From(model, [place], table, table.Rows(Part.Validation));
        var leaks = attributes.ToDictionary(attribute => attribute.Name, attribute => Leak(place, captured, attribute));
        if (steers)
            _factor = Math.Clamp(_factor * (leaks.Values.Max() > Wanted ? Rise : Fall), Least, Most);
        return new ProbeReading(leaks, _factor);
    }

    /// <inheritdoc/>
    public void Exchange(Snapshot snapshot) => _factor = snapshot.Exchange("factor", _factor);

    private double Leak(Place place, Captured captured, Column attribute)
    {
        var set = new AttackSet(
            captured.Values[place.Name],
            AuditSubject.Of(table[model.Description.Task], captured.Rows),
            captured.Predictions,
            AuditSubject.Of(attribute, captured.Rows)
        )
        {
            Groups = table.Groups is { } groups ? [.. captured.Rows.Select(row => groups[row])] : null,
        };
        var none = set.Select([0]);
        var parts = new AttackParts(place.Problem(attribute.Classes.Count), none, set, none).Knowing(task: true);
        IAttacker[] suite = place.Symbols > 0 ? [new LookupAttacker()] : [new LinearAttacker(), new MlpAttacker()];
        double Accuracy(IAttacker attacker) => parts.OnUnseen(attacker, 0).Validation.BalancedAccuracy();
        return suite.Max(Accuracy) - Accuracy(FloorAttacker.LabelOnly);
    }
}
