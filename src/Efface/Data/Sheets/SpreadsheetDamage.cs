using System.Text.RegularExpressions;

namespace Efface.Data.Sheets;

/// <summary>
/// What a spreadsheet does to labels when it opens a table: it takes the age group 3-9 for the ninth of March and writes <c>9-Mar</c>,
/// <c>09. Mrz</c> or 2026-03-09 in its place.
/// </summary>
internal static partial class SpreadsheetDamage
{
    // In the languages of most spreadsheets: English, German, French, Spanish, Italian, Portuguese, Dutch.
    private const string Month =
        "(?:jan|january|januar|janvier|janv|enero|ene|gennaio|gen|janeiro|januari"
        + "|feb|february|februar|février|févr|fév|febrero|febbraio|fevereiro|fev|februari"
        + "|mar|march|märz|mrz|mär|mars|marzo|março|maart|mrt|apr|april|avril|avr|abril|abr|aprile"
        + "|may|mai|mei|mayo|maggio|mag|maio|jun|june|juni|juin|junio|giugno|giu|junho"
        + "|jul|july|juli|juillet|juil|julio|luglio|lug|julho|aug|august|augustus|août|agosto|ago"
        + "|sep|sept|september|septembre|septiembre|settembre|set|setembro"
        + "|oct|october|octobre|octubre|oktober|okt|ottobre|ott|outubro|out|nov|november|novembre|noviembre|novembro"
        + "|dec|december|dezember|dez|décembre|déc|diciembre|dicembre|dic|dezembro)\\.?";

    /// <summary>What the user can do about it.</summary>
    public static string Remedy(string column, string value) =>
        $"Take the table from before the spreadsheet, or save it again with column {column} formatted as text; "
        + $"or say what was meant by each, as {LabelRules.Typed("--map", $"{column}={value}:3-9")}";

    /// <summary>Whether a cell looks like a date.</summary>
    public static bool IsDate(string value) => Named().IsMatch(value) || Numbers().IsMatch(value);

    /// <summary>
    /// Whether a cell is what a spreadsheet writes when a formula fails, such as <c>#DIV/0!</c>, or when a column is too narrow.
    /// </summary>
    public static bool IsError(string value) => Error().IsMatch(value);

    [GeneratedRegex(
        $@"^(?:[0-9]{{1,2}}[\s.\-/]+{Month}(?:[\s.\-/]+[0-9]{{2,4}})?|{Month}[\s.\-/]+[0-9]{{1,4}}(?:[\s.,\-/]+[0-9]{{2,4}})?)$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Named();

    // With the year first, or with two separators and a year at the end; with a time or not. 3-9 and 10-19 are ranges.
    [GeneratedRegex(
        @"^(?:[12][0-9]{3}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?:[ T].*)?|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{2}|[0-9]{4})?(?: .*)?)$"
    )]
    private static partial Regex Numbers();

    [GeneratedRegex(
        @"^(?:#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|BEZUG!|WERT!|ZAHL!|NV|WERT|ÜBERLAUF!)|#{3,})$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Error();
}
