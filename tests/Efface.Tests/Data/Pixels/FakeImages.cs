using System.Collections.Concurrent;
using Efface.Data.Pixels;

namespace Efface.Tests.Data.Pixels;

/// <summary>Pictures that are in no file, and know how often they were read.</summary>
internal sealed class FakeImages : IEncodedImages
{
    private readonly ConcurrentBag<int> _reads = [];

    /// <summary>So many pictures, each of the colour that tells its number.</summary>
    public FakeImages(int count)
        : this([.. Enumerable.Range(0, count).Select(ImageZoo.Numbered)]) { }

    public FakeImages(byte[][] pictures)
    {
        Pictures = pictures;
        Stamps = [.. pictures.Select((picture, i) => (FileStamp?)new FileStamp(picture.Length, 1000 + i))];
    }

    public byte[][] Pictures { get; }

    public FileStamp?[] Stamps { get; }

    /// <summary>What happens when a picture is read, besides reading it.</summary>
    public Action<int> OnRead { get; set; } = _ => { };

    /// <summary>The pictures that were read since this was last asked, in order of their number.</summary>
    public int[] TakeReads()
    {
        int[] reads = [.. _reads.Order()];
        _reads.Clear();
        return reads;
    }

    public int Count => Pictures.Length;

    /// <summary>Off unless a test is about it: some pictures are then read again, to see whether they changed.</summary>
    public bool IsRandomAccess { get; init; }

    public string Name(int image) => $"{image}.png";

    public FileStamp? Stamp(int image) => Stamps[image];

    public IEnumerable<(int Image, Func<byte[]> Read)> Open(int[] wanted) =>
        wanted.Select<int, (int, Func<byte[]>)>(image => (image, () => Read(image)));

    private byte[] Read(int image)
    {
        OnRead(image);
        _reads.Add(image);
        return Pictures[image];
    }
}
