using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>A verdict as a coloured word with a symbol, so that it never depends on colour alone.</summary>
internal static class Badge
{
    /// <summary>The badge; null is a run without an audit.</summary>
    public static Html Of(Verdict? verdict)
    {
        var (style, sign, word) = verdict switch
        {
            Verdict.Certified => ("good", "✓", "Certified"),
            Verdict.Forgotten => ("good", "✓", "Forgotten"),
            Verdict.Inconclusive => ("open", "?", "Inconclusive"),
            Verdict.Leaks => ("bad", "✕", "Leaks"),
            _ => ("none", "–", "Not audited"),
        };
        return Html.Of($"""<span class="badge {style}"><span aria-hidden="true">{sign}</span> {word}</span>""");
    }
}
