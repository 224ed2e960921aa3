namespace Efface.Reporting.Page;

/// <summary>Rows of small pictures, as one self-contained picture file.</summary>
internal static class ContactSheet
{
    private const int Side = 72,
        Left = 190,
        Step = Side + 6;

    /// <summary>A whole SVG document.</summary>
    /// <param name="title">The title.</param>
    /// <param name="rows">The name and the PNG files of each row.</param>
    public static string Draw(string title, IReadOnlyList<(string Name, IReadOnlyList<byte[]> Pictures)> rows)
    {
        var most = rows.Max(row => row.Pictures.Count);
        return PictureFile.Of(
            title,
            Left + Step * most + 10,
            40 + Step * rows.Count,
            Html.Of(
                $"""
                {rows.Select((row, i) => Row(row.Name, row.Pictures, 34 + Step * i))}
                """
            )
        );
    }

    private static Html Row(string name, IReadOnlyList<byte[]> pictures, int y) =>
        Html.Of(
            $"""
            <text x="{Left - 8}" y="{y + Side / 2 + 4}" text-anchor="end">{name}</text>
            {pictures.Select(
                (png, i) =>
                    Html.Of(
                        $"""
                        <image x="{Left + Step * i}" y="{y}" width="{Side}" height="{Side}"
                        href="data:image/png;base64,{Convert.ToBase64String(png)}"/>
                        """
                    )
            )}
            """
        );
}
