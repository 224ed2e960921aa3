using Efface.Auditing;
using Efface.Data;
using Efface.Data.Drawn;
using Efface.Data.Vectors;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
public sealed class VerificationTests : IDisposable
{
    private const int People = 120,
        RowsEach = 4,
        Size = 16;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly int[] _people = [.. Enumerable.Range(0, People * RowsEach).Select(row => row / RowsEach)];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Rates_are_those_of_counting_pair_by_pair(double spread)
    {
        var units = Units(spread);
        var result = Verification.Of("person", units, _people, 0.95);
        var rows = units.data<float>().ToArray().Chunk(Size).ToArray();
        var pairs = (
            from one in Enumerable.Range(0, rows.Length)
            from other in Enumerable.Range(one + 1, rows.Length - one - 1)
            select (Same: _people[one] == _people[other], Likeness: rows[one].Zip(rows[other], (a, b) => (double)a * b).Sum())
        ).ToLookup(pair => pair.Same, pair => pair.Likeness);
        Assert.Equal((People, pairs[false].Count()), (result.People, (int)result.OtherPairs));
        Assert.Equal([0.001, 0.01], result.Rates.Select(rate => rate.FalseAccept));
        foreach (var rate in result.Rates)
        {
            var threshold = pairs[false].OrderDescending().ElementAt((int)(rate.FalseAccept * pairs[false].Count()));
            Assert.Equal(pairs[true].Average(likeness => likeness > threshold ? 1.0 : 0), rate.TrueAccept.Value, 0.003);
            Assert.InRange(rate.TrueAccept.Value, rate.TrueAccept.Low, rate.TrueAccept.High);
            Assert.Equal(pairs[true].Count(), rate.TrueAccept.N);
        }
    }

    [Fact]
    public void People_apart_are_always_verified_and_rows_of_nobody_as_rarely_as_others()
    {
        Assert.All(Verification.Of("person", Units(0.01), _people, 0.95).Rates, rate => Assert.Equal(1, rate.TrueAccept.Value, 1e-9));
        var shuffled = (int[])_people.Clone();
        new Random(1).Shuffle(shuffled);
        Assert.All(Verification.Of("person", Units(0.3), shuffled, 0.95).Rates, rate =>
            Assert.InRange(rate.TrueAccept.Value, 0, rate.FalseAccept + 0.03)
        );
    }

    [Fact]
    public void Too_few_pairs_give_no_rate() =>
        Assert.Equal([0.01], Verification.Of("person", Units(0.3)[..100], _people[..100], 0.95).Rates.Select(rate => rate.FalseAccept));

    [Fact]
    public void Sitters_are_verified_by_pictures_of_them_that_are_cropped_differently()
    {
        const int sitters = 300;
        var drawn = DrawnFaces.Draw(
            new DrawnFacesOptions
            {
                Train = sitters,
                Validation = 0,
                Test = 0,
                Seed = 4,
            }
        );
        using var images = drawn.Gather([.. Enumerable.Range(0, sitters)]);
        var crops = new[] { 0, 2 }.Select(at => images[.., .., at..(60 + at), at..(60 + at)].flatten(1).to_type(ScalarType.Float32));
        int[] people = [.. Enumerable.Range(0, sitters), .. Enumerable.Range(0, sitters)];
        Part[] parts = [.. people.Select(person => (Part)(person % 3))];
        using var table = new VectorTable(
            "sitters",
            torch.cat([.. crops]),
            [new Column("y", ["a", "b"], [.. people.Select(p => p % 2)])],
            parts
        )
        {
            Groups = people,
            Identity = "sitter",
        };
        using var subject = AuditSubject.Of(table, null);
        var result = Verification.Of(subject, 0.95, null)!;
        Assert.Equal(("sitter", 100), (result.Column, result.People));
        Assert.InRange(result.Rates.Single(rate => rate.FalseAccept == 0.01).TrueAccept.Value, 0.5, 1);
    }

    [Fact]
    public void Without_a_column_of_people_nothing_is_measured_and_what_was_before_stands_beside()
    {
        using var table = Table(null);
        using var subject = AuditSubject.Of(table, null);
        Assert.Null(Verification.Of(subject, 0.95, null));
        using var named = Table("person");
        using var people = AuditSubject.Of(named, null);
        var before = Verification.Of(people, 0.95, null)!;
        Assert.Empty(before.Before);
        Assert.Equal(before.Rates, Verification.Of(people, 0.95, before)!.Before);
    }

    [Fact]
    public void A_code_of_two_symbols_verifies_nobody()
    {
        using var table = new VectorTable("codes", torch.tensor([.. _people.Select(person => person % 2L)]), Columns(), Parts())
        {
            Groups = _people,
            Identity = "person",
        };
        using var subject = AuditSubject.Of(table, null);
        Assert.All(Verification.Of(subject, 0.95, null)!.Rates, rate => Assert.Equal(0, rate.TrueAccept.Value));
    }

    private VectorTable Table(string? identity) => new("people", Units(0.3), Columns(), Parts()) { Groups = _people, Identity = identity };

    private Column[] Columns() => [new Column("z", ["a", "b"], [.. _people.Select(person => person % 2)])];

    private Part[] Parts() => [.. _people.Select(person => (Part)(person / 2 % 3))];

    // Rows of length 1 around a direction of each person.
    private static Tensor Units(double spread)
    {
        using var random = new Generator(1);
        var rows =
            torch.randn([People, Size], generator: random).repeat_interleave(RowsEach, 0)
            + spread * torch.randn([People * RowsEach, Size], generator: random);
        return (rows / rows.norm(1, keepdim: true)).contiguous();
    }
}
