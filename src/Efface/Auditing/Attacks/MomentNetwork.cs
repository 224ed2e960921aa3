using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>What a <see cref="MomentNetwork"/> starts from.</summary>
/// <param name="Order">The moments to compare: 2 or 3.</param>
/// <param name="Directions">The number of directions.</param>
internal sealed record Moments(int Order, int Directions) : NeuralSettings(1, 0, 1e-3);

/// <summary>
/// Sees its input only along a few directions: their powers and random waves of them (Rahimi and Recht 2007), whose mean over all positions
/// a linear head reads, one for each y where y is known. It starts at the directions in which the classes' moments differ most, and trains
/// those too. A vector is a map of one position.
/// </summary>
internal sealed class MomentNetwork : Module<Tensor, Tensor>
{
    private const int MostFeatures = 64,
        WavesOfVectors = 128,
        WavesOfPatches = 16;
    private const float Clip = 4;

    private readonly Conv2d _directions,
        _waves;
    private readonly Linear _heads;
    private readonly AttackProblem _problem;

    /// <param name="problem">The problem to attack.</param>
    /// <param name="moments">Where to start.</param>
    /// <param name="kernel">The side of the patch that a direction sees: 1 for vectors.</param>
    /// <param name="rows">f32 [R, C·kernel²]: the inputs of a direction, standardised.</param>
    /// <param name="images">The image of each row.</param>
    /// <param name="fit">The images.</param>
    /// <param name="random">Initialises what does not start at the moments.</param>
    public MomentNetwork(AttackProblem problem, Moments moments, int kernel, Tensor rows, int[] images, AttackSet fit, Generator random)
        : base(nameof(MomentNetwork))
    {
        _problem = problem;
        using var start = Start(
            problem,
            moments,
            rows,
            fit with
            {
                Values = rows,
                Task = [.. images.Select(i => fit.Task[i])],
                Attribute = [.. images.Select(i => fit.Attribute[i])],
            },
            random
        );
        var channels = rows.shape[1] / (kernel * kernel);
        _directions = Layers.Conv2d(channels, start.shape[0], kernel, random, padding: kernel / 2, hasBias: false);
        var waves = kernel == 1 ? WavesOfVectors : WavesOfPatches;
        _waves = Layers.Conv2d(start.shape[0], waves, 1, random);
        _heads = Layers.Linear(3 * start.shape[0] + waves, problem.AttributeClasses * Math.Max(1, problem.TaskClasses), random);
        using (no_grad())
        {
            _directions.weight.copy_(start.view(-1, channels, kernel, kernel));
            _waves.weight.normal_(0, 1, random);
            _waves.bias!.uniform_(0, 2 * Math.PI, random);
            init.zeros_(_heads.weight);
        }
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var channels = (int)_directions.weight.shape[1];
        var (h, task) = (input[.., ..channels], input[.., channels..]);
        var heads = _heads.call(h.dim() == 2 ? OfVectors(h) : OfMaps(h));
        if (!_problem.KnowsTask)
            return heads;
        var known = task.dim() == 2 ? task : task[.., .., 0, 0];
        return (heads.view(-1, _problem.TaskClasses, _problem.AttributeClasses) * known.unsqueeze(2)).sum(1);
    }

    // The same without convolutions, which are many times slower on one position.
    private Tensor OfVectors(Tensor h)
    {
        var along = h.matmul(_directions.weight.flatten(1).t()).clamp(-Clip, Clip);
        var waves = functional.linear(along, _waves.weight.flatten(1), _waves.bias).cos();
        return torch.cat([along, along.square(), along.pow(3), waves], 1);
    }

    private Tensor OfMaps(Tensor h)
    {
        var along = _directions.call(h).clamp(-Clip, Clip);
        var seen = torch.cat([along, along.square(), along.pow(3), _waves.call(along).cos()], 1);
        // The more independent positions there are, the less their mean varies.
        return seen.mean([2, 3]) * Math.Sqrt(seen.shape[2] * seen.shape[3]);
    }

    // f32 [R, F].
    private static Tensor Start(AttackProblem problem, Moments moments, Tensor rows, AttackSet set, Generator random)
    {
        using var scope = NewDisposeScope();
        var groups = Contrasts.Groups(problem, set);
        if (groups.Count == 0)
            groups = Contrasts.Groups(problem with { TaskClasses = 0 }, set);
        using var all = Whitening.Of(rows);
        using var white = all.First(MostFeatures);
        // The images may all be of one class, or show nothing.
        if (groups.Count == 0 || white.Map.shape[1] == 0)
            return torch.randn(moments.Directions, rows.shape[1], generator: random).MoveToOuterDisposeScope();
        var contrasts = new Contrasts(white.Apply(rows).to_type(ScalarType.Float32).clamp_(-Clip, Clip), groups);
        var directions = contrasts.Directions(moments.Order, moments.Directions).to_type(ScalarType.Float64);
        return directions.matmul(white.Map.t()).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
