using CsCheck;
using Xunit;

namespace Efface.Tests.Detachment;

/// <summary>
/// What docs/method.md proves and denies, on joint tables. x image, y task, z attribute, s its sensitive part, h representation; α = 1,
/// bits.
/// </summary>
public sealed class LemmaTests
{
    private const double Rounding = 1e-9;

    private static readonly double[] Fair = [0.5, 0.5];

    private static readonly Gen<(double Beta, double Gamma)> Forgetting = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 2], (beta, more) =>
        (beta, beta + more)
    );

    private static readonly Gen<(double Image, double Task, double Attribute)> Weights = Gen.Select(
        Gen.Double[0, 3],
        Gen.Double[0, 3],
        Gen.Double[0, 6]
    );

    // s is a noisy copy of t, half of z; t is independent of y, the other half is not.
    private static readonly Gen<Distribution> OfAttribute =
        from y in Channel(1, 2)
        from t in Channel(1, 2)
        from rest in Channel(16, 2)
        from s in Channel(4, 2)
        from x in Channel(16, 6)
        from h in Channel(6, 4)
        select Distribution
            .Empty.Drawn('y', "", y)
            .Drawn('t', "", t)
            .Drawn('r', "yt", rest)
            .Computed('z', o => 2 * o['t'] + o['r'])
            .Drawn('s', "t", s)
            .Drawn('x', "zy", x)
            .Drawn('h', "x", h);

    // z depends on both, and s on the rest through them alone.
    private static readonly Gen<Distribution> OfAttributeBeyondTask =
        from y in Channel(1, 2)
        from s in Channel(1, 3)
        from z in Channel(16, 3)
        from x in Channel(16, 4)
        from h in Channel(4, 3)
        select Distribution.Empty.Drawn('y', "", y).Drawn('s', "", s).Drawn('z', "ys", z).Drawn('x', "zy", x).Drawn('h', "x", h);

    private static readonly Gen<Distribution> Any =
        from y in Channel(1, 3)
        from z in Channel(4, 3)
        from h in Channel(16, 3)
        select Distribution.Empty.Drawn('y', "", y).Drawn('z', "y", z).Drawn('h', "yz", h);

    // y and z are functions of x.
    private static readonly Gen<Distribution> OfImage =
        from x in Channel(1, 8)
        from y in Gen.Int[0, 1].Array[8]
        from z in Gen.Int[0, 2].Array[8]
        from h in Channel(8, 4)
        select Distribution.Empty.Drawn('x', "", x).Computed('y', o => y[o['x']]).Computed('z', o => z[o['x']]).Drawn('h', "x", h);

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

    [Fact]
    public void Attributes_tell_together_what_they_tell_alone_and_what_the_representation_makes_them_depend() =>
        Gen.Select(Channel(1, 3), Channel(4, 3), Channel(16, 3))
            .Sample(
                (one, two, h) =>
                {
                    var joint = Distribution.Empty.Drawn('1', "", one).Drawn('2', "1", two).Drawn('h', "12", h);
                    Assert.Equal(
                        joint.Information("h", "1")
                            + joint.Information("h", "2")
                            + joint.Information("1", "2", "h")
                            - joint.Information("1", "2"),
                        joint.Information("h", "12"),
                        Rounding
                    );
                }
            );

    [Fact]
    public void Attributes_that_are_independent_given_the_representation_tell_together_no_more_than_their_sum() =>
        Gen.Select(Channel(1, 3), Channel(4, 3), Channel(4, 2), Channel(4, 2))
            .Sample(
                (h, one, two, three) =>
                {
                    var joint = Distribution.Empty.Drawn('h', "", h).Drawn('1', "h", one).Drawn('2', "h", two).Drawn('3', "h", three);
                    AtMost("123".Sum(attribute => joint.Information("h", $"{attribute}")), joint.Information("h", "123"));
                }
            );

    [Fact]
    public void Two_attributes_can_be_told_together_and_neither_alone()
    {
        var joint = Distribution.Empty.Drawn('1', _ => Fair).Drawn('2', _ => Fair).Computed('h', o => o['1'] ^ o['2']);

        Assert.Equal(0, joint.Information("h", "1") + joint.Information("h", "2"), Rounding);
        Assert.Equal(1, joint.Information("h", "12"), Rounding);
    }

    [Fact]
    public void Whoever_keeps_the_task_keeps_what_it_tells_of_the_attribute() =>
        Any.Sample(joint => AtMost(joint.Information("h", "z"), joint.Information("y", "z") - joint.Entropy("y", "h")));

    [Fact]
    public void Given_the_task_the_attribute_bounds_every_part_that_is_independent_of_the_task() =>
        OfAttributeBeyondTask.Sample(joint =>
        {
            AtMost(joint.Information("h", "s", "y"), joint.Information("h", "s"));
            AtMost(joint.Information("h", "z", "y"), joint.Information("h", "s", "y"));
        });

    [Fact]
    public void Some_part_that_is_independent_of_the_task_tells_who_knows_it_all_of_the_attribute() =>
        Any.Sample(joint =>
        {
            var represented = joint.Represented('s', of: 'z', given: "y");

            Assert.Equal(0, represented.Information("s", "y"), Rounding);
            Assert.Equal(0, represented.Information("s", "h", "yz"), Rounding);
            Assert.Equal(joint.Information("h", "z", "y"), represented.Information("h", "s", "y"), Rounding);
        });

    [Fact]
    public void The_attribute_alone_and_given_the_task_are_two_things()
    {
        var joint = Distribution.Empty.Drawn('y', _ => Fair).Drawn('z', _ => Fair).Computed('h', o => o['y'] ^ o['z']);

        Assert.Equal(0, joint.Information("h", "z"), Rounding);
        Assert.Equal(1, joint.Information("h", "z", "y"), Rounding);
        // z xor y is a part independent of the task, and h is that.
        Assert.Equal(0, joint.Information("h", "y"), Rounding);
    }

    [Fact]
    public void Where_the_task_determines_the_attribute_there_is_nothing_to_forget_and_confusion_would_teach_it() =>
        Gen.Select(Channel(1, 3), Gen.Int[0, 1].Array[3], Channel(4, 3), Gen.Double[0.01, 0.99].Array[3])
            .Sample(
                (y, z, h, head) =>
                {
                    var joint = Distribution.Empty.Drawn('y', "", y).Computed('z', o => z[o['y']]).Drawn('h', "y", h);
                    double Says(Outcome o, int attribute) => attribute == 0 ? head[o['h']] : 1 - head[o['h']];

                    Assert.Equal(0, joint.Information("h", "z", "y"), Rounding);
                    Assert.Equal(joint.Mean(o => -Math.Log2(Says(o, o['z']))), Confusion(joint, Says), Rounding);
                }
            );

    [Fact]
    public void The_loss_pays_for_the_task_for_the_attribute_beyond_it_and_for_the_rest() =>
        Gen.Select(OfImage, Weights)
            .Sample(
                (joint, weights) =>
                    Assert.Equal(
                        -(weights.Image + weights.Task) * joint.Information("h", "y")
                            + (weights.Attribute - weights.Image) * joint.Information("h", "z", "y")
                            - weights.Image * joint.Information("h", "x", "yz"),
                        Detachment(joint, "h", weights),
                        Rounding
                    )
            );

    [Fact]
    public void Where_the_image_weighs_as_much_as_the_attribute_the_image_itself_is_best() =>
        Gen.Select(OfImage, Weights.Where(weights => weights.Attribute <= weights.Image))
            .Sample((joint, weights) => AtMost(Detachment(joint, "h", weights), Detachment(joint, "x", weights)));

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
                    AtMost(Detachment(joint, "h", weights), Detachment(best, "b", weights));
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

    [Fact]
    public void What_is_told_beyond_the_task_is_what_is_told_and_what_the_task_adds() =>
        Any.Sample(joint =>
            Assert.Equal(
                joint.Information("h", "z") + joint.Information("y", "z", "h") - joint.Information("y", "z"),
                joint.Information("h", "z", "y"),
                Rounding
            )
        );

    [Fact]
    public void The_information_beyond_the_task_bounds_what_guesses_gain()
    {
        static double Allowed(double bits) => Math.Sqrt(Math.Max(0, bits) * Math.Log(2) / 2);

        Any.Sample(joint =>
            Assert.True(joint.Accuracy('z', "hy") - joint.Accuracy('z', "y") <= Allowed(joint.Information("h", "z", "y")) + 1e-7)
        );
        Assert.Equal(0.059, Allowed(0.01), 5e-4);
    }

    [Fact]
    public void Equal_means_blind_a_log_loss_and_neither_a_threshold_nor_a_table()
    {
        double[] places = [-2, -1, 1, 2];
        var joint = Distribution
            .Empty.Drawn('z', _ => Fair)
            .Drawn('h', o => o['z'] == 0 ? [0, 2 / 3.0, 0, 1 / 3.0] : [1 / 3.0, 0, 2 / 3.0, 0]);

        Assert.All([0, 1], z => Assert.Equal(0, joint.Mean(o => o['z'] == z ? places[o['h']] : 0), Rounding));
        Gen.Select(Gen.Double[-3, 3], Gen.Double[-3, 3])
            .Sample(
                (weight, bias) =>
                    AtMost(joint.Mean(o => Math.Log2(1 + Math.Exp((weight * places[o['h']] + bias) * (o['z'] == 1 ? -1 : 1)))), 1)
            );
        Assert.Equal(2 / 3.0, joint.Probability(o => places[o['h']] > 0 == (o['z'] == 1)), Rounding);
        Assert.Equal(1, joint.Information("h", "z"), Rounding);
    }

    [Fact]
    public void The_prediction_tells_beyond_the_task_no_more_than_its_errors_allow() =>
        Any.Sample(joint =>
        {
            // h is the prediction, one of three classes.
            var errors = joint.Probability(o => o['h'] != o['y']);

            AtMost(joint.Entropy("h", "y"), joint.Information("h", "z", "y"));
            AtMost(Coin(errors) + errors * Math.Log2(2), joint.Entropy("h", "y"));
        });

    [Fact]
    public void A_prediction_that_errs_where_the_attribute_is_tells_it_to_who_knows_the_task()
    {
        var joint = Distribution.Empty.Drawn('y', _ => Fair).Drawn('z', _ => Fair).Computed('h', o => o['y'] ^ o['z']);

        Assert.Equal(1, joint.Information("h", "z", "y"), Rounding);
        Assert.Equal(0.35, Coin(1 - 0.935), 5e-3);
    }

    [Fact]
    public void Of_images_without_the_attribute_nothing_is_told_beyond_the_task() =>
        Gen.Select(Channel(1, 3), Channel(4, 3), Channel(4, 4), Channel(4, 3))
            .Sample(
                (y, z, x, h) =>
                    Assert.Equal(
                        0,
                        Distribution
                            .Empty.Drawn('y', "", y)
                            .Drawn('z', "y", z)
                            .Drawn('x', "y", x)
                            .Drawn('h', "x", h)
                            .Information("h", "z", "y"),
                        Rounding
                    )
            );

    /// <summary>
    /// Rows of sum one: noisy, about every third cell empty, or those of a function, without which no inequality would be near its edge.
    /// </summary>
    private static Gen<double[][]> Channel(int rows, int symbols)
    {
        var noisy = Gen.Frequency((1, Gen.Const(0.0)), (2, Gen.Double[0.01, 1]))
            .Array[symbols]
            .Where(row => row.Sum() > 0)
            .Select(row => row.Select(cell => cell / row.Sum()).ToArray())
            .Array[rows];
        var function = Gen.Int[0, symbols - 1]
            .Select(picked => Enumerable.Range(0, symbols).Select(symbol => symbol == picked ? 1.0 : 0).ToArray())
            .Array[rows];
        return rows == 1 ? noisy : Gen.OneOf(noisy, function);
    }

    private static double Loss(Distribution joint, double gamma) => -joint.Information("h", "x") + gamma * joint.Information("h", "s");

    // (3), with what is told of the attribute.
    private static double Bound(Distribution joint, (double Beta, double Gamma) weights, double told) =>
        -(1 - weights.Beta) * joint.Information("h", "x")
        - weights.Beta * joint.Information("h", "y")
        - (weights.Beta - weights.Gamma) * told;

    private static double Detachment(Distribution joint, string representation, (double Image, double Task, double Attribute) weights) =>
        -weights.Image * joint.Information(representation, "x")
        - weights.Task * joint.Information(representation, "y")
        + weights.Attribute * joint.Information(representation, "z", "y");

    // KL(p(z|y) ‖ q), for an attribute of two classes.
    private static double Confusion(Distribution joint, Func<Outcome, int, double> head) =>
        joint.Mean(o =>
            new[] { 0, 1 }.Sum(z =>
            {
                var told =
                    joint.Probability(other => other['y'] == o['y'] && other['z'] == z) / joint.Probability(other => other['y'] == o['y']);
                return told == 0 ? 0 : told * Math.Log2(told / head(o, z));
            })
        );

    private static double Coin(double share) => share is <= 0 or >= 1 ? 0 : -share * Math.Log2(share) - (1 - share) * Math.Log2(1 - share);

    private static void AtMost(double bound, double value) => Assert.True(value <= bound + Rounding, $"{value} is above {bound}");
}
