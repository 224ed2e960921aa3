#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// A network of your own forgets: image → patches [T, D] → embedding [D] → head. dotnet run -c Release examples/own-network.cs
using Efface.Auditing;
using Efface.Data.Drawn;
using Efface.Models;
using Efface.Training;
using Efface.Unlearning;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

using var faces = DrawnFaces.Draw(
    new DrawnFacesOptions
    {
        Train = 1500,
        Validation = 500,
        Test = 1000,
        Size = 32,
    }
);
using var random = new Generator(0);
using var model = TrainedModel.Create(ModelDescription.For(faces, faces["hat"], "mixer"), CPU, random, Build);
var before = Forgetting.Train(model, faces, new TrainingOptions { Epochs = 12, LearningRate = 0.2 });
var options = new TrainingOptions { Epochs = 3, LearningRate = 0.05 };
var (forgetful, after) = Forgetting.Run(model, Recipes.Named("strict"), faces, ["skin"], options);

using var subject = AuditSubject.Of(forgetful, faces);
var audit = new Auditor(new AuditSettings { Attackers = ["lookup", "linear"] }).Audit(subject, ["skin"]);
Console.WriteLine($"fidelity {before.Fidelity:F3} before, {after.Fidelity:F3} after: {audit.Verdict}");

static StagedNetwork Build(ModelDescription description, Generator random)
{
    const int Width = 48;
    return new StagedNetwork([
        new Stage("patches", [("cut", Conv2d(description.Input[0], Width, 4, stride: 4)), ("tokens", new Tokens())]),
        new Stage("mixing", [("norm", LayerNorm(Width)), ("mix", Linear(Width, Width)), ("relu", ReLU())]),
        new Stage(StagedNetwork.Embedding, [("mean", new Mean()), ("wide", Linear(2 * Width, Width)), ("act", ReLU())]),
        new Stage(StagedNetwork.Head, "fc", Linear(Width, description.Classes.Count)),
    ]);
}

// [B, D, H, W] → [B, T, D]
sealed class Tokens() : Module<Tensor, Tensor>(nameof(Tokens))
{
    public override Tensor forward(Tensor x) => x.flatten(2).transpose(1, 2);
}

// [B, T, D] → [B, 2D]: what all patches say together, and the loudest of them.
sealed class Mean() : Module<Tensor, Tensor>(nameof(Mean))
{
    public override Tensor forward(Tensor x) => cat([x.mean([1L]), x.amax([1L])], 1);
}
