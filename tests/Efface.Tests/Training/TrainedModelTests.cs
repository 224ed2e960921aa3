using Efface.Data;
using Efface.Detachment;
using Efface.Tests.Models;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class TrainedModelTests : IDisposable
{
    private const string Weights = "model.safetensors",
        Description = "model.json";
    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void What_is_saved_is_loaded(int? bits)
    {
        using var saved = Model(bits);
        var images = randn(8, 3, 16, 16);
        saved.Network.call(images); // The running statistics of batch norm are part of the model.
        saved.Save(_folder);
        manual_seed(99);
        using var loaded = TrainedModel.Load(_folder, CPU);

        saved.Network.eval();
        loaded.Network.eval();
        Assert.True(loaded.Network.call(images).equal(saved.Network.call(images)).all().ToBoolean());
        Assert.Equal(saved.Network.state_dict().Keys, loaded.Network.state_dict().Keys);
        Assert.Equal(saved.Split, loaded.Split);
        Assert.Equivalent(saved.Description, loaded.Description, strict: true);
    }

    [Fact]
    public void Saving_replaces_an_older_model_and_leaves_no_other_file()
    {
        using TrainedModel older = Model(bits: null),
            newer = Model(bits: 2);
        older.Save(_folder);
        newer.Save(_folder);
        using var loaded = TrainedModel.Load(_folder, CPU);

        Assert.Equal(2, loaded.Description.Bits);
        Assert.Equal([Description, Weights], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_bottleneck_moves_the_split_behind_the_assignment_and_keeps_the_weights()
    {
        using var model = Model(bits: null);
        var before = ToyTraining.Values(model.Network.parameters());
        using var strict = model.WithBottleneck(3, new Generator(0));

        Assert.Equal((3, DiscreteBottleneck.Assignment), (strict.Description.Bits, strict.Description.Split));
        Assert.Equal(strict.Network.Stages.Select(stage => stage.Name), strict.Description.Stages);
        Assert.Equal(DiscreteBottleneck.Assignment, strict.Network.Stages[strict.Split].Name);
        Assert.Superset(before.Select(Key).ToHashSet(), ToyTraining.Values(strict.Network.parameters()).Select(Key).ToHashSet());

        static string Key(float[] values) => string.Join(' ', values);
    }

    [Fact]
    public void A_model_has_the_input_the_classes_and_the_stages_of_its_description()
    {
        using var model = Model(bits: null);

        Assert.Equal([4], model.Network.OutputShapes([3, 16, 16])[^1]);
        Assert.Equal(model.Network.Stages.Select(stage => stage.Name), model.Description.Stages);
        Assert.Equal("layer2", model.Network.Stages[model.Split].Name);
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData(Description)]
    public void A_missing_file_is_named(string file)
    {
        Save();
        File.Delete(Path.Combine(_folder, file));

        Assert.Equal(Path.Combine(_folder, file), Problem().Subject);
    }

    public static TheoryData<string, string> Damages =>
        new()
        {
            { Weights, "" },
            { Weights, "not weights at all" },
            // A header of 2^60 bytes.
            { Weights, "\0\0\0\0\0\0\0\u0010{}" },
            { Weights, "\u0010\0\0\0\0\0\0\0{ this is no json" },
            { Description, "" },
            { Description, "null" },
            { Description, "[1, 2]" },
            { Description, "{ \"model\": \"resnet18\"" },
            { Description, "{ \"model\": \"resnet18\" }" },
        };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_file_is_refused_by_its_name(string file, string content)
    {
        Save();
        File.WriteAllText(Path.Combine(_folder, file), content);

        Assert.Contains(file, Problem().Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public void Weights_that_end_too_early_are_refused_by_their_name(double kept)
    {
        Save();
        var path = Path.Combine(_folder, Weights);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(int)(bytes.Length * kept)]);

        Assert.Contains(Weights, Problem().Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"width\": 0.125", "\"width\": 0.25")]
    [InlineData("\"bits\": null", "\"bits\": 3")]
    [InlineData("\"model\": \"resnet18\"", "\"model\": \"resnet34\"")]
    public void Weights_of_another_network_are_refused(string written, string changed)
    {
        Save();
        Change(written, changed);

        Assert.Contains(_folder, Problem().Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"model\": \"resnet18\"", "\"model\": \"alexnet\"")]
    [InlineData("\"split\": \"layer2\"", "\"split\": \"layer9\"")]
    public void A_description_of_what_cannot_be_built_is_refused(string written, string changed)
    {
        Save();
        Change(written, changed);

        Assert.Throws<InvalidInputException>(() =>
        {
            using var model = TrainedModel.Load(_folder, CPU);
            return model.Split;
        });
    }

    private static TrainedModel Model(int? bits)
    {
        return TrainedModel.Create(
            new ModelDescription
            {
                Model = "resnet18",
                Stem = "fast",
                Width = 0.125,
                Input = [3, 16, 16],
                Task = "y",
                Classes = ["a", "b", "c", "d"],
                Normalisation = new Normalisation([0.1f, 0.2f, 0.3f], [0.4f, 0.5f, 0.6f]),
                Split = bits is null ? "layer2" : DiscreteBottleneck.Assignment,
                Bits = bits,
            },
            CPU,
            new Generator((ulong)(bits ?? 0))
        );
    }

    private void Save()
    {
        using var model = Model(bits: null);
        model.Save(_folder);
    }

    private void Change(string written, string changed)
    {
        var path = Path.Combine(_folder, Description);
        var text = File.ReadAllText(path);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(written, changed, StringComparison.Ordinal));
    }

    private Problem Problem() =>
        Assert.Single(Assert.Throws<InvalidInputException>(() => TrainedModel.Load(_folder, CPU).Dispose()).Problems);
}
