using System.Diagnostics;
using System.Globalization;
using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Models.Architectures;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Benchmarks;

/// <summary>
/// Where a step's time goes: the stages of a ResNet18 at 32 pixels, and what stands beside them, on one thread; what was replaced stands
/// beside what replaced it.
/// </summary>
public static class Parts
{
    private const int Batch = 128,
        Side = 32;

    /// <summary>
    /// A line for each part: milliseconds, the median of so many turns (smallest, largest). Parts take their turns one after the other.
    /// </summary>
    public static void Run(int turns)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"ResNet18, 7x7 stem with max pool, {Side} pixels, {Batch} images, one thread, {turns} turns; milliseconds"
            )
        );
        Console.WriteLine("part\tmedian\tsmallest\tlargest");
        using var scope = NewDisposeScope();
        var parts = Stages().Concat(Maps()).Concat(Optimisers()).Concat(Decoders()).Concat(Inputs()).ToList();
        var times = parts.Select(_ => new List<double>()).ToList();
        for (var turn = 0; turn <= turns; turn++)
            foreach (var (i, part) in parts.Index())
            {
                using var inner = NewDisposeScope();
                var seconds = part.Seconds();
                // The first turn makes what later ones keep.
                if (turn > 0)
                    times[i].Add(1000 * seconds);
            }
        foreach (var (part, all) in parts.Zip(times))
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{part.Name}\t{all.Order().ElementAt(turns / 2):F1}\t{all.Min():F1}\t{all.Max():F1}"
                )
            );
    }

    private sealed record Timed(string Name, Func<double> Seconds)
    {
        public static Timed Of(string name, Action run) => new(name, () =>
            {
                var clock = Stopwatch.StartNew();
                run();
                return clock.Elapsed.TotalSeconds;
            });
    }

    private static StagedNetwork Network() => Backbones.Create(new BackboneOptions { Stem = "imagenet", Classes = 2 }, new Generator(0));

    private static IEnumerable<Timed> Stages()
    {
        var network = Network();
        var shapes = network.OutputShapes([3, Side, Side]);
        return network.Stages.Select(
            (stage, i) =>
            {
                var x = randn([Batch, .. i == 0 ? [3, Side, Side] : shapes[i - 1]]).requires_grad_(i > 0);
                return Timed.Of(stage.Name, () => network.Run(x.alias(), i..(i + 1)).sum().backward());
            }
        );
    }

    private static IEnumerable<Timed> Maps()
    {
        var (wide, small, pixel) = (randn(Batch, 64, 16, 16), randn(Batch, 256, 2, 2), randn(Batch, 512, 1, 1).requires_grad_(true));
        var (pool, norm, convolution) = (MaxPool2d(3, 2, 1), BatchNorm2d(256), new Convolution(512, 512, 3, new Generator(0)));
        return
        [
            .. BothOrders("pooling of 64 × 16 × 16", pool, wide),
            .. BothOrders("batch norm of 256 × 2 × 2", norm, small),
            Timed.Of("convolution of 512 × 1 × 1, the library's", () =>
                functional.conv2d(pixel, convolution.Weight, padding: [1, 1]).sum().backward()
            ),
            Timed.Of("convolution of 512 × 1 × 1, what it sees", () => convolution.call(pixel).sum().backward()),
        ];

        static Timed[] BothOrders(string name, Module<Tensor, Tensor> module, Tensor map) =>
            [
                .. new[] { ("channels first", map.clone()), ("channels last", ChannelsLast.Of(map)) }
                    .Select(entry => (entry.Item1, Map: entry.Item2.requires_grad_(true)))
                    .Select(entry => Timed.Of($"{name}, {entry.Item1}", () => module.call(entry.Map).sum().backward())),
            ];
    }

    private static IEnumerable<Timed> Optimisers()
    {
        var (own, torchs) = (Network().parameters().ToList(), Network().parameters().ToList());
        var onePass = new Efface.Models.Sgd(own, 0.01, 0.9, 5e-4);
        var several = optim.SGD(torchs, 0.01, 0.9, weight_decay: 5e-4, nesterov: true);
        return
        [
            Stepping("SGD, torch's", torchs, () => several.step()),
            Stepping("SGD, one pass", own, () => onePass.Step()),
            Timed.Of("norm of the gradients", () => torch.stack(torchs.Select(parameter => parameter.grad!.norm())).norm().ToDouble()),
        ];

        // Gradients are not what is timed.
        static Timed Stepping(string name, List<TorchSharp.Modules.Parameter> parameters, Action step) => new(name, () =>
            {
                foreach (var parameter in parameters)
                    parameter.grad = torch.randn_like(parameter);
                return Timed.Of(name, step).Seconds();
            });
    }

    private static IEnumerable<Timed> Decoders()
    {
        const int Width = Decoder.UsualWidth;
        var (h, images) = (randn(Batch, 128, 4, 4).requires_grad_(true), torch.rand(Batch, 3, Side, Side));
        Module<Tensor, Tensor>[] Doubled(int outputs) => [Upsample(scale_factor: [2, 2]), Conv2d(Width, outputs, 3, padding: 1)];
        var copying = Sequential([
            Conv2d(128, Width, 3, padding: 1, bias: false),
            BatchNorm2d(Width),
            ReLU(inplace: true),
            .. Doubled(Width),
            BatchNorm2d(Width),
            ReLU(inplace: true),
            .. Doubled(Width),
            BatchNorm2d(Width),
            ReLU(inplace: true),
            .. Doubled(3),
        ]);
        var inside = new Decoder([128, 4, 4], [3, Side, Side], new Generator(0));
        return new (string Name, Module<Tensor, Tensor> Decoder)[]
        {
            ("decoder, images doubled by copying", copying),
            ("decoder, one transposed convolution", inside),
        }.Select(entry =>
            Timed.Of(entry.Name, () => functional.binary_cross_entropy_with_logits(entry.Decoder.call(h), images).backward())
        );
    }

    private static IEnumerable<Timed> Inputs()
    {
        var (images, random) = (randint(0, 256, [Batch, 3, Side, Side], dtype: ScalarType.Byte), new Generator(1));
        var (augmentation, normalisation) = (new Augmentation(4, flip: true), new Normalisation([0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f]));
        return [Timed.Of("augmentation and normalisation", () => normalisation.Apply(augmentation.Apply(images, random)))];
    }
}
