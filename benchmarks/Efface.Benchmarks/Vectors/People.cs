using Efface.Data.Vectors;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>Who is probably whom, where a table of face descriptors names nobody.</summary>
public static class People
{
    private const int Chunk = 1000;

    /// <summary>
    /// Writes the labels with one column more, <c>person</c>: rows within the radius of each other, and those within theirs, are one.
    /// </summary>
    /// <param name="vectors">Descriptors [N, D].</param>
    /// <param name="labels">A .csv of N rows and a header, no line ends inside cells.</param>
    /// <param name="radius">Euclidean; dlib's descriptors of one person are nearer than 0.6, and this joins chains of rows.</param>
    /// <param name="output">The new .csv.</param>
    public static void Write(string vectors, string labels, double radius, string output)
    {
        var lines = File.ReadAllLines(labels);
        using var read = VectorReader.Read(
            new VectorOptions
            {
                Representations = vectors,
                Labels = labels,
                Attributes = [lines[0].Split(',')[^1]],
            }
        );
        if (read.Count != lines.Length - 1)
            throw new InvalidInputException(labels, $"has {lines.Length - 1} lines for {read.Count} usable rows", "Give whole tables");
        var people = Joined(read.Values.flatten(1), radius);
        File.WriteAllLines(output, [$"{lines[0]},person", .. lines.Skip(1).Zip(people, (line, person) => $"{line},p{person}")]);
        var sizes = people.CountBy(person => person).Select(person => person.Value).OrderDescending().ToArray();
        Console.WriteLine($"{read.Count:N0} rows, {sizes.Length:N0} people; the most rows of one: {string.Join(", ", sizes.Take(5))}");
    }

    // Each row's smallest row that a chain of near ones leads to.
    private static int[] Joined(Tensor rows, double radius)
    {
        var parent = Enumerable.Range(0, (int)rows.shape[0]).ToArray();
        int Root(int row)
        {
            while (parent[row] != row)
                row = parent[row] = parent[parent[row]];
            return row;
        }
        for (var start = 0; start < parent.Length; start += Chunk)
        {
            using var scope = NewDisposeScope();
            using var near = (cdist(rows[start..Math.Min(start + Chunk, parent.Length)], rows) < radius).nonzero().data<long>();
            var pairs = near.ToArray();
            for (var i = 0; i < pairs.Length; i += 2)
            {
                var (one, other) = (Root(start + (int)pairs[i]), Root((int)pairs[i + 1]));
                parent[Math.Max(one, other)] = Math.Min(one, other);
            }
        }
        return [.. Enumerable.Range(0, parent.Length).Select(Root)];
    }
}
