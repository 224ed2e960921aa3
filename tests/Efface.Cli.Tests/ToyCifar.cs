namespace Efface.Cli.Tests;

/// <summary>A folder in CIFAR-10's layout.</summary>
internal static class ToyCifar
{
    /// <summary>Writes a few records a file, with labels of the caller's choice, and returns the folder above.</summary>
    public static string Write(Tool tool, Func<int, byte> label)
    {
        var folder = Directory.CreateDirectory(tool.At("cifar-10-batches-bin")).FullName;
        var random = new Random(1);
        foreach (var name in Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin").Append("test_batch.bin"))
        {
            var records = new byte[40 * 3073];
            random.NextBytes(records);
            for (var i = 0; i < 40; i++)
                records[i * 3073] = label(i);
            File.WriteAllBytes(Path.Combine(folder, name), records);
        }
        return tool.Folder;
    }
}
