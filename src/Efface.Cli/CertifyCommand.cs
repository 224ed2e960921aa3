using System.CommandLine;
using System.Globalization;
using Efface.Auditing;
using Efface.Data.Vectors;
using Efface.Runs;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>efface certify: bounds on every attacker, for a run or for codes from any other program.</summary>
internal sealed class CertifyCommand : LookCommand
{
    private readonly Flags<CertificateSettings> _certificate;

    public CertifyCommand(Shell shell)
        : base(
            shell,
            "certify",
            "Bounds on every attacker, of a run's code or of codes from any other program (exit code 3: leaks, 4: not certified)."
        ) => _certificate = new Flags<CertificateSettings>(this);

    private const string KMeans = "k-means",
        Supervised = "supervised";

    internal sealed record CertificateSettings
    {
        [Setting(
            "--bits",
            "B",
            "Where vectors are released: reduces them to 2^B symbols, and certifies these.",
            Range = "[1, 12]",
            Remedy = "Give 1 to 12 bits: 2 to 4,096 symbols"
        )]
        public int? Bits { get; init; }

        [Setting(
            "--codebook",
            "NAME",
            "Of vectors: k-means (the default), or supervised: learnt to hide the attributes and to tell the task, as recipe strict."
        )]
        public string? Codebook { get; init; }

        [Setting("--against", "DIR", "Instead: whether these codes are distributed as in the sample that was certified there.")]
        public string? Against { get; init; }
    }

    protected override int Execute(ParseResult asked)
    {
        var certificate = _certificate.Read(asked, new CertificateSettings());
        var (run, folder, vectors) = Look(asked, Wrong(asked, certificate));
        return certificate.Against is { } certified
            ? CheckDrift(asked, vectors with { Attributes = [] }, certified)
            : Certify(asked, run, folder, vectors, certificate);
    }

    private IEnumerable<Problem> Wrong(ParseResult asked, CertificateSettings certificate)
    {
        foreach (var problem in Settings.Of<CertificateSettings>().SelectMany(setting => setting.Check(certificate)))
            yield return problem;
        if (certificate.Codebook is { } codebook && codebook is not (KMeans or Supervised))
            yield return new Problem($"--codebook {codebook}", "no such codebook", $"Choose {KMeans} or {Supervised}");
        if (certificate.Codebook is Supervised && asked.GetValue<string>("--run") is not null)
            yield return new Problem(
                $"--codebook {Supervised}",
                "is fitted on vectors, and a run has its own way to a code",
                "Give --representations, or unlearn with recipe strict"
            );
        if (certificate.Against is not { } against)
            yield break;
        if (asked.GetValue<string>("--run") is not null)
            yield return new Problem(
                $"--against {against}",
                "compares new images, and a run has those it was made with",
                "Give --representations of new images"
            );
        foreach (
            var flag in GivenOfAudit(asked)
                .Concat(certificate.Bits is null ? [] : ["--bits"])
                .Concat(certificate.Codebook is null ? [] : ["--codebook"])
        )
            yield return new Problem(flag, $"is settled by the certificate in {against}", "Leave it out");
    }

    private int Certify(ParseResult asked, string? run, string folder, VectorOptions vectors, CertificateSettings certificate)
    {
        var bits = certificate.Bits;
        var strict = Strictness.Read(asked, new AuditSettings());
        var record = Show(display =>
            run is null
                ? CertifyRun.OfVectors(vectors, folder, strict, bits, certificate.Codebook == Supervised, display, Shell.Cancel)
                : CertifyRun.OfRun(run, vectors.Attributes, strict, bits, display, Shell.Cancel)
        );
        if (IsJson(asked))
            Shell.PrintJson(record);
        else
            Print(record, folder);
        return Shell.ExitCode(record.Verdict);
    }

    private int CheckDrift(ParseResult asked, VectorOptions vectors, string certified)
    {
        var drift = Show(display => CertifyRun.Drift(vectors, certified, display, Shell.Cancel));
        if (IsJson(asked))
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
        if (Directory.EnumerateFiles(folder, $"{CertifyRun.Codes}.*").FirstOrDefault() is { } codes)
            Shell.Out.WriteLine($"codes: {codes}");
        Shell.Out.WriteLine($"certificate: {Path.Combine(folder, "certificate.json")}");
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
