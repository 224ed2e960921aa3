using CsCheck;
using Xunit;
using static Efface.Tests.Detachment.LemmaJoints;

namespace Efface.Tests.Detachment;

/// <summary>What a representation tells of attributes, together and beyond the task, as docs/method.md proves it.</summary>
public sealed class TellingTests
{
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
}
