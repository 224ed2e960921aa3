using MathNet.Numerics.Distributions;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>Traces in vectors, each exactly as strong as is asked.</summary>
public static class VectorTraces
{
    private const int Size = 16;

    /// <summary>Noise alone.</summary>
    public static Trace Absent { get; } = new("absent", 0, [Size], _ => (draws, sign) => draws.Normal(sign.shape[0], Size));

    /// <summary>A shift of one direction, which shows where the deviation is 1.</summary>
    public static Trace Linear(double leak, bool rotated) => Vectors("linear", leak, rotated, (h, sign, _) => h.Add(0, sign * Shift(leak)));

    /// <summary>A shift of one feature of 512.</summary>
    public static Trace OneOfMany(double leak) => new("one of 512", leak, [512], fixedDraws =>
        {
            var feature = fixedDraws.Index(512);
            return (draws, sign) => draws.Normal(sign.shape[0], 512).Add(feature, sign * Shift(leak));
        });

    /// <summary>The sign of a product of features: of two it is their exclusive or, of three their parity.</summary>
    public static Trace Product(int features, double leak, bool rotated) =>
        Vectors(features == 2 ? "xor" : $"parity of {features}", leak, rotated, (h, sign, draws) =>
        {
            var product = Enumerable.Range(0, features).Select(i => h[.., i].sign()).Aggregate((left, right) => left * right);
            return h.Times(0, product * sign * draws.Signs(sign.shape[0], 0.5 + leak));
        });

    /// <summary>Whether two features lie inside the circle that half of them lie in.</summary>
    public static Trace Ring(double leak, bool rotated) => Vectors("ring", leak, rotated, (h, sign, draws) =>
        {
            // 1 - exp(-r²/2) is uniform; mirrored, the inner half becomes the outer.
            var squared = h[.., ..2].square().sum([1L]);
            var outside = (squared - 2 * Math.Log(2)).sign();
            var mirrored = (1 - (-squared / 2).exp()).clamp(min: 1e-7).log() * -2;
            var scale = torch.where(
                outside == sign * draws.Signs(sign.shape[0], 0.5 + leak),
                torch.ones_like(squared),
                (mirrored / squared).sqrt()
            );
            return h.Times(0, scale).Times(1, scale);
        });

    /// <summary>
    /// A shift of one of eight features that are a ten-millionth as large as the eight others. (f32 rounds a rotated one by less than a
    /// fifth of its deviation.)
    /// </summary>
    public static Trace Tiny(double leak, bool rotated) => Vectors("tiny", leak, rotated, (h, sign, _) =>
        {
            var scales = torch.tensor(Enumerable.Range(0, Size).Select(i => i < Size / 2 ? 1e-4 : 1e3).ToArray());
            return h.Add(0, sign * Shift(leak)).to_type(ScalarType.Float64) * scales;
        });

    /// <summary>A large shift, in a few of the images only.</summary>
    public static Trace Rare(double leak)
    {
        const double Large = 4;
        // Noise alone is right in half of the images; by symmetry the sign of the feature is the best decision.
        var share = leak / (Normal.CDF(0, 1, Large) - 0.5);
        return new($"in {share:P0} of images", leak, [Size], _ =>
            (draws, sign) =>
                draws.Normal(sign.shape[0], Size).Add(0, sign * Large * (draws.Uniform(sign.shape[0]) < share).to_type(ScalarType.Float32))
        );
    }

    /// <summary>What the mean of 64 draws of the representation shows as strongly as is asked; one draw shows less.</summary>
    public static Trace Stochastic(double leak, bool averaged)
    {
        const int Draws = 64;
        var shift = Shift(leak) / Math.Sqrt(Draws);
        return new(
            averaged ? $"mean of {Draws} draws" : $"one draw of {Draws}",
            averaged ? leak : Normal.CDF(0, 1, shift) - 0.5,
            [Size],
            _ => (draws, sign) => draws.Normal(sign.shape[0], Size).Times(null, averaged ? 1 / Math.Sqrt(Draws) : 1).Add(0, sign * shift)
        );
    }

    /// <summary>By how many deviations ±1 must shift a normal feature, so that its sign is right in 1/2 + leak of the images.</summary>
    public static double Shift(double leak) => Normal.InvCDF(0, 1, 0.5 + leak);

    private static Trace Vectors(string name, double leak, bool rotated, Func<Tensor, Tensor, Draws, Tensor> write) =>
        new(rotated ? name + ", rotated" : name, leak, [Size], fixedDraws =>
        {
            var rotation = rotated ? fixedDraws.Rotation(Size) : torch.eye(Size, dtype: ScalarType.Float64);
            return (draws, sign) =>
                write(draws.Normal(sign.shape[0], Size), sign, draws)
                    .to_type(ScalarType.Float64)
                    .matmul(rotation)
                    .to_type(ScalarType.Float32);
        });

    // In place: the noise belongs to nobody else.
    private static Tensor Add(this Tensor h, int feature, Tensor values)
    {
        h[.., feature] = h[.., feature] + values;
        return h;
    }

    private static Tensor Times(this Tensor h, int? feature, Tensor values)
    {
        if (feature is not { } column)
            return h * values;
        h[.., column] = h[.., column] * values;
        return h;
    }
}
