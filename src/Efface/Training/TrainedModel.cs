using System.Text.Json;
using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>What closes a trained model. The numbers stand in model.json.</summary>
public enum Closing
{
    /// <summary>An affine map between embedding and head takes out what tells the attribute linearly.</summary>
    LinearErasure = 3,

    /// <summary>Nothing but the decision is released.</summary>
    Decision = 4,
}

/// <summary>model.json: everything that is needed to build the network again, and to use it.</summary>
public sealed record ModelDescription
{
    /// <summary>The version of this file's form.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The backbone's name.</summary>
    public required string Model { get; init; }

    /// <summary>The stem's name.</summary>
    public required string Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    public required double Width { get; init; }

    /// <summary>[C, H, W] of an image.</summary>
    public required long[] Input { get; init; }

    /// <summary>The task's column.</summary>
    public required string Task { get; init; }

    /// <summary>The task's classes, in the order of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What pixels in [0, 1] are normalised with.</summary>
    public required Normalisation Normalisation { get; init; }

    /// <summary>The extractor's last stage: h is its output.</summary>
    public required string Split { get; init; }

    /// <summary>B of the discrete bottleneck; null without one.</summary>
    public int? Bits { get; init; }

    /// <summary>The last step that closes it; null without one.</summary>
    public Closing? ClosedBy { get; init; }

    /// <summary>The names of the stages, from image to logits.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>A network for a column of a table, split behind the embedding.</summary>
    /// <param name="table">Its images' size and training part decide input and normalisation.</param>
    /// <param name="task">What it is for.</param>
    /// <param name="model">A name of <see cref="Backbones.Names"/>.</param>
    /// <param name="stem">A name of <see cref="Backbones.Stems"/>; null takes the usual one for the images' size.</param>
    /// <param name="width">Factor on every stage's channels.</param>
    public static ModelDescription For(Examples table, Column task, string model, string? stem, double width) =>
        new()
        {
            Model = model,
            Stem = stem ?? Backbones.DefaultStem(table.Shape[1]),
            Width = width,
            Input = table.Shape,
            Task = task.Name,
            Classes = task.Classes,
            Normalisation = Normalisation.Of(table),
            Split = StagedNetwork.Embedding,
        };
}

/// <summary>A network with its description, as a run folder holds it.</summary>
/// <param name="Network">Owned.</param>
/// <param name="Description">How to build it again.</param>
public sealed record TrainedModel(StagedNetwork Network, ModelDescription Description) : IDisposable
{
    /// <summary>The stage whose output is the one-hot of the decision, f32 [B, K].</summary>
    public const string DecisionStage = "decision";

    private const string ErasureStage = "erasure";
    private const string WeightsFile = "model.safetensors",
        DescriptionFile = "model.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A network with fresh weights.</summary>
    /// <param name="description">What to build.</param>
    /// <param name="device">Where it is to compute.</param>
    /// <param name="random">Where the weights come from.</param>
    /// <exception cref="InvalidInputException">The description names a model, stem, width or size that cannot be built.</exception>
    public static TrainedModel Create(ModelDescription description, Device device, Generator random)
    {
        var network = Backbones.Create(
            new BackboneOptions
            {
                Model = description.Model,
                Stem = description.Stem,
                Width = description.Width,
                Channels = (int)description.Input[0],
                Classes = description.Classes.Count,
            },
            random
        );
        if (description.Bits is { } bits)
            network = DiscreteBottleneck.Insert(network, bits, random);
        if (description.ClosedBy is { } kind)
            network = Closed(network, kind);
        network.to(device);
        return Of(network, description);
    }

    /// <summary>The same weights with a fresh bottleneck of B bits after the embedding, split behind the assignment.</summary>
    public TrainedModel WithBottleneck(int bits, Generator random)
    {
        var network = DiscreteBottleneck.Insert(Network, bits, random);
        return Of(network, Description with { Bits = bits, Split = DiscreteBottleneck.Assignment });
    }

    /// <summary>
    /// The same weights with a last step, behind which the network is split: an erasure between embedding and head that takes out nothing
    /// yet, or the decision behind the head.
    /// </summary>
    public TrainedModel ClosedWith(Closing kind)
    {
        var network = Closed(Network, kind);
        return Of(network, Description with { ClosedBy = kind, Split = kind == Closing.Decision ? DecisionStage : ErasureStage });
    }

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

    /// <summary>What takes out of the embedding what tells the attribute linearly; null without such a step.</summary>
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

    /// <summary>Says of a stored model that another stage is the extractor's last; its weights stay.</summary>
    /// <exception cref="InvalidInputException">A file is missing, or model.json is damaged.</exception>
    public static void CutAt(string folder, string stage) => Write(folder, Describe(folder) with { Split = stage });

    private static void Write(string folder, ModelDescription description) =>
        WholeFile.Write(Path.Combine(folder, DescriptionFile), partial =>
            File.WriteAllText(partial, JsonSerializer.Serialize(description, Json))
        );

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidInputException">A file is missing or damaged.</exception>
    public static TrainedModel Load(string folder, Device device)
    {
        using var random = new Generator();
        return Load(folder, device, random);
    }

    /// <summary>
    /// The same; weights are drawn from the generator before the file's take their place, so that what it gives next does not depend on
    /// whether a network is fresh or read.
    /// </summary>
    internal static TrainedModel Load(string folder, Device device, Generator random)
    {
        var model = Create(Describe(folder), CPU, random);
        Attempt(Path.Combine(folder, WeightsFile), () => model.Network.load_safetensors(Path.Combine(folder, WeightsFile)));
        model.Network.to(device);
        return model;
    }

    /// <summary>Whether a folder holds a model.</summary>
    public static bool IsIn(string folder) => new[] { WeightsFile, DescriptionFile }.All(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>model.json alone, of a folder that holds weights too.</summary>
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
        return Attempt(Path.Combine(folder, DescriptionFile), () =>
            JsonSerializer.Deserialize<ModelDescription>(File.ReadAllText(Path.Combine(folder, DescriptionFile)), Json)
            ?? throw new JsonException("it is empty")
        );
    }

    private static TrainedModel Of(StagedNetwork network, ModelDescription description) =>
        new(network, description with { Stages = [.. network.Stages.Select(stage => stage.Name)] });

    private static StagedNetwork Closed(StagedNetwork network, Closing kind)
    {
        var (stages, head) = (network.Stages.ToList(), network.LastLayer.weight);
        if (kind == Closing.Decision)
            stages.Add(new Stage(DecisionStage, new Decision()));
        else
            stages.Insert(stages.Count - 1, new Stage(ErasureStage, new AffineErasure(head.shape[1]).to(head.device)));
        return new StagedNetwork(stages);
    }

    // Whatever a damaged file makes the readers throw, the user is told which file it was.
    private static T Attempt<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new InvalidInputException(
                path,
                $"cannot be read ({fault.Message.Split('\n')[0]})",
                "Repeat the run that wrote it, or copy the folder again"
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
