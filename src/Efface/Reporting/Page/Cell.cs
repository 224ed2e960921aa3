using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>A measured number in a table: the value large, its interval in small print below.</summary>
internal static class Cell
{
    /// <summary>A share.</summary>
    public static Html Percent(Measured share) => Of(Numbers.Percent(share.Value), Numbers.PercentInterval(share));

    /// <summary>A difference of shares, in percentage points.</summary>
    public static Html Points(Measured difference) => Of(Numbers.Points(difference.Value), Numbers.PointsInterval(difference));

    /// <summary>Any number, with three decimals.</summary>
    public static Html Plain(Measured measured) => Of(Numbers.Plain(measured.Value), Numbers.PlainInterval(measured));

    private static Html Of(string value, string interval) =>
        interval.Length == 0 ? Html.Of($"<b>{value}</b>") : Html.Of($"<b>{value}</b><small>{interval}</small>");
}
