namespace Efface.Reporting.Page;

/// <summary>
/// The document around the report. It is well-formed XML as well as HTML, and its policy forbids scripts and network access.
/// </summary>
internal static class Skeleton
{
    /// <summary>A whole document.</summary>
    public static string Write(string title, Html body) =>
        Html.Of(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <style>{Html.Trusted(Styles.Sheet)}</style>
                </head>
                <body>
                <main>
                {body}
                </main>
                </body>
                </html>

                """
            )
            .ToString();
}
