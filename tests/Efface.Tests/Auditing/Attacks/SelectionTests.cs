using CsCheck;
using Efface.Auditing.Attacks;
using Xunit;

namespace Efface.Tests.Auditing.Attacks;

public sealed class SelectionTests
{
    [Fact]
    public void A_clearly_higher_balanced_accuracy_is_kept_whatever_its_log_loss()
    {
        var selection = new Selection<string>();
        Assert.True(selection.Offer("low", new Quality(0.5, 0.01, 0.60, 1)));
        Assert.True(selection.Offer("high", new Quality(0.6, 0.01, 0.69, 1)));
        Assert.False(selection.Offer("low again", new Quality(0.58, 0.01, 0.1, 1)));
        Assert.Equal("high", selection.Kept);
    }

    [Fact]
    public void Among_equals_the_smaller_log_loss_is_kept()
    {
        var selection = new Selection<string>();
        selection.Offer("first", new Quality(0.601, 0.01, 0.65, 1));
        Assert.True(selection.Offer("calibrated", new Quality(0.598, 0.01, 0.60, 1)));
        Assert.False(selection.Offer("worse", new Quality(0.602, 0.01, 0.64, 1)));
    }

    [Fact]
    public void Small_steps_down_do_not_add_up()
    {
        var selection = new Selection<int>();
        for (var step = 0; step < 20; step++)
            selection.Offer(step, new Quality(0.7 - 0.005 * step, 0.01, 0.6 - 0.01 * step, 1));
        Assert.InRange(selection.Quality.BalancedAccuracy, 0.69, 0.7);
    }

    [Fact]
    public void The_temperature_undoes_what_was_multiplied() =>
        Gen.Double[0.2, 5]
            .Sample(
                factor =>
                {
                    // Opinions that are right as often as they say, then made too sure or too shy.
                    var random = new Random(3);
                    var (opinions, truth) = (new double[4000, 2], new int[4000]);
                    for (var i = 0; i < truth.Length; i++)
                    {
                        var p = 0.1 + 0.8 * random.NextDouble();
                        truth[i] = random.NextDouble() < p ? 1 : 0;
                        (opinions[i, 0], opinions[i, 1]) = (factor * Math.Log(1 - p), factor * Math.Log(p));
                    }
                    Assert.InRange(Quality.Of(opinions, new double[4000, 2], truth).Scale * factor, 0.85, 1.15);
                },
                iter: 10
            );

    [Fact]
    public void Noise_gains_two_nats_in_one_of_fifty_tries_whatever_the_classes_frequencies() => Assert.All(new[] { 0.5, 0.1 }, share =>
        {
            var (random, passed) = (new Random(9), 0);
            for (var i = 0; i < 1000; i++)
            {
                var (opinions, truth) = (new double[200, 2], new int[200]);
                for (var image = 0; image < 200; image++)
                    (opinions[image, 0], truth[image]) = (random.NextDouble() - 0.5, random.NextDouble() < share ? 1 : 0);
                if (Quality.Of(opinions, new double[200, 2], truth).Gain > 2)
                    passed++;
            }
            Assert.InRange(passed, 10, 45);
        });

    [Fact]
    public void What_is_known_is_not_lost_by_opinions_that_add_nothing()
    {
        var random = new Random(5);
        var (opinions, known, truth) = (new double[3000, 2], new double[3000, 2], new int[3000]);
        for (var i = 0; i < truth.Length; i++)
        {
            // What is known is right; the opinions forgot it, and know something else that is worth nothing.
            truth[i] = random.Next(2);
            known[i, random.NextDouble() < 0.8 ? truth[i] : 1 - truth[i]] = Math.Log(4);
            opinions[i, 0] = 4 * random.NextDouble() - 2;
        }
        var quality = Quality.Of(opinions, known, truth);
        Assert.InRange(quality.Scale, 0, 0.1);
        Assert.InRange(quality.BalancedAccuracy, 0.78, 0.82);
    }

    [Fact]
    public void What_is_no_number_adds_nothing()
    {
        double[,] opinions =
            {
                { double.NaN, 0 },
                { double.NegativeInfinity, 0 },
                { -1, 0 },
            },
            known =
            {
                { -0.1, -2 },
                { -0.1, -2 },
                { -0.1, -2 },
            };
        var blend = Quality.Blend(opinions, known, 1);
        Assert.Equal(1.9, blend[0, 0] - blend[0, 1], 9);
        Assert.Equal(1.9, blend[1, 0] - blend[1, 1], 9);
        Assert.Equal(-1, blend[2, 0] - blend[2, 1], 9);
    }

    [Fact]
    public void Opinions_worth_nothing_become_no_opinion()
    {
        var random = new Random(4);
        var (opinions, truth) = (new double[2000, 2], new int[2000]);
        for (var i = 0; i < truth.Length; i++)
            (opinions[i, 0], truth[i]) = (10 * random.NextDouble() - 5, random.Next(2));
        var quality = Quality.Of(opinions, new double[2000, 2], truth);
        Assert.InRange(quality.LogLoss, 0, Math.Log(2) + 1e-3);
        foreach (var value in Quality.Blend(opinions, new double[2000, 2], quality.Scale))
            Assert.InRange(Math.Exp(value), 0.3, 0.7);
    }
}
