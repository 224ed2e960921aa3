using Efface.Data.Reading;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class DamagedParquetTests : IDisposable
{
    private static readonly byte[] Whole = ToyParquet.OfGroups(["cat", "dog"], ToyParquet.Rows(0, 3, 2), ToyParquet.Rows(3, 4, 2));
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        for (var length = 0; length < Whole.Length; length += Math.Max(1, Whole.Length / 40))
            Assert.Single(Refused(Whole[..length]));
    }

    [Fact]
    public void A_file_of_something_else_is_refused()
    {
        Assert.Single(Refused("file,label\na.png,1\n"u8.ToArray()));
        Assert.Single(Refused([.. "PAR1"u8, .. new byte[100], .. "PAR1"u8]));
        Assert.Single(Refused([.. "PAR1"u8, .. Enumerable.Repeat((byte)255, 100), .. "PAR1"u8]));
    }

    [Fact]
    public void Damaged_pictures_in_a_whole_file_are_faults_of_their_rows()
    {
        var broken = ToyFolder.Png(1)[..40];
        _folder.Write("train.parquet", ToyParquet.Of(["cat", "dog"], [new(broken, 0), new(ToyFolder.Png(2), 1)]));
        var read = Read(OnBad.Skip);
        read.Table.Dispose();

        Assert.Equal("is truncated or corrupt", Assert.Single(read.Report.Skipped).Fault);
    }

    // Fewer than of tables: some of them are given up only when the library has been reading for long.
    [Fact]
    public void A_damaged_file_is_refused_or_read_and_nothing_else_comes_of_it() =>
        Mutation.Try(
            3 * Mutation.Count / 10,
            seed => Mutation.OfBytes(Whole, seed),
            (bytes, _) =>
            {
                _folder.Write("train.parquet", bytes);
                Read(OnBad.Skip).Table.Dispose();
            }
        );

    private IReadOnlyList<Problem> Refused(byte[] bytes)
    {
        _folder.Write("train.parquet", bytes);
        return Sheets.Refused(() => Read(OnBad.Skip));
    }

    private ReadData Read(OnBad onBad) =>
        DataReader.Read(
            DataSources.Find("parquet")!,
            _folder.Options with
            {
                Task = "label",
                Reading = _folder.Reading with { OnBad = onBad },
            },
            cancel: TestContext.Current.CancellationToken
        );
}
