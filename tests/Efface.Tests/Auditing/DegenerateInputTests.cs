using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

/// <summary>Representations that hold little or nothing: every attacker and control reads them, and finds no more than is there.</summary>
[Collection(SharedTorch.Name)]
[OneThread]
public sealed class DegenerateInputTests : IDisposable
{
    private const int Training = 160,
        Validation = 100,
        Test = 140,
        All = Training + Validation + Test;

    private static readonly Dictionary<string, Func<Tensor>> Constant = new()
    {
        ["one huge number"] = () => torch.full([All, 1], 1e30f),
        ["all zero"] = () => torch.zeros(All, 12),
        ["a map, all equal"] = () => torch.full([All, 2, 8, 8], 3.7f),
    };

    private static readonly Dictionary<string, Func<Tensor>> Poor = new()
    {
        ["a huge map"] = () => torch.randn(All, 2, 8, 8) * 1e30,
        ["one column"] = () => torch.randn(All, 1),
        ["of rank one"] = () => torch.randn(All, 1) * torch.randn(1, 12),
        ["of two values, beside constant columns"] = () =>
            torch.cat([(torch.randn(All, 2) > 0).to_type(ScalarType.Float32), torch.full([All, 4], 2f), torch.zeros(All, 5)], 1),
        ["constant but for one image"] = () => torch.cat([torch.ones(1, 12), torch.zeros(All - 1, 12)]),
        ["huge and denormal at once"] = () => torch.cat([torch.randn(All, 3) * 1e30, torch.randn(All, 3) * 1e-40], 1),
        ["a denormal map"] = () => torch.randn(All, 2, 8, 8) * 1e-40,
    };

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> OfConstant => [.. Constant.Keys];

    public static TheoryData<string> OfPoor => [.. Poor.Keys];

    public static TheoryData<string> AuditedConstant => [.. Constant.Keys.Take(HowMany.AtLeast(1))];

    public static TheoryData<string> AuditedPoor => [.. Poor.Keys.Take(HowMany.AtLeast(1))];

    // Products crashed: none were left.
    [Theory]
    [MemberData(nameof(OfConstant))]
    public void Nobody_reads_anything_from_what_is_constant(string kind) =>
        Assert.All(Leaks(Constant[kind]), attacker => Assert.Equal((attacker.Name, 0), (attacker.Name, attacker.Leak.Value)));

    [Theory]
    [MemberData(nameof(OfPoor))]
    public void Nobody_fails_at_what_is_poor_or_finds_what_is_not_there(string kind) =>
        Assert.All(Leaks(Poor[kind]), attacker => Assert.InRange(attacker.Leak.Value, -0.25, 0.25));

    [Theory]
    [MemberData(nameof(AuditedConstant))]
    public void What_is_constant_leaks_nothing_at_all(string kind)
    {
        var place = Audit(_ => Constant[kind](), Labels(1));
        Assert.Equal(0, place.Leak.GivenTask.Value);
        Assert.All(place.Attackers.Where(attacker => attacker.FittedOn == "training"), attacker =>
            Assert.Equal(0, attacker.GivenTask.Value)
        );
    }

    [Theory]
    [MemberData(nameof(AuditedPoor))]
    public void No_control_fails(string kind)
    {
        // Controls send attackers of their own: the long check alone sends all others too.
        string[] attackers = HowMany.AtLeast(1) > 1 ? [] : ["linear", "template"];
        var place = Audit(_ => Poor[kind](), Labels(1), attackers);
        Assert.NotEqual(Verdict.Leaks, place.Verdict);
        Assert.All(place.Attackers, attacker => Assert.InRange(attacker.GivenTask.Value, -0.25, 0.25));
    }

    [Theory]
    [InlineData(1e30)]
    [InlineData(1e-40)]
    public void What_leaks_leaks_at_any_scale(double scale) =>
        Assert.Equal(
            Verdict.Leaks,
            Audit(
                z => (torch.randn(All, 6) + 4 * torch.tensor(z.Select(label => (float)label).ToArray()).unsqueeze(1)) * scale,
                Labels(1),
                "linear"
            ).Verdict
        );

    [Fact]
    public void An_attribute_of_one_class_has_nothing_to_read()
    {
        var place = Audit(_ => torch.randn(All, 6), new int[All], "linear", "mlp");
        Assert.Equal(0, place.Leak.GivenTask.Value);
        Assert.NotEqual(Verdict.Leaks, place.Verdict);
    }

    public void Dispose() => _scope.Dispose();

    private static int[] Labels(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, All).Select(_ => random.Next(2))];
    }

    // What each attacker reads who knows y.
    private static List<(string Name, Measured Leak)> Leaks(Func<Tensor> draw)
    {
        torch.manual_seed(7);
        var (values, y, z) = (draw(), Labels(2), Labels(1));
        AttackSet Set(int from, int to) => new(values[from..to], y[from..to], y[from..to], z[from..to]);
        var parts = new AttackParts(
            new AttackProblem(values.shape[1..], 0, 0, 2),
            Set(0, Training),
            Set(Training, Training + Validation),
            Set(Training + Validation, All)
        ).Knowing(task: true);
        return
        [
            .. Attackers
                .All.Where(attacker => !attacker.IsFloor && attacker.Reads(parts.Problem))
                .Select(attacker => (attacker.Name, Planted.Leak(parts, parts.OnTraining(attacker, 0)))),
        ];
    }

    private static RepresentationAudit Audit(Func<int[], Tensor> draw, int[] z, params string[] attackers)
    {
        torch.manual_seed(7);
        var (values, y) = (draw(z), Labels(2));
        var place = new Place("h", 0, 0, true, values.shape[1..]);
        Captured Part(int from, int count) => Captured.Of([(place, values)], y[from..(from + count)], [.. Enumerable.Range(from, count)]);
        using var subject = new AuditSubject
        {
            Places = [place],
            Parts = new CapturedParts(Part(0, Training), Part(Training, Validation), Part(Training + Validation, Test)),
            Task = new Column("y", ["no", "yes"], y),
            Columns = [new Column("y", ["no", "yes"], y), new Column("z", ["no", "yes"], z)],
        };
        var settings = new AuditSettings { Seeds = [0] };
        settings = attackers.Length > 0 ? settings with { Attackers = attackers } : settings;
        return Assert.Single(new Auditor(settings).Audit(subject, ["z"]).Representations);
    }
}
