using CsCheck;
using Efface.Training;
using Xunit;

namespace Efface.Tests.Training;

public sealed class TrainingOptionsTests
{
    private static readonly Gen<TrainingOptions> Options = Gen.Double[0, 0.9].Select(warmUp => new TrainingOptions { WarmUp = warmUp });

    [Fact]
    public void The_step_size_is_a_share_of_the_largest_and_never_zero_before_the_end() =>
        Gen.Select(Options, Gen.Double[0, 1])
            .Sample((options, progress) => Assert.InRange(options.RateFactor(progress), progress < 0.99 ? 1e-5 : 0, 1));

    [Fact]
    public void The_step_size_rises_while_it_warms_up_and_falls_afterwards() =>
        Gen.Select(Options, Gen.Double[0, 1], Gen.Double[0, 1])
            .Sample(
                (options, a, b) =>
                {
                    var (early, late) = (Math.Min(a, b), Math.Max(a, b));
                    var change = options.RateFactor(late) - options.RateFactor(early);
                    if (late < options.WarmUp)
                        Assert.InRange(change, 0, 1);
                    if (early >= options.WarmUp)
                        Assert.InRange(change, -1, 0);
                }
            );

    [Fact]
    public void The_step_size_is_largest_after_the_warm_up_and_nothing_at_the_end() =>
        Options.Sample(options =>
        {
            Assert.Equal(1, options.RateFactor(options.WarmUp), 1e-9);
            Assert.Equal(1, options.RateFactor(options.WarmUp * (1 - 1e-6)), 1e-3);
            Assert.Equal(0, options.RateFactor(1), 1e-9);
        });

    [Fact]
    public void Half_way_through_warm_up_and_cosine_the_step_size_is_half()
    {
        var options = new TrainingOptions { WarmUp = 0.2 };

        Assert.Equal(0.5, options.RateFactor(0.1), 1e-9);
        Assert.Equal(0.5, options.RateFactor(0.6), 1e-9);
    }
}
