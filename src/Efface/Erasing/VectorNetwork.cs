using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Erasing;

/// <summary>The small network that turns vectors into codes: two hidden layers, an embedding, a head.</summary>
internal static class VectorNetwork
{
    /// <summary>Its name in a description.</summary>
    public const string Name = "perceptron";

    private const int Hidden = 512,
        Embedding = 128;

    /// <summary>Builds it with fresh weights.</summary>
    public static StagedNetwork Build(ModelDescription description, Generator random)
    {
        var size = Layout.Size(description.Input);
        return new StagedNetwork([
            new Stage(
                "hidden",
                [
                    ("hidden1", Layers.Linear(size, Hidden, random)),
                    ("norm1", BatchNorm1d(Hidden)),
                    ("relu1", ReLU()),
                    ("hidden2", Layers.Linear(Hidden, Hidden, random)),
                    ("norm2", BatchNorm1d(Hidden)),
                    ("relu2", ReLU()),
                ]
            ),
            new Stage(StagedNetwork.Embedding, [("embedding", Layers.Linear(Hidden, Embedding, random)), ("relu3", ReLU())]),
            new Stage(StagedNetwork.Head, [("head", Layers.Linear(Embedding, description.Classes.Count, random))]),
        ]);
    }

    /// <summary>A task of one class, where there is none.</summary>
    public static Column NoTask(Examples table) => new("", ["any"], new int[table.Count]);

    /// <summary>How it is trained.</summary>
    public static TrainingOptions Training(int seed) =>
        new()
        {
            Epochs = 12,
            LearningRate = 0.05,
            Seed = seed,
        };

    /// <summary>What is released of a network with a bottleneck: p(code | x), f32 [B, M] from raw vectors. Takes the model over.</summary>
    public static Module<Tensor, Tensor> Assignment(TrainedModel model) => new Extractor(model);

    /// <summary>The stages up to the assignment, and the normalisation before them.</summary>
    internal sealed class Extractor : Module<Tensor, Tensor>
    {
        private readonly TrainedModel _model;

        /// <param name="model">Owned.</param>
        public Extractor(TrainedModel model)
            : base(nameof(Extractor))
        {
            _model = model;
            register_module("model", model.Network);
        }

        /// <summary>Of raw vectors.</summary>
        public Normalisation Normalisation => _model.Description.Normalisation;

        /// <summary>What runs on normalised ones, in order.</summary>
        public IReadOnlyList<Module<Tensor, Tensor>> Modules =>
            [.. _model.Network.Stages.Take(Stages).SelectMany(stage => stage.Modules).Select(entry => entry.Module)];

        private int Stages => _model.Network.IndexOf(DiscreteBottleneck.Assignment) + 1;

        /// <inheritdoc/>
        public override Tensor forward(Tensor rows)
        {
            using var scope = NewDisposeScope();
            return _model.Network.Run(Normalisation.Apply(rows), ..Stages).MoveToOuterDisposeScope();
        }
    }
}
