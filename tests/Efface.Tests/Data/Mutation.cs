using System.Globalization;
using Xunit;

namespace Efface.Tests.Data;

/// <summary>What happens to files on their way. The same seed does the same damage.</summary>
internal static class Mutation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How many damaged files are tried: 1,000, or as many as EFFACE_MUTATIONS says, which the long check sets.</summary>
    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("EFFACE_MUTATIONS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 1_000;

    /// <summary>Reads one damaged file after another: each is read or refused as a user's input is, and none takes long.</summary>
    public static void Try(int count, Func<int, byte[]> damaged, Action<byte[], int> read)
    {
        foreach (var seed in Enumerable.Range(0, count))
            try
            {
                Assert.True(
                    Task.Run(() => read(damaged(seed), seed)).Wait(Patience),
                    $"mutation {seed} takes more than {Patience.TotalSeconds} seconds"
                );
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

    /// <summary>
    /// Bytes flipped, changed into what means something in a table, taken out, put in, doubled or cut off; one to four times.
    /// </summary>
    public static byte[] OfText(byte[] whole, int seed)
    {
        var random = new Random(seed);
        var bytes = whole.ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)"\",;\t\r\n\0\x80\xFF"[random.Next(9)];
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at - 1));
                    break;
                case 3:
                    bytes.Insert(at, (byte)"\",;\t\r\n\0a"[random.Next(8)]);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    if (random.Next(3) == 0)
                        bytes.RemoveRange(at, bytes.Count - at - 1);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Bytes changed, flipped, taken out or put in; one to eight times, half of them where a header is.</summary>
    public static byte[] OfBytes(byte[] whole, int seed)
    {
        var random = new Random(seed);
        var bytes = whole.ToList();
        for (var times = random.Next(1, 9); times > 0; times--)
        {
            var at = random.Next(random.Next(2) == 0 ? Math.Min(200, bytes.Count) : bytes.Count);
            var length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(length, bytes.Count - 1));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256)));
                    break;
            }
        }
        return [.. bytes];
    }
}
