using Efface.Auditing;
using Efface.Benchmarks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Benchmarks;

/// <summary>Whole audits of 6,000 images of 16 numbers, 1,800 of them test; attribute and task are fair coins.</summary>
[Collection(SharedTorch.Name)]
[OneThread]
public sealed class MarksTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    // Attackers wandered off the floor, each its own way: "no power".
    [Fact]
    public void Pure_noise_is_forgotten_and_most_attackers_say_nothing_at_all()
    {
        var place = Audit(Cases.Clean[0]);
        Assert.Equal(Verdict.Forgotten, place.Verdict);
        Assert.True(place.Controls!.Planted.Passed && place.Controls!.Shuffled.Passed);
        Assert.InRange(place.Attackers.Count(attacker => attacker.GivenTask.Value == 0), 10, place.Attackers.Count);
    }

    [Fact]
    public void A_trace_of_eight_points_leaks() => Assert.Equal(Verdict.Leaks, Audit(Cases.At(0.08)[0]).Verdict);

    public void Dispose() => _scope.Dispose();

    private static RepresentationAudit Audit(Case one)
    {
        using var subject = CaseVerdict.Subject(one.Parts(0, 3000, test: 1800, validation: 1200));
        return Assert.Single(new Auditor(new AuditSettings { Seeds = [0] }).Audit(subject, ["z"]).Representations);
    }
}
