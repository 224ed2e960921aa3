using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Benchmarks;

/// <summary>Traces in feature maps.</summary>
public static class MapTraces
{
    private const int Channels = 8,
        Side = 8,
        Patch = 3,
        Cell = 2;

    /// <summary>A weak shift of one channel at every position: the mean over all shows it.</summary>
    public static Trace Everywhere(double leak) => new("shift of a whole map", leak, [Channels, Side, Side], _ => (draws, sign) =>
            {
                var values = draws.Normal(sign.shape[0], Channels, Side, Side);
                values[.., 0] = values[.., 0] + (sign * VectorTraces.Shift(leak) / Side).view(-1, 1, 1);
                return values;
            });

    /// <summary>A fixed pattern over the whole map, of mean 0 in each square that anybody averages over, added or subtracted.</summary>
    public static Trace Template(double leak) => Template("template", leak, sign => sign * VectorTraces.Shift(leak));

    /// <summary>The same pattern, large, and added or subtracted whatever z is.</summary>
    public static Trace IdleTemplate { get; } = Template("template that tells nothing", 0, _ => null);

    private static Trace Template(string name, double leak, Func<Tensor, Tensor?> factors) =>
        new(name, leak, [Channels, Side, Side], fixedDraws =>
        {
            var noise = fixedDraws.Normal(Channels, Side, Side);
            var template = noise - functional.avg_pool2d(noise, Cell).repeat_interleave(Cell, 1).repeat_interleave(Cell, 2);
            template /= template.norm();
            return (draws, sign) =>
                draws.Normal(sign.shape[0], Channels, Side, Side)
                + (factors(sign) ?? draws.Signs(sign.shape[0]) * 3).view(-1, 1, 1, 1) * template;
        });

    /// <summary>
    /// A patch of zero mean, added or subtracted somewhere. How much the best reader gains, who knows the patch but not its place, is
    /// computed from the likelihood on many drawn maps; as large a patch is taken as gives the gain that is asked.
    /// </summary>
    public static Trace Somewhere(double leak)
    {
        using var scope = NewDisposeScope();
        using var draws = new Draws(1);
        const int Maps = 4000;
        var (patch, noise, sign, corners) = (
            Zeroless(draws),
            draws.Normal(Maps, Channels, Side, Side),
            draws.Signs(Maps),
            Corners(draws, Maps)
        );
        double Gain(double size)
        {
            using var inner = NewDisposeScope();
            // Matched filter at each place, log of the mean likelihood ratio over places for + and for -.
            var filtered = functional.conv2d(Place(noise.clone(), patch, sign * size, corners), patch.unsqueeze(0)).flatten(1) * size;
            return ((filtered.logsumexp(1) - (-filtered).logsumexp(1)).abs().sigmoid().mean().ToDouble()) - 0.5;
        }
        double low = 0,
            high = 20;
        for (var step = 0; step < 12; step++)
        {
            var middle = (low + high) / 2;
            if (Gain(middle) < leak)
                low = middle;
            else
                high = middle;
        }
        var amplitude = high;
        return new("patch somewhere in a map", Gain(amplitude), [Channels, Side, Side], fixedDraws =>
        {
            var own = Zeroless(fixedDraws);
            return (images, signs) =>
                Place(images.Normal(signs.shape[0], Channels, Side, Side), own, signs * amplitude, Corners(images, signs.shape[0]));
        });
    }

    // [C, 3, 3], of mean 0 in each channel and norm 1.
    private static Tensor Zeroless(Draws draws)
    {
        var patch = draws.Normal(Channels, Patch, Patch);
        patch -= patch.mean([1, 2], keepdim: true);
        return patch / patch.norm();
    }

    private static long[] Corners(Draws draws, long count)
    {
        const int Places = Side - Patch + 1;
        using var data = (draws.Uniform(count) * Places * Places).to_type(ScalarType.Int64).clamp(max: Places * Places - 1).data<long>();
        return [.. data.Select(corner => corner / Places * Side + corner % Places)];
    }

    private static Tensor Place(Tensor maps, Tensor patch, Tensor factors, long[] corners)
    {
        var positions = (torch.arange(Patch).view(-1, 1) * Side + torch.arange(Patch)).flatten() + torch.tensor(corners).unsqueeze(1);
        var index = positions.unsqueeze(1).expand(-1, Channels, -1);
        var values = patch.flatten(1).unsqueeze(0) * factors.view(-1, 1, 1);
        return maps.flatten(2).scatter_add(2, index, values.contiguous()).view(maps.shape);
    }
}
