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
    /// <param name="kind">Null takes the recipe's: local beside an auxiliary network, end to end through a bottleneck.</param>
    public static Schedule Detaching(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, ScheduleKind? kind = null)
    {
        var network = model.Network;
        var device = network.parameters().First().device;
        if (recipe.IsDiscrete)
        {
            // Bottleneck and classifier learn fast with Adam, whatever the extractor below them does.
            var last = network.IndexOf(StagedNetwork.Embedding);
            return new EndToEndSchedule(network, model.Split, new CodeInformation(recipe, labels, 1L << recipe.Bits, device, new CodeContents(recipe, labels.Retained, 1L << recipe.Bits, model.Description.Input, device)),
                BlockOptimiser.Sgd(network.Parameters(..(last + 1)), options),
                BlockOptimiser.Adam(network.Parameters((last + 1)..), recipe.BottleneckRate, options));
        }
        var detacher = new AuxiliaryNetwork(recipe, labels, network.OutputShapes(model.Description.Input)[model.Split], model.Description.Input, device);
        var extractor = BlockOptimiser.Sgd(network.Parameters(..(model.Split + 1)), options);
        var classifier = BlockOptimiser.Sgd(network.Parameters((model.Split + 1)..), options);
        return kind == ScheduleKind.EndToEnd
            ? new EndToEndSchedule(network, model.Split, detacher, extractor, classifier)
            : new LocalSchedule(network, model.Split, detacher, extractor, classifier);
    }
}
