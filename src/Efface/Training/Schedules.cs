using Efface.Detachment;
using Efface.Models;

namespace Efface.Training;

/// <summary>Puts network, detacher and optimisers together.</summary>
public static class Schedules
{
    /// <summary>Plain training: baseline 1, the model before unlearning.</summary>
    public static Schedule Plain(TrainedModel model, TrainingOptions options) => new EndToEndSchedule(model.Network, model.Split, null,
        BlockOptimiser.Sgd(model.Network.Parameters(..(model.Split + 1)), options),
        BlockOptimiser.Sgd(model.Network.Parameters((model.Split + 1)..), options));

    /// <summary>Detachment as <paramref name="recipe"/> says.</summary>
    /// <param name="model">Split where the recipe works; with a bottleneck for a discrete one.</param>
    /// <param name="recipe">What to do to h.</param>
    /// <param name="labels">The training split's joint tables.</param>
    /// <param name="options">Step sizes.</param>
    /// <param name="kind">Null takes the recipe's.</param>
    /// <param name="untouched">The model before unlearning, for a recipe that has the code carry its embedding; owned from now on.</param>
    public static Schedule Detaching(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, ScheduleKind? kind = null, StagedNetwork? untouched = null)
    {
        var network = model.Network;
        var device = network.parameters().First().device;
        var isLocal = kind is null ? recipe.IsLocal : kind == ScheduleKind.Local;
        if (recipe.IsDiscrete) return ThroughCodes(model, recipe, labels, options, isLocal, untouched);
        Detacher detacher = recipe.Kind == DetachmentKind.KernelIndependence
            ? new KernelIndependence(recipe, labels)
            : new AuxiliaryNetwork(recipe, labels, network.OutputShapes(model.Description.Input)[model.Split], model.Description.Input, device);
        var extractor = BlockOptimiser.Sgd(network.Parameters(..(model.Split + 1)), options);
        var classifier = BlockOptimiser.Sgd(network.Parameters((model.Split + 1)..), options);
        return isLocal
            ? new LocalSchedule(network, model.Split, detacher, extractor, classifier)
            : new EndToEndSchedule(network, model.Split, detacher, extractor, classifier);
    }

    // Bottleneck and classifier learn fast with Adam, whatever the extractor below them does.
    private static Schedule ThroughCodes(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, bool isLocal, StagedNetwork? untouched)
    {
        var (network, codes) = (model.Network, 1L << recipe.Bits);
        var (device, last) = (network.parameters().First().device, network.IndexOf(StagedNetwork.Embedding));
        var contents = new CodeContents(recipe, labels, codes, model.Description.Input, device, untouched is null ? null : new EmbeddingTarget(untouched));
        var detacher = new CodeInformation(recipe, labels, codes, device, contents);
        var extractor = BlockOptimiser.Sgd(network.Parameters(..(last + 1)), options);
        var bottleneck = BlockOptimiser.Adam(network.Parameters((last + 1)..), recipe.BottleneckRate, options);
        return isLocal
            ? new LocalSchedule(network, model.Split, detacher, extractor, bottleneck)
            : new EndToEndSchedule(network, model.Split, detacher, extractor, bottleneck, recipe.Task);
    }
}
