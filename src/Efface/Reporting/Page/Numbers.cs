using System.Globalization;
using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>How numbers are printed: one culture, one width, and n/a for missing values.</summary>
internal static class Numbers
{
    /// <summary>Printed for a number that does not exist.</summary>
    public const string Missing = "n/a";

    private const string Space = "\u00a0";
    private static readonly NumberFormatInfo Format = new() { NegativeSign = "\u2212" };

    /// <summary>A share, such as 95.1 %.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? Points(share) + Space + "%" : Missing;

    /// <summary>A share without superfluous zeros, such as 95 %.</summary>
    public static string ShortPercent(double share) => double.IsFinite(share) ? Short(Math.Round(share * 100, 1)) + Space + "%" : Missing;

    /// <summary>The interval of a share, such as 94.0 to 96.1 %; empty if there is none.</summary>
    public static string PercentInterval(Measured share) =>
        double.IsFinite(share.Value) ? $"{Points(share.Low)} to {Percent(share.High)}" : "";

    /// <summary>A difference of shares in percentage points, such as 1.3.</summary>
    public static string Points(double difference) => Fixed(difference * 100, 1);

    /// <summary>The interval of a difference of shares, in percentage points; empty if there is none.</summary>
    public static string PointsInterval(Measured difference) =>
        double.IsFinite(difference.Value) ? $"{Points(difference.Low)} to {Points(difference.High)}" : "";

    /// <summary>Any number, with three decimals.</summary>
    public static string Plain(double value) => Fixed(value, 3);

    /// <summary>The interval of any number; empty if there is none.</summary>
    public static string PlainInterval(Measured measured) =>
        double.IsFinite(measured.Value) ? $"{Plain(measured.Low)} to {Plain(measured.High)}" : "";

    /// <summary>Any number, without superfluous zeros.</summary>
    public static string Short(double value) => double.IsFinite(value) ? Rounded(value, 3).ToString("0.###", Format) : Missing;

    /// <summary>A count, such as 10,000.</summary>
    public static string Count(double count) => count.ToString("N0", Format);

    /// <summary>A moment, such as 2025-01-31 14:05 UTC.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + Space + "UTC";

    private static string Fixed(double value, int decimals) =>
        double.IsFinite(value) ? Rounded(value, decimals).ToString("F" + decimals, Format) : Missing;

    // Adding zero turns a rounded -0 into 0.
    private static double Rounded(double value, int decimals) => Math.Round(value, decimals) + 0.0;
}
