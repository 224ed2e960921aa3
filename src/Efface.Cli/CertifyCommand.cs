using System.ComponentModel;
using System.Globalization;
using Efface.Auditing;
using Efface.Runs;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface certify: bounds on every attacker, for a run or for codes from any other program.</summary>
internal sealed class CertifyCommand(Shell shell) : NativeCommand<CertifyCommand.Settings>(shell)
{
    internal sealed class Settings : LookSettings
    {
        [CommandOption("--bits <B>"), Description("Where vectors are released: reduces them to 2^B symbols, and certifies these.")]
        public int? Bits { get; init; }

        [
            CommandOption("--against <DIR>"),
            Description("Instead: whether these codes are distributed as in the sample that was certified there.")
        ]
        public string? Against { get; init; }
    }

    protected override int Execute(Settings settings)
    {
        if (Wrong(settings).ToArray() is { Length: > 0 } problems)
            throw new InvalidInputException(problems);
        return settings.Against is { } certified ? CheckDrift(settings, certified) : Certify(settings);
    }

    private static IEnumerable<Problem> Wrong(Settings settings)
    {
        foreach (var problem in settings.Check())
            yield return problem;
        if (settings.Bits is < 1 or > 12)
            yield return new Problem($"--bits {settings.Bits}", "not a usable size", "Give 1 to 12 bits: 2 to 4,096 symbols");
        if (settings.Against is null)
            yield break;
        if (settings.Run is not null)
            yield return new Problem(
                $"--against {settings.Against}",
                "compares new images, and a run has those it was made with",
                "Give --representations of new images"
            );
        foreach (
            var (flag, given) in new[]
            {
                ("--bits", settings.Bits is not null),
                ("--tolerance", settings.Tolerance is not null),
                ("--worst-tolerance", settings.WorstTolerance is not null),
                ("--confidence", settings.Confidence is not null),
                ("--out", settings.Out is not null),
            }
        )
            if (given)
                yield return new Problem(flag, $"is settled by the certificate in {settings.Against}", "Leave it out");
    }

    private int Certify(Settings settings)
    {
        var (usual, attributes) = (new AuditSettings(), OutputSettings.Names("--attribute", settings.Attribute) ?? []);
        var asked = usual with
        {
            Tolerance = settings.Tolerance ?? usual.Tolerance,
            WorstTolerance = settings.WorstTolerance ?? usual.WorstTolerance,
            Confidence = settings.Confidence ?? usual.Confidence,
        };
        var folder = settings.Run ?? OutSettings.OutOr(settings.Out, "certify");
        var record = Show(display =>
            settings.Run is null
                ? CertifyRun.OfVectors(
                    settings.ToVectorOptions(attributes, before: null),
                    folder,
                    asked,
                    settings.Bits,
                    display,
                    Shell.Cancel
                )
                : CertifyRun.OfRun(settings.Run, attributes, asked, settings.Bits, display, Shell.Cancel)
        );
        if (settings.Json)
            Shell.PrintJson(record);
        else
            Print(record, folder);
        return Shell.ExitCode(record.Verdict);
    }

    private int CheckDrift(Settings settings, string certified)
    {
        var drift = Show(display => CertifyRun.Drift(settings.ToVectorOptions([], before: null), certified, display, Shell.Cancel));
        if (settings.Json)
            Shell.PrintJson(drift);
        else
        {
            Shell.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{drift.Images:N0} images; {drift.Distance:P1} of them would have to have another symbol; chance does as much in "
                        + $"{drift.Chance:P2} of samples."
                )
            );
            Shell.Out.WriteLine(
                drift.Seen
                    ? "These are other images than those that were certified: the certificate does not speak of them. Certify again, on "
                        + "images like these."
                    : "Nothing speaks against these being images such as were certified."
            );
        }
        return drift.Seen ? Shell.Inconclusive : Shell.Done;
    }

    private void Print(CertificationRecord record, string folder)
    {
        var table = new Table().AddColumn("attribute").AddColumn("seen").AddColumn("measure");
        foreach (var column in new[] { "bound", "on this sample", "+ slack", "floor", "allowed leak", "bias" })
            table.AddColumn(column, cell => cell.RightAligned());
        table.AddColumn("bound by");
        foreach (var attribute in record.Attributes)
        foreach (var bound in attribute.Certificates)
            table.AddRow([
                .. new[]
                {
                    attribute.Attribute,
                    bound.Knows,
                    bound.Metric,
                    Percent(bound.Value),
                    Percent(bound.Estimate),
                    Percent(bound.Slack),
                    Percent(bound.Floor.Value),
                    Percent(bound.Leak),
                    Percent(bound.Bias),
                    bound.By,
                }.Select(Markup.Escape),
            ]);
        Shell.Tables.Write(table);
        foreach (var attribute in record.Attributes)
        {
            foreach (var reason in attribute.Reasons)
                Shell.Out.WriteLine($"{attribute.Verdict}, {attribute.Attribute}: {reason}");
            var worst = attribute.WorstSymbol;
            Shell.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  worst code {worst.Symbol}: {worst.Share.Value:P1} [{worst.Share.Low:P1}, {worst.Share.High:P1}] of its "
                        + $"{worst.Share.N:N0} images are {attribute.Classes[worst.Class]}, expected {worst.Expected:P1}"
                )
            );
        }
        if (record.Codebook is not null)
            Shell.Out.WriteLine(
                $"What is certified is the number of the nearest of {record.Symbols} centres (codebook in certificate.json). The "
                    + "vectors themselves are not certified: whoever receives them may read more."
            );
        Shell.Out.WriteLine($"certificate: {Path.Combine(folder, "certificate.json")}");
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
