using CsCheck;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Efface.Tests.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Reading;

public sealed class DataReportTests
{
    [Fact]
    public void Every_row_is_used_or_skipped_or_left_out() =>
        Gen.Select(
                Gen.OneOf("a", "b", null).Array[20, 60],
                Gen.Int[0, 3].Array[60],
                Gen.Int[0, 9].Array[60],
                Gen.Int[1, 30],
                Gen.Bool,
                Gen.Bool
            )
            .Sample(
                (task, kinds, numbers, limit, limits, only) =>
                {
                    string?[] Cells(Func<int, string?> cell) => [.. Enumerable.Range(0, task.Length).Select(cell)];
                    // Equal numbers have equal pixels, so that some rows contradict each other.
                    var sheet = Sheets.Of(("y", task), ("kind", Cells(i => $"k{kinds[i]}")), ("age", Cells(i => $"{numbers[i] - 1}"))) with
                    {
                        Images = Sheets.Images([.. Enumerable.Range(0, task.Length).Select(i => numbers[i] < 3 ? numbers[i] : 100 + i)]),
                    };
                    var kept = kinds[0];
                    var read = Read(
                        sheet,
                        new DataOptions
                        {
                            Task = "y",
                            Limit = limits ? limit : null,
                            Reading = new ReadingOptions
                            {
                                OnBad = OnBad.Skip,
                                Bin = ["age=0,5"],
                                Only = only ? [$"kind=k{kept}"] : [],
                                Drop = only ? [] : [$"kind=k{kept}"],
                            },
                        }
                    );
                    if (read is null)
                        return;
                    using var table = read.Table;

                    Assert.Equal(task.Length, read.Report.RowsRead);
                    Assert.Equal(read.Report.RowsRead, table.Count + read.Report.Skipped.Count + read.Report.LeftOut);
                    Assert.Equal(read.Report.Skipped.Count, read.Report.Groups.Sum(group => group.Rows.Count));
                    Assert.Equal(read.Report.Skipped.Count, read.Report.Skipped.Select(fault => fault.Line).Distinct().Count());
                    if (!limits)
                        Assert.Equal(
                            Enumerable.Range(0, task.Length).Count(i => numbers[i] > 0 && only == (kinds[i] != kept)),
                            read.Report.LeftOut
                        );
                },
                iter: 200
            );

    [Fact]
    public void What_the_user_leaves_out_is_no_fault()
    {
        var sheet = Sheets.Of(("y", ["a", "b", "a", "b"]), ("race", ["White", "Black", "Asian", null]));
        var read = ToyTables.Read(
            sheet,
            new DataOptions
            {
                Task = "y",
                Reading = new ReadingOptions { OnBad = OnBad.Fail, Only = ["race=White+Black"] },
            }
        );
        read.Table.Dispose();

        Assert.Equal((4, 2, 0), (read.Report.RowsRead, read.Report.LeftOut, read.Report.Skipped.Count));
        Assert.Equal(2, read.Table.Count);
    }

    [Fact]
    public void Faults_are_grouped_by_kind_with_the_most_frequent_first_and_the_first_five_shown()
    {
        RowFault Fault(int line, string fault) => new("t.csv", line, "y", null, fault, "Mend it");
        var groups = FaultGroup.Of([Fault(2, "rare"), .. Enumerable.Range(3, 1_200).Select(line => Fault(line, "frequent"))]);

        Assert.Equal(["frequent", "rare"], groups.Select(group => group.Fault));
        Assert.Equal(
            "1,200 rows (t.csv row 3 column y; t.csv row 4 column y; t.csv row 5 column y; t.csv row 6 column y; t.csv row 7 column y; …)",
            groups[0].ToProblem().Subject
        );
        Assert.Equal("t.csv row 2 column y", groups[1].ToProblem().Subject);
    }

    [Fact]
    public void A_long_value_is_cut_where_it_is_told() =>
        Assert.EndsWith("xxx...'", new RowFault("t.csv", 1, "y", new string('x', 1_000), "", "").Where, StringComparison.Ordinal);

    [Fact]
    public void Nothing_to_report_is_nothing()
    {
        Assert.Empty(DataReport.Empty.Notes);
        Assert.Empty(DataReport.Empty.Groups);
    }

    // Null where no row is left.
    private static ReadData? Read(LabelSheet sheet, DataOptions options)
    {
        try
        {
            return ToyTables.Read(sheet, options);
        }
        catch (InvalidInputException fault) when (fault.Problems[^1].Subject == "data set toy")
        {
            return null;
        }
    }
}
