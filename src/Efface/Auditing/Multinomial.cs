namespace Efface.Auditing;

/// <summary>Draws from a multinomial distribution in time that does not depend on the number of trials.</summary>
/// <param name="shares">The share of each kind; they sum to 1.</param>
/// <param name="random">The source of randomness.</param>
internal sealed class Multinomial(double[] shares, Random random)
{
    /// <summary>How often each kind came up in <paramref name="trials"/> trials.</summary>
    public void Draw(int trials, Span<int> counts)
    {
        var rest = 1.0;
        for (var kind = 0; kind < shares.Length; kind++)
        {
            var share = rest <= 0 ? 0 : Math.Clamp(shares[kind] / rest, 0, 1);
            counts[kind] = kind == shares.Length - 1 && trials > 0 && rest > 0 ? trials : Binomial(trials, share);
            trials -= counts[kind];
            rest -= shares[kind];
        }
    }

    // The library's sampler tosses a coin per trial; ten thousand images and two thousand resamples are twenty million coins.
    private int Binomial(int trials, double share)
    {
        if (share > 0.5)
            return trials - Binomial(trials, 1 - share);
        if (trials == 0 || share <= 0)
            return 0;
        return trials * share < 10 ? ByInversion(trials, share) : ByRejection(trials, share);
    }

    private int ByInversion(int trials, double share)
    {
        var odds = share / (1 - share);
        var probability = Math.Exp(trials * Math.Log(1 - share));
        var left = random.NextDouble();
        for (var count = 0; count < trials; count++)
        {
            if (left <= probability)
                return count;
            left -= probability;
            probability *= odds * (trials - count) / (count + 1);
        }
        return trials;
    }

    // Transformed rejection, algorithm BTRS of Hörmann (1993), with the logarithm of the density from its mode.
    private int ByRejection(int trials, double share)
    {
        var spread = Math.Sqrt(trials * share * (1 - share));
        var b = 1.15 + 2.53 * spread;
        var a = -0.0873 + 0.0248 * b + 0.01 * share;
        var centre = trials * share + 0.5;
        var inner = 0.92 - 4.2 / b;
        var alpha = (2.83 + 5.1 / b) * spread;
        var mode = (int)((trials + 1) * share);
        var logOdds = Math.Log(share / (1 - share));
        while (true)
        {
            var u = random.NextDouble() - 0.5;
            var v = 1 - random.NextDouble();
            var us = 0.5 - Math.Abs(u);
            var count = (int)Math.Floor((2 * a / us + b) * u + centre);
            if (us >= 0.07 && v <= inner)
                return count;
            if (count < 0 || count > trials)
                continue;
            var logDensity =
                LogFactorial(mode)
                + LogFactorial(trials - mode)
                - LogFactorial(count)
                - LogFactorial(trials - count)
                + (count - mode) * logOdds;
            if (Math.Log(v * alpha / (a / (us * us) + b)) <= logDensity)
                return count;
        }
    }

    private static double LogFactorial(int n) => MathNet.Numerics.SpecialFunctions.FactorialLn(n);
}
