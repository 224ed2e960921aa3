using System.Text.Json;
using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Records;
using Xunit;

namespace Efface.Tests.Auditing;

/// <summary>Attackers and audit parts of the user's own.</summary>
public sealed class OwnPartsTests
{
    private static readonly AuditSettings Settings = new() { Attackers = ["linear"], Parts = [AuditPart.Controls] };

    [Fact]
    public void An_attacker_of_ones_own_can_decide_the_verdict()
    {
        // Only the sign of a product tells z, which no linear attacker sees.
        using var subject = VectorSubjects.Of((h, _, z, _, _) => h[1] = Math.Abs(h[1]) * Math.Sign(h[0]) * (z == 1 ? 1 : -1));
        var settings = Settings with { Parts = [] };
        var without = new Auditor(settings).Audit(subject, ["z"]);
        var with = new Auditor(settings.With(new ReadsProduct())).Audit(subject, ["z"]);
        Assert.NotEqual(Verdict.Leaks, without.Verdict);
        Assert.Equal(Verdict.Leaks, with.Verdict);
        Assert.Equal("product", with.Worst.Best.Name);
    }

    [Fact]
    public void What_a_part_of_ones_own_measures_stands_in_the_file_and_changes_no_verdict()
    {
        using var subject = VectorSubjects.Of((h, _, _, _, _) => h[0] = 1);
        var without = new Auditor(Settings).Audit(subject, ["z"]);
        var with = new Auditor(Settings.With(new CountsTest())).Audit(subject, ["z"]);
        var stored = JsonSerializer.Deserialize<AuditResult>(JsonSerializer.Serialize(with, RunFolder.Json), RunFolder.Json)!;
        Assert.Equal(1500, Assert.Single(stored.Representations[0].Own!["counter"]).Value.N);
        Assert.Null(without.Representations[0].Own);
        Assert.Equal(without.Reasons, with.Reasons);
    }

    [Fact]
    public void A_part_that_is_not_asked_for_is_not_paid_for()
    {
        using var subject = VectorSubjects.Of((_, _, _, _, _) => { });
        var part = new CountsTest();
        new Auditor(Settings.With(part) with { Parts = [AuditPart.Controls] }).Audit(subject, ["z"]);
        Assert.Equal(0, part.Asked);
    }

    [Fact]
    public void Two_of_one_name_are_refused()
    {
        var settings = Settings.With(new CountsTest()).With(new CountsTest()).With(new ReadsProduct()).With(new ReadsProduct());
        Assert.Equal(2, settings.Check().Count());
    }

    private sealed class CountsTest : IAuditPart
    {
        public string Name => "counter";

        public int Asked { get; private set; }

        public IReadOnlyDictionary<string, Measured> Measure(
            Place place,
            Column attribute,
            AttackParts parts,
            Sampling sampling,
            CancellationToken cancel = default
        )
        {
            Asked++;
            return new Dictionary<string, Measured> { ["share"] = Measured.Share([.. parts.Test.Attribute.Select(z => z == 1)], sampling) };
        }
    }

    private sealed class ReadsProduct : IAttacker, IFittedAttacker
    {
        public string Name => "product";

        public bool DependsOnSeed => false;

        public bool Reads(AttackProblem problem) => problem is { IsDiscrete: false, Shape.Length: 1 };

        public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed, CancellationToken cancel = default) =>
            this;

        public double[,] Read(AttackSet set)
        {
            var (values, read) = (set.Values.data<float>().ToArray(), new double[set.Count, 2]);
            for (var i = 0; i < set.Count; i++)
            {
                var isOne = values[6 * i] * values[6 * i + 1] > 0;
                (read[i, 0], read[i, 1]) = (Math.Log(isOne ? 0.01 : 0.99), Math.Log(isOne ? 0.99 : 0.01));
            }
            return read;
        }

        public void Dispose() { }
    }
}
