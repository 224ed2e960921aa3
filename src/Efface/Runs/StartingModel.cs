using Efface.Data;
using Efface.Models;
using Efface.Models.Weights;
using Efface.Records;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>The model that a run starts with: a new one, or that of another run.</summary>
internal static class StartingModel
{
    /// <summary>The model, prepared by the recipe, if there is one.</summary>
    /// <param name="prepared">The checked input.</param>
    /// <param name="random">Initialises new weights.</param>
    /// <param name="note">Receives what a user should know.</param>
    /// <exception cref="InvalidInputException">The model of the other run, or the weights, do not match the settings.</exception>
    public static TrainedModel Of(Prepared prepared, Generator random, Action<string> note)
    {
        var (config, table, task) = (prepared.Config, prepared.Table, prepared.Labels.Task);
        var model = config.Model.From is { } from
            ? Load(from, config, table, task, random)
            : TrainedModel.Create(
                ModelDescription.For(table, task, config.Model.Name, config.Model.Stem, config.Model.Width, config.Model.Statistics),
                Compute.Device,
                random
            );
        if (config.Model.Weights is { } weights)
            foreach (var taken in model.TakeWeights(weights, config.Model.Pickle))
                note(taken);

        if (prepared.Recipe is not { } recipe)
            return model.CutBehind(config.Model.Split ?? StagedNetwork.Embedding);
        var ready = recipe.Prepare(model, config.Model.Split, random);
        if (config.Model.From is not null)
            recipe.Begin(ready, table, task, random);
        return ready;
    }

    /// <summary>What is wrong with the file of weights, as far as it shows without a network.</summary>
    public static IEnumerable<Problem> Check(ModelSettings settings)
    {
        try
        {
            if (settings is { Weights: { } weights, From: null })
                StoredWeights.Open(weights, settings.Pickle);
            return [];
        }
        catch (InvalidInputException invalid)
        {
            return invalid.Problems;
        }
    }

    private static TrainedModel Load(string from, RunConfig config, ImageTable table, Column task, Generator random)
    {
        var model = TrainedModel.Load(from, Compute.Device, random);
        var problems = new List<Problem>();
        foreach (
            var (property, asked, found) in new[]
            {
                ("`ModelSettings.Name`", config.Model.Name, model.Description.Model),
                ("`ModelSettings.Stem`", config.Model.Stem ?? model.Description.Stem, model.Description.Stem),
                ("`ModelSettings.Width`", Setting.Text(config.Model.Width), Setting.Text(model.Description.Width)),
            }
        )
            if (asked != found)
                problems.Add(
                    new Problem(
                        $"{property} {asked}",
                        $"the model in {from} has {found}",
                        "Leave it out: a model that is there already keeps its form"
                    )
                );
        if (model.Description.Task != task.Name || !model.Description.Classes.SequenceEqual(task.Classes))
            problems.Add(
                new Problem(
                    $"`ModelSettings.From` {from}",
                    $"its task is {model.Description.Task}, not {task.Name}",
                    "Give a run of the same task"
                )
            );
        if (!model.Description.Input.SequenceEqual(table.Shape))
            problems.Add(
                new Problem(
                    $"`ModelSettings.From` {from}",
                    $"its images are {string.Join('×', model.Description.Input)}, these {string.Join('×', table.Shape)}",
                    "Give the same `DataOptions.Size`"
                )
            );
        if (model.Description is not { Bits: null, ClosedBy: null })
            problems.Add(
                new Problem(
                    $"`ModelSettings.From` {from}",
                    model.Description.Bits is null
                        ? $"is closed by its stage {model.Network.Stages[model.Split].Name} already"
                        : "has a discrete bottleneck already",
                    "Start from a run of efface train"
                )
            );
        return problems.Count == 0 ? model : throw new InvalidInputException(problems);
    }
}
