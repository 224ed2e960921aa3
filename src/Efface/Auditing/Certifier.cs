using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>Certificates alone: no attackers except the table over symbols.</summary>
internal static class Certifier
{
    /// <summary>Certifies the first released code of a subject, or its first released vectors after a codebook.</summary>
    /// <param name="subject">What to certify.</param>
    /// <param name="attributes">Names of the columns to read.</param>
    /// <param name="settings">Tolerance and confidence.</param>
    /// <param name="bits">Bits of the codebook, for vectors; null if there is a code.</param>
    /// <exception cref="InvalidInputException">There is no code and no number of bits, or both.</exception>
    public static CertificationRecord Certify(AuditSubject subject, IReadOnlyList<string> attributes, AuditSettings settings, int? bits)
    {
        var released = subject.Places.Where(place => place.Released).ToList();
        var code = released.FirstOrDefault(place => place.Symbols > 0);
        if (code is null && bits is null)
            throw new InvalidInputException(
                "`bits`",
                "missing: what is released are vectors, and a certificate is of symbols",
                "Give `bits` 6, say: the vectors are reduced to 64 symbols, and these are certified, never the vectors"
            );
        if (code is not null && bits is not null)
            throw new InvalidInputException(
                $"`bits` {bits}",
                $"what is released is a code of {code.Symbols} symbols already",
                "Leave it out"
            );
        var place = code ?? released[0];
        var codebook = bits is { } b ? Codebook.Fit(subject.Parts.Training.Values[place.Name], b, settings.Seeds[0]) : null;
        using var symbols = Symbols(subject, place, codebook);
        var audit = new Auditor(settings with { Attackers = ["lookup"], Seeds = [settings.Seeds[0]] }).Audit(symbols, attributes);
        var number = symbols.Places[0].Symbols;
        return new CertificationRecord
        {
            Place = place.Name,
            Symbols = number,
            Codebook = codebook,
            Tolerance = settings.Tolerance,
            Confidence = settings.Confidence,
            Counts = Count(symbols.Parts.Test.Values[symbols.Places[0].Name], number),
            Attributes = [.. audit.All.Select(one => Certified(one))],
        };
    }

    /// <summary>How often each symbol occurs.</summary>
    /// <param name="symbols">int64 [N].</param>
    /// <param name="number">How many symbols there can be.</param>
    public static IReadOnlyList<int> Count(Tensor symbols, int number)
    {
        using var data = symbols.data<long>();
        var counts = new int[number];
        foreach (var symbol in data)
            counts[symbol]++;
        return counts;
    }

    private static AuditSubject Symbols(AuditSubject subject, Place place, Codebook? codebook)
    {
        var discrete = codebook is null ? place : new Place("code", place.Stage, codebook.Centres.Length, true, []);
        Captured Of(Captured part) =>
            new(
                new Dictionary<string, Tensor>
                {
                    [discrete.Name] = codebook?.Encode(part.Values[place.Name]) ?? part.Values[place.Name].clone(),
                },
                part.Predictions,
                part.Rows
            );
        return new AuditSubject
        {
            Places = [discrete],
            Parts = new CapturedParts(Of(subject.Parts.Training), Of(subject.Parts.Validation), Of(subject.Parts.Test)),
            Task = subject.Task,
            Columns = subject.Columns,
            Groups = subject.Groups,
            Identities = subject.Identities,
        };
    }

    // What one attacker reads, or does not, is no certificate: without a significant leak, the bound is the reason.
    private static CertifiedAttribute Certified(RepresentationAudit audit) =>
        new(
            audit.Attribute,
            audit.Verdict == Verdict.Forgotten ? Verdict.Inconclusive : audit.Verdict,
            audit.Verdict is Verdict.Forgotten or Verdict.Inconclusive ? [audit.Reasons[^1]] : audit.Reasons,
            audit.Classes,
            audit.Certificates,
            audit.WorstSymbol!
        );
}
