using CsCheck;
using Xunit;
using static Efface.Tests.Detachment.LemmaJoints;

namespace Efface.Tests.Detachment;

/// <summary>What the loss of a detachment is least at, and what its heads and decoder bound, as docs/method.md proves it.</summary>
public sealed class DetachmentLossTests
{
    [Fact]
    public void The_loss_pays_for_the_task_for_the_attribute_beyond_it_and_for_the_rest() =>
        Gen.Select(OfImage, Weights)
            .Sample(
                (joint, weights) =>
                    Assert.Equal(
                        -(weights.Image + weights.Task) * joint.Information("h", "y")
                            + (weights.Attribute - weights.Image) * joint.Information("h", "z", "y")
                            - weights.Image * joint.Information("h", "x", "yz"),
                        DetachmentLoss(joint, "h", weights),
                        Rounding
                    )
            );

    [Fact]
    public void Where_the_image_weighs_as_much_as_the_attribute_the_image_itself_is_best() =>
        Gen.Select(OfImage, Weights.Where(weights => weights.Attribute <= weights.Image))
            .Sample((joint, weights) => AtMost(DetachmentLoss(joint, "h", weights), DetachmentLoss(joint, "x", weights)));

    [Fact]
    public void Where_the_attribute_weighs_more_the_best_forgets_it_and_nothing_else() =>
        Gen.Select(OfImage, Weights.Where(weights => weights.Attribute > weights.Image))
            .Sample(
                (joint, weights) =>
                {
                    var best = joint.Represented('u', of: 'x', given: "yz").Computed('b', o => 2 * o['u'] + o['y']);

                    Assert.Equal(0, best.Information("b", "z", "y"), Rounding);
                    Assert.Equal(best.Entropy("y"), best.Information("b", "y"), Rounding);
                    Assert.Equal(best.Entropy("x", "yz"), best.Information("b", "x", "yz"), Rounding);
                    AtMost(DetachmentLoss(joint, "h", weights), DetachmentLoss(best, "b", weights));
                }
            );

    [Fact]
    public void With_gamma_of_at_most_one_the_image_itself_is_best() =>
        Gen.Select(OfImage, Channel(8, 3), Gen.Double[0, 1])
            .Sample(
                (joint, s, gamma) =>
                {
                    var all = joint.Drawn('s', "x", s);
                    double Value(string representation) =>
                        -all.Information(representation, "x") + gamma * all.Information(representation, "s");

                    Assert.Equal((gamma - 1) * all.Information("h", "s") - all.Information("h", "x", "s"), Value("h"), Rounding);
                    AtMost(Value("h"), Value("x"));
                }
            );

    [Fact]
    public void A_heads_bound_lies_below_the_information_by_its_distance_from_the_best_reader() =>
        Gen.Select(Any, Gen.Double[0.01, 1].Array[3].Array[3])
            .Sample(
                (joint, head) =>
                {
                    double Says(Outcome o) => head[o['h']][o['z']] / head[o['h']].Sum();
                    var bound = joint.Entropy("z") - joint.Mean(o => -Math.Log2(Says(o)));

                    AtMost(joint.Information("h", "z"), bound);
                    Assert.Equal(
                        joint.Mean(o => Math.Log2(joint.Conditional(o, "z", "h") / Says(o))),
                        joint.Information("h", "z") - bound,
                        Rounding
                    );
                }
            );

    [Fact]
    public void The_decoders_cross_entropy_bounds_what_is_told_of_the_image_from_below() =>
        Gen.Select(Channel(1, 4), Gen.Double[0, 1].Array[2].Array[4], Channel(4, 3), Gen.Double[0.01, 0.99].Array[2].Array[3])
            .Sample(
                (x, pixels, h, drawn) =>
                {
                    var joint = Distribution.Empty.Drawn('x', "", x).Drawn('h', "x", h);
                    var coins = joint
                        .Drawn('1', o => [1 - pixels[o['x']][0], pixels[o['x']][0]])
                        .Drawn('2', o => [1 - pixels[o['x']][1], pixels[o['x']][1]]);
                    var error = joint.Mean(o =>
                        pixels[o['x']]
                            .Zip(drawn[o['h']], (pixel, guess) => -pixel * Math.Log2(guess) - (1 - pixel) * Math.Log2(1 - guess))
                            .Sum()
                    );

                    AtMost(error, coins.Entropy("12", "h"));
                    AtMost(coins.Information("h", "12"), coins.Entropy("12") - error);
                    AtMost(coins.Information("h", "x"), coins.Information("h", "12"));
                }
            );

    [Fact]
    public void Confusion_at_its_minimum_with_the_best_reader_leaves_what_the_representation_does_not_tell_of_the_task() =>
        Gen.Select(Channel(1, 2), Channel(4, 2))
            .Sample(
                (groups, attributes) =>
                {
                    // The group of a task says all that the task says of z; within it z hides behind a coin.
                    var joint = Distribution
                        .Empty.Drawn('g', "", groups)
                        .Drawn('c', _ => Fair)
                        .Drawn('z', "g", attributes)
                        .Computed('y', o => 2 * o['g'] + o['c'])
                        .Computed('h', o => 2 * o['g'] + (o['c'] ^ o['z']));

                    Assert.Equal(
                        0,
                        Confusion(joint, (o, z) =>
                            joint.Probability(other => other['h'] == o['h'] && other['z'] == z)
                            / joint.Probability(other => other['h'] == o['h'])
                        ),
                        Rounding
                    );
                    Assert.Equal(joint.Information("y", "z"), joint.Information("h", "z"), Rounding);
                    Assert.Equal(joint.Information("y", "z", "h"), joint.Information("h", "z", "y"), Rounding);
                    Assert.Equal(joint.Entropy("z", "g"), joint.Information("h", "z", "y"), Rounding);
                    AtMost(joint.Entropy("y", "h"), joint.Information("h", "z", "y"));
                }
            );
}
