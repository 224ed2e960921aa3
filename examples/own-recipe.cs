#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// A recipe of your own, on vectors: the embedding pays for its covariance with the attribute. dotnet run -c Release examples/own-recipe.cs
using Efface.Auditing;
using Efface.Data.Drawn;
using Efface.Data.Vectors;
using Efface.Detachment;
using Efface.Models;
using Efface.Records;
using Efface.Training;
using Efface.Unlearning;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

var drawn = new DrawnFacesOptions { Train = 1500, Size = 16 };
using var faces = DrawnFaces.Draw(drawn);
using var vectors = VectorTable.OfPixels(faces); // any f32 [N, D] with columns and parts
using var random = new Generator(0);
using var model = TrainedModel.Create(ModelDescription.For(vectors, vectors["hat"], "perceptron"), CPU, random, Build);
var options = new TrainingOptions { Epochs = 6, LearningRate = 0.02 };
Forgetting.Train(model, vectors, options);
var (forgetful, result) = Forgetting.Run(model, new Decorrelated(), vectors, ["skin"], options);
using var subject = AuditSubject.Of(forgetful, vectors);
var audit = new Auditor(new AuditSettings { Attackers = ["linear"] }).Audit(subject, ["skin"]);
Console.WriteLine($"fidelity {result.Fidelity:F3}; a linear attacker reads {audit.Worst.Leak.GivenTask.Value:F3} beyond the task");

static StagedNetwork Build(ModelDescription description, Generator random) =>
    new([
        new Stage(StagedNetwork.Embedding, [("wide", Linear(description.Input[0], 64)), ("relu", ReLU())]),
        new Stage(StagedNetwork.Head, "fc", Linear(64, description.Classes.Count)),
    ]);

sealed record Decorrelated : Recipe
{
    public override string Name => "decorrelated";
    public override string Purpose => "The embedding loses its covariance with the attribute.";
    public override string Promise => "None: what is not linear stays.";
    public override LossWeights Weights => new(0, 1, 5);

    public override Recipe With(RecipeSettings asked) => this;

    public override BlockMaker Blocks(BlockParts parts) => new DetacherBlocks(parts, new Covariance(Weights.Forgetting));
}

sealed class Covariance(double weight) : Detacher
{
    public override Tensor Loss(DetachmentInput input)
    {
        using var scope = NewDisposeScope();
        var h = input.Representation - input.Representation.mean([0L]);
        var z = functional.one_hot(input.Batch.Attributes[0]).to_type(float32);
        var covariance = h.t().matmul(z - z.mean([0L])).square().sum() / (h.square().sum() * h.shape[0]);
        Measure("covariance", covariance);
        CountStep();
        return (weight * input.Strength * covariance).MoveToOuterDisposeScope();
    }

    protected override void Release() { }
}
