using Efface.Data;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using Efface.Unlearning;
using Xunit;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class ReconstructionsTests : IDisposable
{
    private const int Drawn = 8;

    private readonly ImageTable _table = ToyTables.Visible(train: 96, validation: 20);

    public void Dispose() => _table.Dispose();

    public static TheoryData<bool> Decoders => [true, false];

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Every_epoch_draws_the_first_validation_images_above_images_of_the_same_size(bool hasCode)
    {
        var pictures = Train(hasCode ? ToyTraining.Strict : ToyTraining.Paper).Pictures;

        var (height, width) = (_table.Shape[1], _table.Shape[2]);
        Assert.Equal([1, 2], pictures.Select(picture => picture.Epoch));
        Assert.All(pictures, picture => Assert.Equal((2 * height, Drawn * width), (picture.Height, picture.Width)));
        Assert.NotEqual(pictures[0].Pixels, pictures[1].Pixels);
        using var batch = ToyTraining.Loader(_table, Part.Validation).First(Drawn);
        var rows = batch.Values.permute(1, 2, 0, 3).contiguous().data<byte>().ToArray();
        var channel = (int)(height * Drawn * width);
        for (var c = 0; c < _table.Shape[0]; c++)
            Assert.Equal(rows[(c * channel)..((c + 1) * channel)], pictures[1].Pixels[(2 * c * channel)..((2 * c + 1) * channel)]);
    }

    [Fact]
    public void Drawing_is_repeatable_and_changes_no_weight()
    {
        float[][] Weights(ITrainingObserver? observer)
        {
            using var model = ToyTraining.Model(_table, ToyTraining.Paper);
            ToyTraining.Train(model, _table, ToyTraining.Paper, ToyTraining.Options, observer);
            return ToyTraining.State(model.Network);
        }
        var (first, second) = (new ToyObserver(), new ToyObserver());
        Assert.Equal(Weights(first), Weights(null));
        Weights(second);
        Assert.Equal(first.Pictures.Select(picture => picture.Pixels), second.Pictures.Select(picture => picture.Pixels));
    }

    [Fact]
    public void Without_a_decoder_nothing_is_drawn()
    {
        Assert.Empty(Train(null).Pictures);
        Assert.Empty(Train(new Hsic()).Pictures);
    }

    [Theory]
    [InlineData(1, 1), InlineData(12, 12), InlineData(20, 20), InlineData(21, 11), InlineData(400, 20), InlineData(401, 20)]
    public void A_long_training_draws_few_pictures_and_always_its_last_epoch(int epochs, int pictures)
    {
        var due = Enumerable.Range(1, epochs).Where(epoch => Reconstructions.IsDue(epoch, epochs)).ToArray();
        Assert.Equal(pictures, due.Length);
        Assert.Equal(epochs, due[^1]);
    }

    private ToyObserver Train(Recipe? recipe)
    {
        var observer = new ToyObserver();
        using var model = ToyTraining.Model(_table, recipe);
        ToyTraining.Train(model, _table, recipe, ToyTraining.Options, observer);
        return observer;
    }
}
