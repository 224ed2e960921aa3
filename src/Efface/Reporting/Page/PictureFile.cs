namespace Efface.Reporting.Page;

/// <summary>
/// What picture files share: a white background, a title, and a size, without which a page would draw them at its own width.
/// </summary>
internal static class PictureFile
{
    /// <summary>A whole SVG document.</summary>
    /// <param name="title">The title.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="content">Markup below the title, which ends at y = 24.</param>
    public static string Of(string title, int width, int height, Html content) =>
        Html.Of(
                $"""
                <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {(
                    height
                )}" font-family="sans-serif" font-size="12" role="img" aria-label="{title}">
                <rect width="100%" height="100%" fill="#fff"/>
                <text x="10" y="20" font-size="14">{title}</text>
                {content}
                </svg>

                """
            )
            .ToString();
}
