using Efface.Data.Pixels;
using Efface.Data.Sheets;
using TorchSharp;

namespace Efface.Data.Sources;

/// <summary>
/// CIFAR-10 in its official binary layout: records of one label byte and 3,072 bytes of pixels (three 32×32 planes).
/// Columns <c>class</c> (10) and <c>living</c> (2: bird, cat, deer, dog, frog, horse are living).
/// </summary>
internal static class CifarBinary
{
    private const int Side = 32,
        Pixels = 3 * Side * Side,
        Record = 1 + Pixels;
    private const string TestFile = "test_batch.bin";
    private static readonly string[] TrainFiles = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    /// <summary>Whether the folder has any file of this layout.</summary>
    public static bool IsThere(string root) =>
        Directory.Exists(Path.Combine(root, "cifar-10-batches-bin"))
        || File.Exists(Path.Combine(root, TestFile))
        || File.Exists(Path.Combine(root, TrainFiles[0]));

    /// <summary>Reads the six files from <paramref name="root"/>, or from <c>cifar-10-batches-bin</c> below it.</summary>
    /// <exception cref="InvalidInputException">A file is missing or of the wrong length, or a label is out of range: all such faults at
    /// once.</exception>
    public static LabelSheet Read(string root)
    {
        var folder = Directory.Exists(Path.Combine(root, "cifar-10-batches-bin")) ? Path.Combine(root, "cifar-10-batches-bin") : root;
        if (!Directory.Exists(folder))
            throw new InvalidInputException(
                folder,
                "no such folder",
                "Give `DataOptions.Root` the folder that holds cifar-10-batches-bin "
                    + "(from https://www.cs.toronto.edu/~kriz/cifar.html, binary version)"
            );

        var problems = new List<Problem>();
        var files = new List<(string Name, byte[] Records)>();
        foreach (var name in TrainFiles.Append(TestFile))
            if (Read(Path.Combine(folder, name), problems) is { } records)
                files.Add((name, records));
        if (problems.Count > 0)
            throw new InvalidInputException(problems);

        var count = files.Sum(file => file.Records.Length / Record);
        var (labels, parts, places) = (new int[count], new Part[count], new (string, int)[count]);
        var pixels = torch.empty([count, 3, Side, Side], torch.ScalarType.Byte);
        var row = 0;
        foreach (var (name, records) in files)
            for (var start = 0; start < records.Length; start += Record, row++)
            {
                (labels[row], parts[row], places[row]) = (
                    records[start],
                    name == TestFile ? Part.Test : Part.Train,
                    (name, start / Record)
                );
                records.AsSpan(start + 1, Pixels).CopyTo(pixels.bytes[(row * Pixels)..]);
            }

        return new LabelSheet
        {
            Name = "cifar10",
            Columns = Cifar10.Columns(labels),
            Images = new ImagesInMemory(pixels, image => $"{places[image].Item1} record {places[image].Item2}"),
            ImageOfRow = [.. Enumerable.Range(0, count)],
            Parts = parts,
            Place = image => places[image],
            Side = Side,
        };
    }

    private static byte[]? Read(string path, List<Problem> problems)
    {
        if (!File.Exists(path))
        {
            problems.Add(new Problem(path, "missing", "Unpack cifar-10-binary.tar.gz again"));
            return null;
        }
        var records = File.ReadAllBytes(path);
        if (records.Length == 0 || records.Length % Record != 0)
        {
            problems.Add(
                new Problem(
                    path,
                    $"{records.Length:N0} bytes, not a multiple of {Record:N0}",
                    "The file is truncated or not CIFAR-10's binary version; unpack it again"
                )
            );
            return null;
        }
        for (var start = 0; start < records.Length; start += Record)
            if (records[start] >= Cifar10.ClassNames.Count)
            {
                problems.Add(
                    new Problem(
                        $"{path}, record {start / Record:N0}",
                        $"label {records[start]} is out of range 0 to {Cifar10.ClassNames.Count - 1}",
                        "The file is damaged or not CIFAR-10; unpack it again"
                    )
                );
                return null;
            }
        return records;
    }
}
