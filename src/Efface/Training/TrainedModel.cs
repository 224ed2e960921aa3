using System.Text.Json;
using Efface.Data;
using Efface.Data.Files;
using Efface.Detachment;
using Efface.Models;
using Efface.Models.Architectures;
using Efface.Models.Balance;
using Efface.Models.Weights;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Training;

/// <summary>The last step that closes a trained model. model.json contains the numbers.</summary>
public enum Closing
{
    /// <summary>An affine map between embedding and head removes what reveals the attribute linearly.</summary>
    LinearErasure = 3,

    /// <summary>Only the decision is released.</summary>
    Decision = 4,

    /// <summary>A balance erasure between embedding and head removes what reveals the attribute.</summary>
    Balance = 5,
}

/// <summary>model.json: everything needed to build the network again, and to use it.</summary>
public sealed record ModelDescription
{
    /// <summary>The version that is written: in version 1 a balance erasure decided a row's fold and noise otherwise.</summary>
    internal const int CurrentVersion = 2;

    /// <summary>The version of this file's format.</summary>
    public int SchemaVersion { get; init; } = CurrentVersion;

    /// <summary>The backbone's name.</summary>
    public required string Model { get; init; }

    /// <summary>The stem's name; null for a network that has none of <see cref="Backbones.Stems"/>.</summary>
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    public double Width { get; init; } = 1;

    /// <summary>The shape of one example: [C, H, W] or [D].</summary>
    public required long[] Input { get; init; }

    /// <summary>The task's column.</summary>
    public required string Task { get; init; }

    /// <summary>The task's classes, in the order of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>How values are normalised.</summary>
    public required Normalisation Normalisation { get; init; }

    /// <summary>The extractor's last stage: h is its output.</summary>
    public required string Split { get; init; }

    /// <summary>B of the discrete bottleneck; null without one.</summary>
    public int? Bits { get; init; }

    /// <summary>The last step that closes it; null without one.</summary>
    public Closing? ClosedBy { get; init; }

    /// <summary>The sizes of the balance erasure that closes it; null without one.</summary>
    public BalanceShape? Balance { get; init; }

    /// <summary>The names of the stages, from the input to the logits.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>A network for a column of a table, split behind the embedding.</summary>
    /// <param name="table">The table: the shape of its values and its training part decide input and normalisation.</param>
    /// <param name="task">The task's column.</param>
    /// <param name="model">A name of <see cref="Backbones.Names"/>, or the name of the user's own network.</param>
    /// <param name="stem">A name of <see cref="Backbones.Stems"/>; null takes the default for the image size.</param>
    /// <param name="width">Factor on every stage's channels.</param>
    /// <param name="statistics">Whose mean and deviation images are scaled by.</param>
    public static ModelDescription For(
        Examples table,
        Column task,
        string model,
        string? stem = null,
        double width = 1,
        PixelStatistics statistics = PixelStatistics.Data
    ) =>
        new()
        {
            Model = model,
            Stem = stem ?? (Backbones.Names.Contains(model) && table.Shape is [_, var side, _] ? Backbones.DefaultStem(model, side) : null),
            Width = width,
            Input = table.Shape,
            Task = task.Name,
            Classes = task.Classes,
            Normalisation = Normalisation.Of(table, statistics),
            Split = StagedNetwork.Embedding,
        };
}

/// <summary>Builds a network with fresh weights that ends in the stages embedding and head.</summary>
/// <param name="description">Its purpose: the shape of its input, the classes of the task.</param>
/// <param name="random">Initialises the weights.</param>
public delegate StagedNetwork NetworkBuilder(ModelDescription description, Generator random);

/// <summary>A network with its description, as in a run folder.</summary>
/// <param name="Network">Owned.</param>
/// <param name="Description">How to build it again.</param>
public sealed record TrainedModel(StagedNetwork Network, ModelDescription Description) : IDisposable
{
    /// <summary>The stage whose output is the one-hot of the decision, f32 [B, K].</summary>
    public const string DecisionStage = "decision";

    private const string ErasureStage = "erasure";
    private const string WeightsFile = "model.safetensors",
        DescriptionFile = "model.json",
        Remedy = "Repeat the run that wrote it, or copy the folder again";

    /// <summary>The builder of the network; null for those of Efface.</summary>
    public NetworkBuilder? Builder { get; init; }

    /// <summary>Creates a network with new weights.</summary>
    /// <param name="description">What to build.</param>
    /// <param name="device">The device to compute on.</param>
    /// <param name="random">Initialises the weights.</param>
    /// <param name="builder">Builds the user's own network; null for one of <see cref="Backbones"/>.</param>
    /// <exception cref="InvalidInputException">The description names a model, stem, width or size that cannot be built.</exception>
    public static TrainedModel Create(ModelDescription description, Device device, Generator random, NetworkBuilder? builder = null)
    {
        var network = (builder ?? OfBackbones)(description, random);
        if (description.Bits is { } bits)
            network = DiscreteBottleneck.Insert(network, bits, random);
        if (description.ClosedBy is { } kind)
            network = Closed(network, kind, description.Balance is { } shape ? new BalanceErasure(shape, random) : null);
        network.to(device);
        return new TrainedModel(network, Listing(network, description)) { Builder = builder };
    }

    /// <summary>An independent copy of network and weights.</summary>
    public TrainedModel Copy()
    {
        using var random = new Generator();
        var copy = Create(Description, Network.Device, random, Builder);
        using var noGradient = no_grad();
        foreach (var (from, to) in Network.state_dict().Values.Zip(copy.Network.state_dict().Values))
            to.copy_(from);
        return copy;
    }

    /// <summary>
    /// Replaces the weights by those that another program trained: safetensors, or a checkpoint of PyTorch, in the names of torchvision or
    /// timm. The last layer stays as it is if the file's is for another number of classes.
    /// </summary>
    /// <param name="file">A *.safetensors, the index of several, the folder with either, or a checkpoint.</param>
    /// <param name="pickle">Whether it may be a checkpoint: its pickle is read as data, and nothing in it is run.</param>
    /// <returns>What was taken, and what was not.</returns>
    /// <exception cref="InvalidInputException">Every difference between file and network; the weights are as they were.</exception>
    public IReadOnlyList<string> TakeWeights(string file, bool pickle = false) =>
        PretrainedWeights.Load(StoredWeights.Open(file, pickle), Network, Builder is null ? Options(Description) : null);

    private static StagedNetwork OfBackbones(ModelDescription description, Generator random) =>
        description.Input is [_, _, _]
            ? Backbones.Create(Options(description), random)
            : throw new InvalidInputException(
                $"model '{description.Model}'",
                $"reads images, not vectors of {string.Join('×', description.Input)}",
                "Give the network's own builder"
            );

    private static BackboneOptions Options(ModelDescription description) =>
        new()
        {
            Model = description.Model,
            Stem = description.Stem,
            Width = description.Width,
            Channels = (int)description.Input[0],
            Size = (description.Input[1], description.Input[2]),
            Classes = description.Classes.Count,
        };

    /// <summary>The same weights with a fresh bottleneck of B bits after the embedding, split behind the assignment.</summary>
    public TrainedModel WithBottleneck(int bits, Generator random)
    {
        var network = DiscreteBottleneck.Insert(Network, bits, random);
        return With(network, Description with { Bits = bits, Split = DiscreteBottleneck.Assignment });
    }

    /// <summary>
    /// The same weights with a last step, behind which the network is split: an erasure between embedding and head that is still the
    /// identity, or the decision behind the head.
    /// </summary>
    public TrainedModel ClosedWith(Closing kind)
    {
        var network = Closed(Network, kind);
        return With(network, Description with { ClosedBy = kind, Split = kind == Closing.Decision ? DecisionStage : ErasureStage });
    }

    /// <summary>The same weights with a fitted balance erasure between embedding and head, behind which the network is split.</summary>
    internal TrainedModel ClosedWith(BalanceErasure erasure) =>
        With(
            Closed(Network, Closing.Balance, erasure),
            Description with
            {
                ClosedBy = Closing.Balance,
                Balance = erasure.Shape,
                Split = ErasureStage,
            }
        );

    /// <summary>The same network, cut behind a stage.</summary>
    /// <exception cref="InvalidInputException">There is no such stage, or it is the last.</exception>
    public TrainedModel CutBehind(string stage) =>
        Network.IndexOf(stage) < Network.Stages.Count - 1
            ? this with
            {
                Description = Description with { Split = stage },
            }
            : throw new InvalidInputException(
                $"`ModelSettings.Split` {stage}",
                "is the last stage: nothing would be left for the classifier",
                "Split at an earlier stage"
            );

    /// <summary>The map that removes from the embedding what reveals the attribute linearly; null without such a step.</summary>
    public AffineErasure? Erasure =>
        Description.ClosedBy == Closing.LinearErasure
            ? (AffineErasure)Network.Stages[Network.IndexOf(ErasureStage)].Modules[0].Module
            : null;

    /// <summary>Number of the extractor's last stage.</summary>
    public int Split => Network.IndexOf(Description.Split);

    /// <summary>Writes model.safetensors and model.json, each to a temporary name first.</summary>
    public void Save(string folder)
    {
        WholeFile.Write(Path.Combine(folder, WeightsFile), partial => Network.save_safetensors(partial));
        Write(folder, Description);
    }

    /// <summary>Makes another stage of a stored model the extractor's last; its weights stay.</summary>
    /// <exception cref="InvalidInputException">A file is missing, or model.json is damaged.</exception>
    public static void CutAt(string folder, string stage) => Write(folder, Describe(folder) with { Split = stage });

    private static void Write(string folder, ModelDescription description) =>
        WholeFile.Write(Path.Combine(folder, DescriptionFile), partial =>
            File.WriteAllText(partial, JsonSerializer.Serialize(description, WholeFile.Json))
        );

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidInputException">A file is missing or damaged.</exception>
    /// <param name="folder">The model's folder.</param>
    /// <param name="device">The device to compute on.</param>
    /// <param name="builder">Builds the user's own network; null for one of <see cref="Backbones"/>.</param>
    public static TrainedModel Load(string folder, Device device, NetworkBuilder? builder = null)
    {
        using var random = new Generator();
        return Load(folder, device, random, builder);
    }

    /// <summary>
    /// The same; weights are drawn from the generator before the file's replace them, so that its later numbers do not depend on whether a
    /// network is new or loaded.
    /// </summary>
    internal static TrainedModel Load(string folder, Device device, Generator random, NetworkBuilder? builder = null)
    {
        var model = Create(Describe(folder), CPU, random, builder);
        var weights = Path.Combine(folder, WeightsFile);
        WholeFile.Read(weights, Remedy, () =>
        {
            SafetensorsHeader.Check(weights);
            return model.Network.load_safetensors(weights);
        });
        model.Network.to(device);
        return model;
    }

    /// <summary>Whether a folder holds a model.</summary>
    public static bool IsIn(string folder) => new[] { WeightsFile, DescriptionFile }.All(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Only model.json, from a folder that also has weights.</summary>
    /// <exception cref="InvalidInputException">A file is missing, or model.json is damaged.</exception>
    public static ModelDescription Describe(string folder)
    {
        foreach (var name in new[] { WeightsFile, DescriptionFile })
            if (!File.Exists(Path.Combine(folder, name)))
                throw new InvalidInputException(
                    Path.Combine(folder, name),
                    "missing",
                    "Give the folder of a finished run of efface train or efface unlearn"
                );
        var description = WholeFile.Read(Path.Combine(folder, DescriptionFile), Remedy, () =>
            JsonSerializer.Deserialize<ModelDescription>(File.ReadAllText(Path.Combine(folder, DescriptionFile)), WholeFile.Json)
            ?? throw new JsonException("it is empty")
        );
        return description is { Balance: not null, SchemaVersion: not ModelDescription.CurrentVersion }
            ? throw new InvalidInputException(
                Path.Combine(folder, DescriptionFile),
                $"is of version {description.SchemaVersion}, and this program runs version {ModelDescription.CurrentVersion}",
                "Repeat the run: folds and noise of its erasure would be others than those that were audited"
            )
            : description;
    }

    private TrainedModel With(StagedNetwork network, ModelDescription description) =>
        this with
        {
            Network = network,
            Description = Listing(network, description),
        };

    private static ModelDescription Listing(StagedNetwork network, ModelDescription description) =>
        description with
        {
            Stages = [.. network.Stages.Select(stage => stage.Name)],
        };

    private static StagedNetwork Closed(StagedNetwork network, Closing kind, BalanceErasure? balance = null)
    {
        var (stages, head) = (network.Stages.ToList(), network.LastLayer.weight);
        if (kind == Closing.Decision)
            stages.Add(new Stage(DecisionStage, new Decision()));
        else
        {
            Module<Tensor, Tensor> erasure = kind == Closing.Balance ? balance! : new AffineErasure(head.shape[1]);
            stages.Insert(stages.Count - 1, new Stage(ErasureStage, erasure.to(head.device)));
        }
        return new StagedNetwork(stages);
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
