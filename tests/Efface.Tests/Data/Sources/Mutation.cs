using System.Globalization;
using Xunit;

namespace Efface.Tests.Data.Sources;

/// <summary>What happens to files.</summary>
internal static class Mutation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How many damaged files are tried: 1,000, or as many as EFFACE_MUTATIONS says.</summary>
    public static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("EFFACE_MUTATIONS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 1_000;

    /// <summary>Reads one damaged file after another: each is read or refused as a user's input is, and none takes long.</summary>
    public static void Try(byte[] whole, int count, Action<byte[], int> read)
    {
        foreach (var seed in Enumerable.Range(0, count))
            try
            {
                Assert.True(Task.Run(() => read(Of(whole, seed), seed)).Wait(Patience), $"mutation {seed} takes more than {Patience.TotalSeconds} seconds");
            }
            catch (AggregateException fault) when (fault.InnerException is InvalidInputException)
            {
                // That is the other way out.
            }
            catch (AggregateException fault)
            {
                Assert.Fail($"mutation {seed}: {fault.InnerException}");
            }
    }

    /// <summary>Bytes flipped, changed, taken out, put in, doubled or cut off; one to four times.</summary>
    private static byte[] Of(byte[] whole, int seed)
    {
        var random = new Random(seed);
        var bytes = whole.ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)"\",;\t\r\n\0\x80\xFF"[random.Next(9)]; break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at - 1)); break;
                case 3: bytes.Insert(at, (byte)"\",;\t\r\n\0a"[random.Next(8)]); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
                default: if (random.Next(3) == 0) bytes.RemoveRange(at, bytes.Count - at - 1); break;
            }
        }
        return [.. bytes];
    }
}
