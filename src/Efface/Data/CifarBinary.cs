using TorchSharp;

namespace Efface.Data;

/// <summary>
/// CIFAR-10 in its official binary layout: records of one label byte and 3,072 bytes of pixels (three 32×32 planes).
/// Columns <c>class</c> (10) and <c>living</c> (2: bird, cat, deer, dog, frog, horse are living).
/// </summary>
public static class CifarBinary
{
    private const int Side = 32, Pixels = 3 * Side * Side, Record = 1 + Pixels;
    private static readonly string[] TrainFiles = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];
    private static readonly string[] ClassNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    private static readonly HashSet<string> Living = ["bird", "cat", "deer", "dog", "frog", "horse"];

    /// <summary>Reads the six files from <paramref name="root"/>, or from <c>cifar-10-batches-bin</c> below it.</summary>
    /// <exception cref="InvalidInputException">A file is missing or of the wrong length, or a label is out of range: all such faults at once.</exception>
    public static ImageTable Load(string root)
    {
        var folder = Directory.Exists(Path.Combine(root, "cifar-10-batches-bin")) ? Path.Combine(root, "cifar-10-batches-bin") : root;
        if (!Directory.Exists(folder))
            throw new InvalidInputException(folder, "no such folder", "Give --root the folder that holds cifar-10-batches-bin (from https://www.cs.toronto.edu/~kriz/cifar.html, binary version)");

        var problems = new List<Problem>();
        var files = new List<(byte[] Records, Part Part)>();
        foreach (var name in TrainFiles.Append("test_batch.bin"))
            if (Read(Path.Combine(folder, name), problems) is { } records)
                files.Add((records, name == "test_batch.bin" ? Part.Test : Part.Train));
        if (problems.Count > 0) throw new InvalidInputException(problems);

        var count = files.Sum(file => file.Records.Length / Record);
        var (pixels, labels, parts) = (new byte[(long)count * Pixels], new int[count], new Part[count]);
        var row = 0;
        foreach (var (records, part) in files)
            for (var start = 0; start < records.Length; start += Record, row++)
            {
                (labels[row], parts[row]) = (records[start], part);
                records.AsSpan(start + 1, Pixels).CopyTo(pixels.AsSpan(row * Pixels));
            }

        return new ImageTable("cifar10", torch.tensor(pixels, [count, 3, Side, Side]),
        [
            new Column("class", ClassNames, labels),
            new Column("living", ["no", "yes"], [.. labels.Select(label => Living.Contains(ClassNames[label]) ? 1 : 0)]),
        ], parts);
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
            problems.Add(new Problem(path, $"{records.Length:N0} bytes, not a multiple of {Record:N0}", "The file is truncated or not CIFAR-10's binary version; unpack it again"));
            return null;
        }
        for (var start = 0; start < records.Length; start += Record)
            if (records[start] >= ClassNames.Length)
            {
                problems.Add(new Problem($"{path}, record {start / Record:N0}", $"label {records[start]} is out of range 0 to {ClassNames.Length - 1}", "The file is damaged or not CIFAR-10; unpack it again"));
                return null;
            }
        return records;
    }
}
