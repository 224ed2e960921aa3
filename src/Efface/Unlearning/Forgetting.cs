using Efface.Data;
using Efface.Detachment;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>Trains models on examples in memory, and makes them forget: for programs with their own networks, recipes or data.</summary>
public static class Forgetting
{
    /// <summary>Trains a model for its task: the model before unlearning.</summary>
    /// <param name="model">Trained in place.</param>
    /// <param name="examples">With training and validation parts, and the task's column.</param>
    /// <param name="options">Epochs, step sizes, seed.</param>
    /// <param name="observer">Receives each step and epoch.</param>
    /// <param name="cancel">Stops after the current batch.</param>
    /// <exception cref="InvalidInputException">The column or a part is missing.</exception>
    public static TrainingResult Train(
        TrainedModel model,
        Examples examples,
        TrainingOptions options,
        ITrainingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        var labels = Labels(examples, model.Description.Task, []);
        using var random = new Generator((ulong)options.Seed);
        return new Lesson(model, examples, labels, options).Train(random, observer, cancel);
    }

    /// <summary>Makes a trained model forget.</summary>
    /// <param name="model">Trained; its modules become the result's.</param>
    /// <param name="recipe">How to forget.</param>
    /// <param name="examples">With training and validation parts, and the columns of the task and of the attributes.</param>
    /// <param name="attributes">Names of the attributes to forget.</param>
    /// <param name="options">Epochs, step sizes, seed.</param>
    /// <param name="observer">Receives each step and epoch.</param>
    /// <param name="cancel">Ends after the current batch; the model is then not closed.</param>
    /// <exception cref="InvalidInputException">A column or a part is missing, or the recipe cannot cut the network.</exception>
    public static (TrainedModel Model, TrainingResult Result) Run(
        TrainedModel model,
        Recipe recipe,
        Examples examples,
        IReadOnlyList<string> attributes,
        TrainingOptions options,
        ITrainingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        var labels = Labels(examples, model.Description.Task, attributes);
        using var random = new Generator((ulong)options.Seed);
        var prepared = recipe.Prepare(model, null, random);
        recipe.Begin(prepared, examples, labels.Task, random);
        var lesson = new Lesson(prepared, examples, labels, options) { Recipe = recipe, Untouched = _ => model.Copy().Network };
        var result = lesson.Train(random, observer, cancel);
        return result.Interrupted ? (prepared, result) : lesson.Close(result);
    }

    private static TaskAndAttributes Labels(Examples examples, string task, IReadOnlyList<string> attributes)
    {
        foreach (var part in new[] { Part.Train, Part.Validation }.Where(part => examples.Rows(part).Length == 0))
            throw new InvalidInputException($"data set {examples.Name}", $"has no {part.Word()} part", "Give examples of both parts");
        return TaskAndAttributes.Of(examples, examples[task], [.. attributes.Select(name => examples[name])]);
    }
}
