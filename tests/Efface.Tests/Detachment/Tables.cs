using CsCheck;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

/// <summary>Joint tables p(c, y, z) and what is known of them without tensors.</summary>
internal static class Tables
{
    /// <summary>Random tables of sum one; about every third cell is empty.</summary>
    public static readonly Gen<double[,,]> Any =
        from shape in Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[1, 4])
        from cells in Gen.Frequency((1, Gen.Const(0.0)), (2, Gen.Double[0.01, 1])).Array[shape.Item1 * shape.Item2 * shape.Item3]
        where cells.Sum() > 0
        select Of(shape.Item1, shape.Item2, shape.Item3, (c, y, z) => cells[(c * shape.Item2 + y) * shape.Item3 + z] / cells.Sum());

    public static double[,,] Of(int codes, int tasks, int attributes, Func<int, int, int, double> cell)
    {
        var table = new double[codes, tasks, attributes];
        for (var c = 0; c < codes; c++)
        for (var y = 0; y < tasks; y++)
        for (var z = 0; z < attributes; z++)
            table[c, y, z] = cell(c, y, z);
        return table;
    }

    /// <summary>Soft counts of a batch, divided by their number.</summary>
    public static double[,,] OfBatch(double[][] assignments, int[] task, int tasks, int[] attribute, int attributes) =>
        Of(assignments[0].Length, tasks, attributes, (c, y, z) =>
            Enumerable.Range(0, task.Length).Where(i => task[i] == y && attribute[i] == z).Sum(i => assignments[i][c]) / task.Length
        );

    public static Tensor ToTensor(this double[,,] table) =>
        tensor(table.Cast<double>().ToArray(), [table.GetLength(0), table.GetLength(1), table.GetLength(2)]);

    /// <summary>I(c; z | y) in nats, as the definition has it: Σ_y p(y) KL(p(c,z|y) ‖ p(c|y) p(z|y)).</summary>
    public static double ConditionalInformation(this double[,,] table)
    {
        var sum = 0.0;
        for (var y = 0; y < table.GetLength(1); y++)
        {
            var task = Sum(table, (_, otherY, _) => otherY == y);
            for (var c = 0; c < table.GetLength(0); c++)
            for (var z = 0; z < table.GetLength(2); z++)
            {
                if (table[c, y, z] == 0)
                    continue;
                var code = Sum(table, (otherC, otherY, _) => otherC == c && otherY == y) / task;
                var attribute = Sum(table, (_, otherY, otherZ) => otherZ == z && otherY == y) / task;
                sum += table[c, y, z] * Math.Log(table[c, y, z] / task / (code * attribute));
            }
        }
        return sum;
    }

    /// <summary>The sum of the cells that <paramref name="where"/> picks.</summary>
    public static double Sum(this double[,,] table, Func<int, int, int, bool> where) =>
        Of(table.GetLength(0), table.GetLength(1), table.GetLength(2), (c, y, z) => where(c, y, z) ? table[c, y, z] : 0)
            .Cast<double>()
            .Sum();
}
