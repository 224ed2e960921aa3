using System.Diagnostics;
using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Where a network is cut into blocks.</summary>
/// <param name="Ends">The last stages of all blocks but the last.</param>
/// <param name="Milliseconds">The time of each block for a step, measured alone.</param>
internal sealed record BlockPlan(IReadOnlyList<int> Ends, IReadOnlyList<double> Milliseconds);

/// <summary>Cuts a network so that the workers of a pipeline take equal time: the slowest one decides.</summary>
internal static class BlockPlacing
{
    private const int Rounds = 4;

    /// <summary>Times stages and auxiliary networks over a few batches of noise, and cuts where the slowest block is fastest.</summary>
    /// <param name="make">Creates blocks, with its own random numbers; afterwards the model's weights and statistics are as before.</param>
    /// <param name="model">The model to cut.</param>
    /// <param name="blocks">2 or more.</param>
    /// <exception cref="InvalidInputException">There are fewer stages.</exception>
    public static BlockPlan Balance(Func<Generator, BlockMaker> make, TrainedModel model, int blocks)
    {
        var last = model.Network.IndexOf(StagedNetwork.Embedding);
        if (blocks > last + 1)
            throw new InvalidInputException(
                $"`TrainingSettings.Blocks` {blocks}",
                $"the network can be cut after {last} stages only",
                $"Give at most {last + 1}"
            );
        var threads = torch.get_num_threads();
        using var random = new Generator(0);
        using var weights = new NumericGuard(model.Network);
        torch.set_num_threads(Math.Max(1, threads / blocks));
        model.Network.train();
        // What is left out in training must not depend on whether it was measured before; the trainer turns it on again.
        foreach (var omission in model.Network.modules().OfType<Omission>())
            omission.eval();
        try
        {
            var maker = make(random);
            var stages = Enumerable.Range(0, last).Select(stage => Stage(maker.Parts, stage)).ToArray();
            var auxiliaries = Enumerable.Range(0, last).Select(stage => Auxiliary(maker, stage)).ToArray();
            return Choose(stages, auxiliaries, Tail(maker, last), blocks);
        }
        finally
        {
            weights.Restore();
            torch.set_num_threads(threads);
        }
    }

    /// <summary>The cut whose slowest block is fastest.</summary>
    /// <param name="stages">Milliseconds of each stage before the embedding.</param>
    /// <param name="auxiliaries">Milliseconds of an auxiliary network at each of these stages.</param>
    /// <param name="tail">Milliseconds of the last block from the embedding on.</param>
    /// <param name="blocks">The number of blocks.</param>
    internal static BlockPlan Choose(double[] stages, double[] auxiliaries, double tail, int blocks)
    {
        double Sum(int from, int to) => stages[from..to].Sum();
        // Best(from, count): the rest of the network from this stage on, in this many blocks.
        (double Slowest, int[] Ends) Best(int from, int count)
        {
            if (count == 1)
                return (Sum(from, stages.Length) + tail, []);
            var best = (Slowest: double.PositiveInfinity, Ends: Array.Empty<int>());
            for (var end = from; end <= stages.Length - count + 1 && end < stages.Length; end++)
            {
                var rest = Best(end + 1, count - 1);
                var slowest = Math.Max(Sum(from, end + 1) + auxiliaries[end], rest.Slowest);
                if (slowest < best.Slowest)
                    best = (slowest, [end, .. rest.Ends]);
            }
            return best;
        }
        var ends = Best(0, blocks).Ends;
        return new BlockPlan(
            ends,
            [
                .. ends.Select((end, i) => Sum(i == 0 ? 0 : ends[i - 1] + 1, end + 1) + auxiliaries[end]),
                Sum(ends[^1] + 1, stages.Length) + tail,
            ]
        );
    }

    // Forward, backward and the optimiser's step of one stage.
    private static double Stage(BlockParts parts, int stage)
    {
        var (model, options) = (parts.Model, parts.Options);
        using var scope = NewDisposeScope();
        using var optimiser = BlockOptimiser.Sgd(model.Network.Parameters(stage..(stage + 1)), options);
        var x = options.InPrecision(Given(parts, stage)).detach().requires_grad_(stage > 0);
        return Fastest(() =>
        {
            // A stage may begin with an in-place operation, which a leaf does not allow.
            var output = model.Network.Run(x.alias(), stage..(stage + 1));
            torch.autograd.backward([output], [torch.ones_like(output)]);
            optimiser.Step(0);
        });
    }

    private static double Auxiliary(BlockMaker maker, int stage)
    {
        using var scope = NewDisposeScope();
        using var block = maker.Below(stage..(stage + 1), 0, 1);
        var (h, input) = (Given(maker.Parts, stage + 1).requires_grad_(true), Noise(maker.Parts));
        return Fastest(() =>
        {
            block.Detacher!.Loss(new DetachmentInput(h, input.Originals, input.Batch, 1, input.Input)).backward();
            block.Detacher.Step();
        });
    }

    private static double Tail(BlockMaker maker, int first)
    {
        using var scope = NewDisposeScope();
        using var block = maker.Last(first);
        var (h, input) = (maker.Parts.Options.InPrecision(Given(maker.Parts, first)), Noise(maker.Parts));
        return Fastest(() => block.Step(h, input));
    }

    // Noise of the shape of a stage's input.
    private static Tensor Given(BlockParts parts, int stage)
    {
        var (network, input) = (parts.Model.Network, parts.Model.Description.Input);
        return torch
            .randn([parts.Options.BatchSize, .. stage == 0 ? input : network.OutputShapes(input)[stage - 1]], generator: parts.Random)
            .to(network.Device);
    }

    private static StepInput Noise(BlockParts parts)
    {
        var (model, labels, options) = (parts.Model, parts.Labels, parts.Options);
        var images = torch.rand([options.BatchSize, .. model.Description.Input], generator: parts.Random).to(model.Network.Device);
        Tensor Labels(Column column) =>
            torch
                .randint(0, column.Classes.Count, [options.BatchSize], dtype: ScalarType.Int64, generator: parts.Random)
                .to(model.Network.Device);
        return new StepInput(
            options.InPrecision(images),
            images,
            new Batch(images, Labels(labels.Task), [.. labels.Loaded.Select(Labels)]),
            1,
            0
        );
    }

    // The first run creates what later ones reuse.
    private static double Fastest(Action run)
    {
        var fastest = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            run();
            if (round > 0)
                fastest = Math.Min(fastest, clock.Elapsed.TotalMilliseconds);
        }
        return fastest;
    }
}
