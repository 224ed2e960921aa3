using Efface.Data.Pixels;
using Efface.Tests.Models;
using NetVips;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>Memory belongs to the process: these tests run alone.</summary>
[Collection(SharedTorch.Name)]
public sealed class DecodingMemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_number_of_pictures()
    {
        Decode(100);
        var (few, many) = (Decode(300), Decode(1300));

        // A record, a name's hash and a slot are a few hundred bytes; a picture's pixels alone would be twelve thousand.
        Assert.InRange((many - few) / 1000, -2000, 2000);

        static long Decode(int count)
        {
            using var cache = new CacheInTemp();
            var bytes = 0L;
            using var noise = Image.Gaussnoise(64, 64, mean: 128, sigma: 40, seed: 1).Cast(Enums.BandFormat.Uchar);
            // One array for all of them: what is measured is what decoding keeps, not what the fake does.
            var images = new FakeImages([.. Enumerable.Repeat(noise.PngsaveBuffer(), count)]);
            var left = count;
            images.OnRead = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    bytes = GC.GetTotalMemory(forceFullCollection: true);
            };
            CacheInTemp.Decode(images, cache.Options(workers: 2) with { Geometry = ImageZoo.Geometry(ResizeMode.Crop, 64) });
            return bytes;
        }
    }

    [Fact]
    public void Neither_pictures_nor_faults_leave_anything_behind_in_libvips()
    {
        var geometry = ImageZoo.Geometry(ResizeMode.Crop);
        var (decoder, pixels) = (new ImageDecoder(geometry, ImageZoo.Limits), new byte[geometry.Bytes]);
        using var picture = ImageZoo.Picture();
        byte[][] encoded =
        [
            .. ImageZoo
                .Formats.Where(format => !format.Contains("cmyk", StringComparison.Ordinal))
                .Select(format => ImageZoo.Write(picture, format)),
        ];
        DecodeAll();
        var before = Held();
        for (var i = 0; i < 3; i++)
            DecodeAll();

        Assert.InRange(Held() - before, long.MinValue, 0);

        void DecodeAll()
        {
            foreach (var whole in encoded)
            foreach (var bytes in new[] { whole, whole[..(whole.Length / 2)], whole[..(whole.Length - 9)] })
                decoder.Decode(bytes, pixels);
        }

        static long Held()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Stats.Mem;
        }
    }
}
