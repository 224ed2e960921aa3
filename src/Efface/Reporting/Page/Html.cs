using System.Globalization;
using System.Net;

namespace Efface.Reporting.Page;

/// <summary>Markup. Everything inserted is escaped, unless it is markup itself: no name in the data can break the page.</summary>
internal sealed class Html
{
    private static readonly Escaping Rules = new();
    private readonly string _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>A template; the values in its braces are escaped, with numbers in the invariant culture.</summary>
    public static Html Of(FormattableString template) => new(template.ToString(Rules));

    /// <summary>Text trusted to be markup.</summary>
    public static Html Trusted(string markup) => new(markup);

    /// <inheritdoc/>
    public override string ToString() => _markup;

    private sealed class Escaping : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) =>
            arg switch
            {
                Html html => html._markup,
                IEnumerable<Html> several => string.Concat(several),
                IFormattable value => WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)),
                _ => WebUtility.HtmlEncode(arg?.ToString() ?? ""),
            };
    }
}
