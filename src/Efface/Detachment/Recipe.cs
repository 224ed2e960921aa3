using System.Text.Json.Serialization;
using Efface.Models;

namespace Efface.Detachment;

/// <summary>How a recipe takes the attribute out.</summary>
public enum DetachmentKind
{
    /// <summary>An auxiliary network beside the extractor estimates and steers information (Guo et al.).</summary>
    AuxiliaryNetwork,

    /// <summary>A discrete bottleneck, in which information is counted and minimised directly.</summary>
    DiscreteBottleneck,

    /// <summary>A kernel's measure of dependence is minimised; nothing learns beside the extractor.</summary>
    KernelIndependence,

    /// <summary>After training, an affine map takes out what tells the attribute linearly.</summary>
    LinearErasure,

    /// <summary>After training, nothing but the decision is released.</summary>
    Decision,

    /// <summary>The area that tells the attribute is taken out of the images before training.</summary>
    AttentionRemoval,
}

/// <summary>What the task head learns from.</summary>
public enum HeadLoss
{
    /// <summary>The supervised contrastive loss; the classifier on top learns on detached features.</summary>
    Contrastive,

    /// <summary>Cross-entropy.</summary>
    CrossEntropy,

    /// <summary>Their sum.</summary>
    Both,
}

/// <summary>λ1, λ2 and λ3 of one auxiliary network.</summary>
public sealed record BlockWeights(double Reconstruction, double Task, double Forgetting);

/// <summary>A named setting of everything that detachment needs.</summary>
public sealed record Recipe
{
    /// <summary>The name, as in <c>--recipe</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in a sentence.</summary>
    public required string Purpose { get; init; }

    /// <summary>What is promised of the result, and what is not.</summary>
    public required string Promise { get; init; }

    /// <summary>How it takes the attribute out.</summary>
    public required DetachmentKind Kind { get; init; }

    /// <summary>λ1: weight of the reconstruction.</summary>
    public required double Reconstruction { get; init; }

    /// <summary>λ2: weight of the task in what the extractor learns from.</summary>
    public required double Task { get; init; }

    /// <summary>λ3 ≥ 0: weight of forgetting.</summary>
    public required double Forgetting { get; init; }

    /// <summary>
    /// λ of the first of several auxiliary networks: early blocks keep more of the image and leave forgetting to later ones. From there λ
    /// changes linearly to the last (as in InfoPro, Wang et al., ICLR 2021).
    /// </summary>
    public BlockWeights FirstBlock { get; init; } = new(5, 1, 0);

    /// <summary>λ of the last auxiliary network below a bottleneck; nothing is read there, so nothing is forgotten before the code.</summary>
    public BlockWeights BelowBottleneck { get; init; } = new(2.5, 1, 0);

    /// <summary>The extractor's last stage where the user names none; null takes the middle of the network.</summary>
    public string? Split { get; init; }

    /// <summary>Whether the extractor learns from the detacher alone where the user does not say.</summary>
    public bool IsLocal { get; init; }

    /// <summary>λ3 rises linearly over this first share of training.</summary>
    public double Ramp { get; init; } = 0.25;

    /// <summary>The extractor's largest step size from a trained model where the user names none.</summary>
    public double RateFromModel { get; init; } = 0.02;

    /// <summary>What the extractor does to the attribute heads.</summary>
    public AttributeObjective Objective { get; init; } = AttributeObjective.Confusion;

    /// <summary>What the task head learns from.</summary>
    public HeadLoss HeadLoss { get; init; } = HeadLoss.Both;

    /// <summary>Heads that read each attribute: what fools one need not fool the next.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Steps of the attribute heads for each batch, at least 1.</summary>
    public int HeadSteps { get; init; } = 2;

    /// <summary>Width of the heads' hidden layers.</summary>
    public int HeadWidth { get; init; } = 512;

    /// <summary>Adam's step size for heads and decoder.</summary>
    public double HeadRate { get; init; } = 1e-3;

    /// <summary>What a kernel measures.</summary>
    public KernelCriterion Criterion { get; init; }

    /// <summary>B: the bottleneck has 2^B codes.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Factor of the joint table's moving average; 0.98 remembers about a hundred batches.</summary>
    public double Memory { get; init; } = 0.98;

    /// <summary>Weight of the assignments' entropy: each image decides for a code.</summary>
    public double Sharpening { get; init; } = 0.02;

    /// <summary>Weight of the marginal's entropy: all codes are used.</summary>
    public double Usage { get; init; } = 0.02;

    /// <summary>Weight of the untouched model's embedding, drawn from the code: the mean squared error of its standardised numbers. From scratch there is none.</summary>
    public double Distillation { get; init; }

    /// <summary>Weight of the cross-entropy of each attribute that is to stay readable in the code.</summary>
    public double Retention { get; init; } = 1;

    /// <summary>Adam's step size for bottleneck and classifier.</summary>
    public double BottleneckRate { get; init; } = 1e-2;

    /// <summary>Whether bottleneck and classifier stand at the network's end and learn together with the extractor.</summary>
    [JsonIgnore]
    public bool IsDiscrete => Kind == DetachmentKind.DiscreteBottleneck;

    /// <summary>Whether training is that of a model which forgets nothing: what forgets is done before or after it.</summary>
    [JsonIgnore]
    public bool TrainsPlainly => Kind is DetachmentKind.AttentionRemoval || ClosesModel;

    /// <summary>Whether a last step closes the trained model.</summary>
    [JsonIgnore]
    public bool ClosesModel => Kind is DetachmentKind.LinearErasure or DetachmentKind.Decision;

    /// <summary>The recipe of one of several auxiliary networks.</summary>
    /// <param name="block">Its number, from 0.</param>
    /// <param name="count">How many there are.</param>
    public Recipe OfBlock(int block, int count)
    {
        var last = IsDiscrete ? BelowBottleneck : new BlockWeights(Reconstruction, Task, Forgetting);
        var way = count == 1 ? 1 : (double)block / (count - 1);
        double Between(double first, double end) => first + way * (end - first);
        return this with
        {
            Reconstruction = Between(FirstBlock.Reconstruction, last.Reconstruction),
            Task = Between(FirstBlock.Task, last.Task),
            Forgetting = Between(FirstBlock.Forgetting, last.Forgetting),
            Heads = IsDiscrete ? 0 : Heads,
        };
    }
}

/// <summary>The recipes that Efface knows.</summary>
public static class Recipes
{
    /// <summary>Every recipe; the first is the default.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new()
        {
            Name = "strict",
            Purpose = "A discrete bottleneck after the embedding; I(c;z|y) is counted and minimised directly.",
            Promise = "A certificate for any attacker who sees the code, at the confidence and size that the audit states.",
            Kind = DetachmentKind.DiscreteBottleneck,
            Reconstruction = 20, Task = 1, Forgetting = 5, Distillation = 3, RateFromModel = 0.01,
        },
        new()
        {
            Name = "paper",
            Purpose = "Guo et al. (ACM MM 2022): an auxiliary network at a split in the middle, trained locally.",
            Promise = "None: on CIFAR-10 fresh attackers read less than from the same place before, and far more than its own heads.",
            Kind = DetachmentKind.AuxiliaryNetwork,
            Reconstruction = 2.5, Task = 1, Forgetting = 5, IsLocal = true,
        },
        new()
        {
            Name = "adversarial",
            Purpose = "Three strong heads at the embedding, several steps a batch, end to end: for who must hand out vectors.",
            Promise = "None: after the few epochs that were tried (3 to 5) fresh attackers read a little less than before, and far more than these heads.",
            Kind = DetachmentKind.AuxiliaryNetwork,
            Reconstruction = 0, Task = 1, Forgetting = 5, Heads = 3, HeadLoss = HeadLoss.CrossEntropy, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "reversal",
            Purpose = "Gradient reversal (Ganin and Lempitsky, ICML 2015): the embedding raises the loss of a head that reads the attribute, up to knowing nothing.",
            Promise = "None: it fools its own head.",
            Kind = DetachmentKind.AuxiliaryNetwork,
            Reconstruction = 0, Task = 1, Forgetting = 1, Objective = AttributeObjective.Reversal, HeadLoss = HeadLoss.CrossEntropy, HeadSteps = 1, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "entropy",
            Purpose = "Maximum entropy (Roy and Boddeti, CVPR 2019): the embedding leaves a head that reads the attribute without an opinion, also where the task tells it.",
            Promise = "None: it fools its own head.",
            Kind = DetachmentKind.AuxiliaryNetwork,
            Reconstruction = 0, Task = 1, Forgetting = 1, Objective = AttributeObjective.Entropy, HeadLoss = HeadLoss.CrossEntropy, HeadSteps = 1, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "hsic",
            Purpose = "Kernel independence of the embedding and the attribute given the task (HSIC: Gretton et al., ALT 2005), end to end.",
            Promise = "None: blind to what the kernel does not see, which is most of what is not linear.",
            Kind = DetachmentKind.KernelIndependence,
            Reconstruction = 0, Task = 1, Forgetting = 5, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "mmd",
            Purpose = "Equal distributions of the embedding for all classes of the attribute given the task (MMD: Gretton et al., JMLR 2012), end to end.",
            Promise = "None: blind to what the kernel does not see, which is most of what is not linear; of two classes it is hsic.",
            Kind = DetachmentKind.KernelIndependence, Criterion = KernelCriterion.MeanDiscrepancy,
            Reconstruction = 0, Task = 1, Forgetting = 5, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "leace",
            Purpose = "LEACE (Belrose et al., NeurIPS 2023): after training, the smallest affine change of the embedding that leaves it uncorrelated with the attribute.",
            Promise = "A linear attacker finds exactly what one finds who sees nothing, on the images that it was fitted on; of others nothing.",
            Kind = DetachmentKind.LinearErasure,
            Reconstruction = 0, Task = 1, Forgetting = 0, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "attention-removal",
            Purpose = "Baseline 2 of Guo et al.: the area where a classifier sees the attribute (Grad-CAM) is taken out of all images, and a model is trained on the rest, from scratch.",
            Promise = "None: what the classifier did not look at tells the attribute too.",
            Kind = DetachmentKind.AttentionRemoval,
            Reconstruction = 0, Task = 1, Forgetting = 0, Split = StagedNetwork.Embedding,
        },
        new()
        {
            Name = "prediction-only",
            Purpose = "Releases the decision and nothing else: the row that every other recipe must justify itself against.",
            Promise = "Nothing leaks beyond the decision, by any attacker; and nothing else is kept.",
            Kind = DetachmentKind.Decision,
            Reconstruction = 0, Task = 1, Forgetting = 0, Split = StagedNetwork.Embedding,
        },
    ];

    /// <summary>The recipe called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static Recipe Named(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new InvalidInputException($"--recipe {name}", "no such recipe", $"Choose one of {string.Join(", ", All.Select(recipe => recipe.Name))}");
}
