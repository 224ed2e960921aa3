using System.Globalization;
using System.Text;

namespace Efface.Data.Files;

/// <summary>When two cells mean the same, and what is a number.</summary>
internal static class Spelling
{
    /// <summary>The number that a cell holds, with a point or a comma for decimals.</summary>
    public static bool IsNumber(string value, out double number) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number)
        || value.Count(letter => letter == ',') == 1
            && !value.Contains('.')
            && double.TryParse(value.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);

    /// <summary>Whether a cell holds a number.</summary>
    public static bool IsNumber(string value) => IsNumber(value, out _);

    /// <summary>
    /// Equal for cells that a reader would consider the same: ignores case, blanks, underscores, invisible characters, kinds of dashes,
    /// quotes and full stops around them, and the notation of numbers.
    /// </summary>
    public static string Key(string value)
    {
        if (IsNumber(value, out var number))
            return (number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture);
        var key = new StringBuilder(value.Length);
        foreach (var letter in value.ToLowerInvariant())
            switch (char.GetUnicodeCategory(letter))
            {
                case UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.Control or UnicodeCategory.Format:
                case UnicodeCategory.ConnectorPunctuation:
                    break;
                case UnicodeCategory.DashPunctuation:
                    key.Append('-');
                    break;
                default:
                    key.Append(letter);
                    break;
            }
        var word = key.ToString().Trim('\'', '"', '.', ',', ';', ':', '’', '‘', '“', '”', '`');
        return word.Length > 0 ? word : key.ToString();
    }
}
