using Efface.Auditing;
using Efface.Data;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class ReconstructionTests
{
    [Fact]
    public void An_attribute_is_read_from_drawings_of_a_place_that_holds_it_and_not_of_one_that_does_not()
    {
        using var scope = NewDisposeScope();
        using var table = ToyTables.Visible(300, 300);
        foreach (var row in Enumerable.Range(400, 200))
            table.Parts[row] = Part.Test;
        using var model = ToyTraining.Model(table);
        var options = new ClassifierOptions
        {
            Stem = "fast",
            Width = 0.125,
            FewestSteps = 0,
        };
        using var reader = AttributeClassifier.Train(table, table["z"], options, cancel: TestContext.Current.CancellationToken);
        using var whole = Reconstruction.Of(
            model,
            new Place("h", 0, 0, true, model.Network.OutputShapes(table.Shape)[0]),
            table,
            3,
            seed: 1,
            [reader]
        );
        Blind(model);
        using var blank = Reconstruction.Of(
            model,
            new Place("h", 0, 0, true, model.Network.OutputShapes(table.Shape)[0]),
            table,
            3,
            seed: 1,
            [reader]
        );

        var (held, lost) = (Assert.Single(whole.Result.Attributes), Assert.Single(blank.Result.Attributes));
        Assert.Equal(held.OnReal, lost.OnReal);
        Assert.True(held.OnReconstructed.Low > 0.85, $"{held}");
        Assert.Equal(0.5, lost.OnReconstructed.Value, 0.15);
        Assert.Equal(200, held.AccuracyOnReconstructed.N);
        Assert.True(whole.Result.Error.High < blank.Result.Error.Low, $"{whole.Result} {blank.Result}");
        Assert.True(whole.Result.SquaredError.High < blank.Result.SquaredError.Low);
        Assert.True(whole.Originals.eq(blank.Originals).all().ToBoolean());
    }

    [Fact]
    public void The_error_of_a_place_that_tells_nothing_lies_between_that_of_the_mean_image_and_that_of_the_mean_colour()
    {
        using var scope = NewDisposeScope();
        using var table = ToyTables.Visible(300, 300);
        foreach (var row in Enumerable.Range(400, 200))
            table.Parts[row] = Part.Test;
        using var model = ToyTraining.Model(table);
        Blind(model);
        using var blank = Reconstruction.Of(
            model,
            new Place("h", 0, 0, true, model.Network.OutputShapes(table.Shape)[0]),
            table,
            3,
            seed: 1
        );

        var test = table.Gather(table.Rows(Part.Test)).to_type(ScalarType.Float64) / 255;
        var mean = (table.Gather(table.Rows(Part.Train)).to_type(ScalarType.Float64) / 255).mean([0], keepdim: true);
        var colour = mean.mean([2, 3], keepdim: true);
        double Squares(Tensor drawn) => (test - drawn).square().mean().ToDouble();
        double Errors(Tensor drawn) => -(test * drawn.log() + (1 - test) * (1 - drawn).log()).mean().ToDouble();
        Assert.InRange(blank.Result.SquaredError.Value, 0.98 * Squares(mean), 1.02 * Squares(colour));
        Assert.InRange(blank.Result.Error.Value, 0.98 * Errors(mean), 1.02 * Errors(colour));
    }

    [Fact]
    public void The_same_seed_draws_the_same_pictures_and_leaves_no_tensor_behind()
    {
        using var table = ToyTables.Visible(40, 60);
        foreach (var row in Enumerable.Range(70, 30))
            table.Parts[row] = Part.Test;
        using var model = ToyTraining.Model(table);
        var place = Place.Of(model)[0];
        byte[] Draw()
        {
            using var reconstruction = Reconstruction.Of(model, place, table, 4, seed: 2);
            Assert.InRange(reconstruction.Result.Steps, 1, 300);
            return reconstruction.Drawn.data<byte>().ToArray();
        }
        var first = Draw();
        Assert.Equal(4 * 3 * 16 * 16, first.Length);
        Assert.Equal(first, Draw());
    }

    // The first stage becomes the same number everywhere, and tells nothing of the image.
    private static void Blind(TrainedModel model)
    {
        using var noGradient = no_grad();
        foreach (var parameter in model.Network.Parameters(..1))
            parameter.zero_();
        model.Network.Parameters(..1)[^1].fill_(0.5);
    }
}
