using Efface.Data;
using Efface.Data.Sources;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data;

public sealed class CifarBinaryTests : IDisposable
{
    private const int Record = 3073;
    private static readonly string[] Files = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin"), "test_batch.bin"];
    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_written_is_read()
    {
        WriteAll(_root);
        using var table = ToyTables.Read(CifarBinary.Read(_root)).Table;

        Assert.Equal([12, 3, 32, 32], table.Pixels.shape);
        Assert.Equal(Enumerable.Range(0, 12).Select(row => row % 10), table["class"].Labels);
        Assert.Equal([.. Enumerable.Repeat(true, 10), false, false], table.Parts.Select(part => part != Part.Test));
        for (var row = 0; row < 12; row++)
            foreach (var (channel, y, x) in new[] { (0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (2, 31, 31) })
                Assert.Equal(Pixel(row, channel * 1024 + y * 32 + x), table.Pixels[row, channel, y, x].ToByte());
    }

    [Fact]
    public void The_official_archives_folder_is_found_below_the_root()
    {
        WriteAll(Directory.CreateDirectory(Path.Combine(_root, "cifar-10-batches-bin")).FullName);
        using var table = ToyTables.Read(CifarBinary.Read(_root)).Table;

        Assert.Equal(12, table.Count);
    }

    [Fact]
    public void Animals_live_and_vehicles_do_not()
    {
        WriteAll(_root);
        using var table = ToyTables.Read(CifarBinary.Read(_root)).Table;

        var living = Enumerable
            .Range(0, 12)
            .Where(row => table["living"].Classes[table["living"].Labels[row]] == "yes")
            .Select(row => table["class"].Classes[table["class"].Labels[row]])
            .Distinct();
        Assert.Equal(["bird", "cat", "deer", "dog", "frog", "horse"], living.Order());
    }

    [Fact]
    public void Every_missing_file_is_named_at_once()
    {
        WriteAll(_root);
        File.Delete(Path.Combine(_root, "data_batch_2.bin"));
        File.Delete(Path.Combine(_root, "test_batch.bin"));

        Assert.Equal(["data_batch_2.bin", "test_batch.bin"], Problems().Select(problem => Path.GetFileName(problem.Subject)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Record - 1)]
    [InlineData(Record + 1)]
    public void A_file_that_is_no_whole_number_of_records_is_refused_with_its_length(int length)
    {
        WriteAll(_root);
        File.WriteAllBytes(Path.Combine(_root, "data_batch_4.bin"), new byte[length]);

        var problem = Assert.Single(Problems());
        Assert.EndsWith("data_batch_4.bin", problem.Subject, StringComparison.Ordinal);
        Assert.Contains($"{length:N0} bytes", problem.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_out_of_range_is_refused_with_its_record()
    {
        WriteAll(_root);
        var records = new byte[3 * Record];
        records[2 * Record] = 10;
        File.WriteAllBytes(Path.Combine(_root, "test_batch.bin"), records);

        var problem = Assert.Single(Problems());
        Assert.EndsWith("test_batch.bin, record 2", problem.Subject, StringComparison.Ordinal);
        Assert.Contains("label 10", problem.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_different_kinds_are_found_together()
    {
        WriteAll(_root);
        File.Delete(Path.Combine(_root, "data_batch_1.bin"));
        File.WriteAllBytes(Path.Combine(_root, "data_batch_3.bin"), new byte[5]);
        File.WriteAllBytes(Path.Combine(_root, "data_batch_5.bin"), [.. Enumerable.Repeat((byte)255, Record)]);

        Assert.Equal(3, Problems().Count);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_refused()
    {
        var folder = Path.Combine(_root, "nowhere");

        Assert.Equal(folder, Assert.Single(Assert.Throws<InvalidInputException>(() => CifarBinary.Read(folder)).Problems).Subject);
    }

    private IReadOnlyList<Problem> Problems() => Assert.Throws<InvalidInputException>(() => CifarBinary.Read(_root)).Problems;

    // Two records a file; the label counts up and every pixel tells its record and its place.
    private static void WriteAll(string folder)
    {
        for (var i = 0; i < Files.Length; i++)
            File.WriteAllBytes(
                Path.Combine(folder, Files[i]),
                [
                    .. new[] { 2 * i, 2 * i + 1 }.SelectMany(row =>
                        Enumerable.Range(0, Record - 1).Select(place => Pixel(row, place)).Prepend((byte)(row % 10))
                    ),
                ]
            );
    }

    private static byte Pixel(int row, int place) => (byte)(row * 31 + place * 7 + place / 256);
}
