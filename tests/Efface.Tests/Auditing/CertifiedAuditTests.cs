using Efface.Auditing;
using Efface.Data;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

/// <summary>Audits of codes, with certificates.</summary>
[Collection(SharedTorch.Name)]
[OneThread]
public sealed class CertifiedAuditTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void A_code_of_the_task_and_chance_is_certified_and_so_is_what_is_computed_from_it()
    {
        var audit = Audit(20_000, (y, _, random) => 2 * y + random.Next(2));

        Assert.Equal(Verdict.Certified, audit.Verdict);
        var (code, logits) = (
            audit.Representations.Single(place => place.Name == "code"),
            audit.Representations.Single(place => place.Name == "logits")
        );
        Assert.Equal(["c", "c", "c,y", "c,y"], code.Certificates.Select(bound => bound.Knows));
        Assert.All(code.Certificates, bound => Assert.InRange(bound.Leak, 0, 0.05));
        Assert.Equal(0.05, code.Certificates[0].Delta, 1e-12);
        Assert.Equal(Verdict.Certified, logits.Verdict);
        Assert.Contains("computed from the code alone", logits.Reasons[0], StringComparison.Ordinal);
        // Of the logits themselves there is no bound, of the decision there is.
        Assert.Equal(["ŷ", "ŷ", "ŷ,y", "ŷ,y"], logits.Certificates.Select(bound => bound.Knows));
        Assert.Null(logits.WorstSymbol);
        // Nor have they collapsed: the code has few symbols on purpose.
        Assert.Empty(audit.Warnings);
        // Nothing is told but by chance: as much is counted as where z is permuted.
        Assert.Equal((4000, 20_000), (code.Information!.Training.N, code.Information.Test.N));
        Assert.InRange(code.Information.Test.Bits, 0, 4 * code.Information.Test.Bias);
        Assert.Null(logits.Information);
    }

    [Fact]
    public void A_code_that_is_z_leaks_and_its_bound_is_one()
    {
        var audit = Audit(1000, (_, z, _) => z);
        Assert.Equal(Verdict.Leaks, audit.Verdict);
        var code = audit.Representations.Single(place => place.Name == "code");
        Assert.All(code.Certificates, bound => Assert.Equal(1, bound.Value));
        // z is an even coin, and the code is z.
        Assert.InRange(code.Information!.Test.Bits, 0.99, 1);
        Assert.InRange(code.Information.Test.Bias, 0, 0.01);
    }

    [Fact]
    public void Too_few_images_for_a_bound_are_no_certificate_and_it_says_how_many_would_do()
    {
        var audit = Audit(4500, (y, _, random) => 256 * y + random.Next(256), symbols: 512);
        var code = audit.Representations.Single(place => place.Name == "code");
        Assert.NotEqual(Verdict.Certified, code.Verdict);
        Assert.Contains("test images could certify it (now 4,500)", code.Reasons[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Images_on_both_sides_of_the_split_are_certified_as_nothing()
    {
        var audit = Audit(20_000, (y, _, random) => 2 * y + random.Next(2), groups: i => i % 100);
        Assert.Equal(Verdict.Inconclusive, audit.Verdict);
    }

    public void Dispose() => _scope.Dispose();

    private static AuditResult Audit(int test, Func<int, int, Random, int> write, Func<int, int>? groups = null, int symbols = 4)
    {
        const int Training = 4000,
            Validation = 2000;
        var random = new Random(1);
        var count = Training + Validation + test;
        int[] y = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))],
            z = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
        using var codes = torch.tensor(y.Zip(z, (task, attribute) => (long)write(task, attribute, random)).ToArray());
        using var logits = nn.functional.one_hot(torch.tensor(y.Select(label => (long)label).ToArray()), 2).to_type(ScalarType.Float32);
        (Place Place, Tensor Values)[] places =
        [
            (new Place("code", 0, symbols, true, []), codes),
            (new Place("logits", 1, 0, true, [2]), logits),
        ];
        Captured Of(int from, int to) => Captured.Of(places, y[from..to], [.. Enumerable.Range(from, to - from)]);
        var parts = new CapturedParts(Of(0, Training), Of(Training, Training + Validation), Of(Training + Validation, count));
        using var subject = new AuditSubject
        {
            Places = [.. places.Select(place => place.Place)],
            Parts = parts,
            Task = new Column("y", ["no", "yes"], y),
            Columns = [new Column("y", ["no", "yes"], y), new Column("z", ["no", "yes"], z)],
            Groups = groups is null ? null : [.. Enumerable.Range(0, count).Select(groups)],
        };
        return new Auditor(new AuditSettings { Seeds = [0], Attackers = ["lookup", "linear"] }).Audit(subject, ["z"]);
    }
}
