using CsCheck;
using Xunit;
using static Efface.Tests.Detachment.LemmaJoints;

namespace Efface.Tests.Detachment;

/// <summary>The lemma's bound, as docs/method.md proves it and denies it as it is printed.</summary>
public sealed class LemmaTests
{
    [Fact]
    public void What_is_told_of_the_task_and_of_a_part_independent_of_it_adds_up_to_no_more_than_what_is_told_of_the_image() =>
        Gen.OneOf(OfAttribute, OfAttributeBeyondTask)
            .Sample(joint =>
            {
                Assert.Equal(0, joint.Information("s", "y"), Rounding);
                AtMost(joint.Information("h", "x"), joint.Information("h", "y") + joint.Information("h", "s"));
            });

    [Fact]
    public void The_bound_holds_where_gamma_is_at_least_beta() =>
        Gen.Select(OfAttribute, Forgetting)
            .Sample((joint, weights) => AtMost(Bound(joint, weights, joint.Information("h", "z")), Loss(joint, weights.Gamma)));

    [Fact]
    public void Given_the_task_the_bound_holds_for_every_part_of_attribute_and_task() =>
        Gen.Select(Gen.OneOf(OfAttribute, OfAttributeBeyondTask), Forgetting)
            .Sample((joint, weights) => AtMost(Bound(joint, weights, joint.Information("h", "z", "y")), Loss(joint, weights.Gamma)));

    [Fact]
    public void The_gap_is_what_the_representation_tells_besides() =>
        Gen.Select(OfAttribute, Forgetting)
            .Sample(
                (joint, weights) =>
                {
                    var expected =
                        weights.Beta * (joint.Information("h", "x", "ys") + joint.Information("s", "y", "h"))
                        + (weights.Gamma - weights.Beta) * (joint.Information("h", "z") - joint.Information("h", "s"));
                    Assert.Equal(expected, Bound(joint, weights, joint.Information("h", "z")) - Loss(joint, weights.Gamma), Rounding);
                }
            );

    [Fact]
    public void Of_a_part_computed_from_the_image_the_gaps_unseen_term_is_at_most_what_the_representation_lacks_of_the_task() =>
        Gen.Select(Channel(1, 2), Channel(1, 2), Channel(4, 2), Channel(4, 2), Channel(4, 3))
            .Sample(
                (a, b, y, s, h) =>
                {
                    var joint = Distribution
                        .Empty.Drawn('a', "", a)
                        .Drawn('b', "", b)
                        .Computed('x', o => 2 * o['a'] + o['b'])
                        .Drawn('y', "a", y)
                        .Drawn('s', "b", s)
                        .Drawn('h', "x", h);
                    AtMost(joint.Information("x", "y") - joint.Information("h", "y"), joint.Information("s", "y", "h"));
                }
            );

    [Fact]
    public void With_beta_above_gamma_the_bound_is_false()
    {
        // The attribute tells the task, as the class of CIFAR-10 tells whether it lives.
        var joint = Distribution
            .Empty.Drawn('y', _ => Fair)
            .Drawn('s', _ => Fair)
            .Computed('z', o => 2 * o['y'] + o['s'])
            .Computed('x', o => o['z'])
            .Computed('h', o => o['x']);

        Assert.Equal(
            [0, 1, 2, 1, 1, 2],
            new[] { ("s", "y"), ("s", "x"), ("h", "x"), ("h", "y"), ("h", "s"), ("h", "z") }.Select(pair =>
                Math.Round(joint.Information(pair.Item1, pair.Item2), 9)
            )
        );
        Assert.Equal(-1.75, Loss(joint, 0.25), Rounding);
        Assert.Equal(-2.25, Bound(joint, (0.75, 0.25), joint.Information("h", "z")), Rounding);
        Assert.Equal(-1.25, Loss(joint, 0.75), Rounding);
        Assert.Equal(-0.75, Bound(joint, (0.25, 0.75), joint.Information("h", "z")), Rounding);
    }

    [Fact]
    public void Where_the_printed_bound_is_true_it_rewards_telling_the_attribute()
    {
        var bits = Distribution
            .Empty.Drawn('y', _ => Fair)
            .Drawn('z', _ => Fair)
            .Computed('s', o => o['z'])
            .Computed('x', o => 2 * o['y'] + o['z']);
        Distribution tells = bits.Computed('h', o => o['x']),
            forgets = bits.Computed('h', o => o['y']);

        Assert.All([tells, forgets], joint => AtMost(Bound(joint, (0.75, 0.25), joint.Information("h", "z")), Loss(joint, 0.25)));
        Assert.Equal(-1.75, Bound(tells, (0.75, 0.25), tells.Information("h", "z")), Rounding);
        Assert.Equal(-1, Bound(forgets, (0.75, 0.25), forgets.Information("h", "z")), Rounding);
    }

    [Fact]
    public void The_printed_gap_is_negative_where_the_gap_is_none() =>
        Forgetting.Sample(weights =>
        {
            var joint = Distribution
                .Empty.Drawn('y', _ => Fair)
                .Drawn('z', _ => Fair)
                .Computed('s', o => o['z'])
                .Computed('x', o => 2 * o['y'] + o['z'])
                .Computed('h', o => o['x']);

            Assert.Equal(-1, joint.Information("x", "y") - joint.Information("h", "y") - joint.Information("h", "z"), Rounding);
            Assert.Equal(0, Bound(joint, weights, joint.Information("h", "z")) - Loss(joint, weights.Gamma), Rounding);
        });

    [Fact]
    public void A_sensitive_part_that_is_not_the_attributes_breaks_the_bound() =>
        Forgetting
            .Where(weights => weights.Gamma > weights.Beta + 0.01)
            .Sample(weights =>
            {
                var joint = Distribution
                    .Empty.Drawn('y', _ => Fair)
                    .Drawn('z', _ => Fair)
                    .Drawn('b', _ => Fair)
                    .Computed('s', o => 2 * o['z'] + o['b'])
                    .Computed('x', o => 4 * o['y'] + o['s'])
                    .Computed('h', o => o['x']);

                Assert.Equal(
                    [0, 2, 1],
                    new[] { joint.Information("s", "y"), joint.Information("h", "s"), joint.Information("h", "z") }.Select(bits =>
                        Math.Round(bits, 9)
                    )
                );
                Assert.Equal(
                    weights.Gamma - weights.Beta,
                    Loss(joint, weights.Gamma) - Bound(joint, weights, joint.Information("h", "z")),
                    Rounding
                );
            });
}
