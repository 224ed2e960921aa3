using Efface.Auditing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class AttackersTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, bool> Every => [.. from attacker in Attackers.All from knows in new[] { false, true } select (attacker.Name, knows)];

    [Fact]
    public void Names_are_unique() => Assert.Equal(Attackers.All.Count, Attackers.All.Select(attacker => attacker.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Every))]
    public void Every_attacker_finds_what_is_plain_to_see_and_reads_in_probabilities(string name, bool knowsTask)
    {
        var attacker = Attackers.All.Single(one => one.Name == name);
        var parts = new[] { Planted.Codes(0.8), Planted.Vectors(Shift), Planted.Maps(Shift) }.First(one => attacker.Reads(one.Problem));
        var attack = parts.Knowing(knowsTask).OnTraining(attacker, 0);

        Assert.InRange(Planted.Leak(parts, attack).Low, 0.1, 1);
        for (var i = 0; i < parts.Test.Count; i++)
            Assert.Equal(1, Math.Exp(attack.Test.Balanced[i, 0]) + Math.Exp(attack.Test.Balanced[i, 1]), 4);
    }

    [Theory]
    [InlineData("lookup")]
    [InlineData("linear")]
    [InlineData("mlp")]
    public void What_is_not_there_is_not_found(string name)
    {
        var attacker = Attackers.All.Single(one => one.Name == name);
        var parts = attacker is LookupAttacker ? Planted.Codes(0) : Planted.Vectors();
        var leak = Planted.Leak(parts, parts.Knowing(true).OnTraining(attacker, 0));
        Assert.InRange(leak.Low, -1, 0.005);
        Assert.InRange(leak.Value, -0.06, 0.06);
    }

    [Fact]
    public void Only_the_mlp_reads_a_parity()
    {
        void Parity(float[] h, int z) => (h[0], h[1]) = (Math.Abs(h[0]) * (h[2] > 0 ? 1 : -1), Math.Abs(h[1]) * ((h[2] > 0) == (z == 1) ? 1 : -1));
        var parts = Planted.Vectors(Parity);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Low, -1, 0.05);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new MlpAttacker(), 0)).Low, 0.2, 1);
    }

    [Fact]
    public void An_attribute_that_is_gone_only_where_the_extractor_was_trained_is_found_on_unseen_images()
    {
        var parts = Planted.Vectors(onlyUnseen: Shift);
        var (seen, unseen) = (Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)), Planted.Leak(parts, parts.OnUnseen(new LinearAttacker(), 0)));
        Assert.InRange(unseen.Low, 0.25, 1);
        Assert.True(unseen.Value > seen.Value + 0.05, $"{seen} on training images, {unseen} on unseen ones");
    }

    [Fact]
    public void The_same_seed_reads_the_same()
    {
        var parts = Planted.Vectors(Shift);
        Assert.Equal(parts.OnTraining(new MlpAttacker(), 3).Test.Balanced, parts.OnTraining(new MlpAttacker(), 3).Test.Balanced);
    }

    public void Dispose() => _scope.Dispose();

    private static void Shift(float[] h, int z) => h[0] += z == 1 ? 1.2f : -1.2f;
}
