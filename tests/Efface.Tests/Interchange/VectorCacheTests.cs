using Efface.Interchange;
using Xunit;

namespace Efface.Tests.Interchange;

public sealed class VectorCacheTests : IDisposable
{
    private const int Size = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;

    private string File => Path.Combine(_folder, "vectors.bin");

    [Fact]
    public void What_was_kept_is_found_again()
    {
        Fill(0, 7);
        Fill(7, 3);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (UInt128)i), Found().Keys);
        Assert.All(Found(), pair => Assert.Equal(Vector((int)pair.Key), pair.Value));
    }

    [Fact]
    public void Cut_off_anywhere_whole_records_stay_and_new_ones_follow()
    {
        Fill(0, 3);
        var whole = System.IO.File.ReadAllBytes(File);
        for (var length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            var kept = length / (whole.Length / 3);
            Assert.Equal(kept, Found().Count);
            Fill(5, 1);
            Assert.Equal([.. Enumerable.Range(0, kept), 5], Found().Keys.Select(key => (int)key));
        }
    }

    [Fact]
    public void A_changed_byte_is_never_taken_for_a_vector()
    {
        Fill(0, 3);
        var whole = System.IO.File.ReadAllBytes(File);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 4;
            System.IO.File.WriteAllBytes(File, changed);
            Assert.Equal(at / (whole.Length / 3), Found().Count);
        }
    }

    [Fact]
    public void Two_runs_at_once_both_get_their_vectors()
    {
        Fill(0, 2);
        using var first = new VectorCache(_folder, Size, (_, _) => { });
        var seen = 0;
        using var second = new VectorCache(_folder, Size, (_, _) => seen++);
        second.Add(9, Vector(9));
        first.Add(3, Vector(3));
        first.Dispose();
        Assert.Equal(2, seen);
        Assert.Equal([0, 1, 3], Found().Keys.Select(key => (int)key));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static float[] Vector(int image) => [.. Enumerable.Range(0, Size).Select(i => image + i / 8f)];

    private void Fill(int from, int count)
    {
        using var cache = new VectorCache(_folder, Size, (_, _) => { });
        for (var image = from; image < from + count; image++)
            cache.Add((UInt128)image, Vector(image));
    }

    private Dictionary<UInt128, float[]> Found()
    {
        var found = new Dictionary<UInt128, float[]>();
        new VectorCache(_folder, Size, (image, vector) => found.Add(image, vector.ToArray())).Dispose();
        return found;
    }
}
