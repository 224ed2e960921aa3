using Efface.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data;

public sealed class NormalisationTests
{
    [Fact]
    public void The_training_part_gets_mean_zero_and_deviation_one_in_each_channel()
    {
        using var scope = NewDisposeScope();
        using var table = ToyTables.Visible(train: 200, validation: 50);

        var pixels = Normalisation.Of(table).Apply(table.Pixels[..200]);

        Assert.Equal(ScalarType.Float32, pixels.dtype);
        Assert.All(pixels.mean([0, 2, 3]).data<float>(), mean => Assert.Equal(0, mean, 1e-4));
        Assert.All(pixels.std([0, 2, 3], unbiased: false).data<float>(), deviation => Assert.Equal(1, deviation, 1e-4));
    }

    [Fact]
    public void The_other_parts_have_no_say()
    {
        using ImageTable table = ToyTables.Visible(200, 50),
            other = ToyTables.Visible(200, 50);
        other.Pixels[200..].fill_(255);

        Assert.Equal(Normalisation.Of(table).Mean, Normalisation.Of(other).Mean);
        Assert.Equal(Normalisation.Of(table).Deviation, Normalisation.Of(other).Deviation);
    }

    [Fact]
    public void Bytes_are_read_as_numbers_from_zero_to_one()
    {
        using var images = torch.tensor(new byte[] { 0, 255, 51, 255 }, [1, 2, 1, 2]);
        using var pixels = new Normalisation([0.5f, 0.2f], [0.25f, 0.4f]).Apply(images);

        Assert.Equal([-2, 2, 0, 2], pixels.data<float>().ToArray(), (expected, actual) => Math.Abs(expected - actual) < 1e-5);
    }

    [Fact]
    public void A_channel_that_never_changes_stays_finite()
    {
        using var table = new ImageTable("black", torch.zeros(4, 1, 2, 2, uint8), [], [.. Enumerable.Repeat(Part.Train, 4)]);
        using var pixels = Normalisation.Of(table).Apply(table.Pixels);

        Assert.True(pixels.isfinite().all().ToBoolean());
    }
}
