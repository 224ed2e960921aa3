using System.Diagnostics;
using System.Net;
using System.Xml.Linq;
using Xunit;

namespace Efface.Tests.Reporting;

/// <summary>A real browser, without a screen.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>What a page shows at several widths: its visible text, and by how many pixels it overflows.</summary>
    public static async Task<IReadOnlyList<XElement>> Open(string browser, string html, int[] widths, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("efface-browser-").FullName;
        try
        {
            // The report forbids script, so the page around it looks on.
            var page = Path.Combine(folder, "page.html");
            await File.WriteAllTextAsync(page, $$"""
                <!DOCTYPE html><meta charset="utf-8"><title>frames</title>
                {{string.Concat(widths.Select(width => $"<iframe style='width:{width}px;height:900px;border:0' srcdoc=\"{WebUtility.HtmlEncode(html)}\"></iframe>"))}}
                <script>
                onload = () => {
                  const out = document.createElement("output");
                  for (const frame of document.querySelectorAll("iframe")) {
                    const root = frame.contentDocument.documentElement, seen = document.createElement("p");
                    root.querySelectorAll("details").forEach(details => details.open = true);
                    seen.dataset.overflow = root.scrollWidth - root.clientWidth;
                    seen.textContent = root.innerText.replace(/\s+/g, " ");
                    out.append(seen);
                  }
                  document.body.replaceChildren(out);
                };
                </script>
                """, cancel);
            var dom = await Run(browser, folder, page, cancel);
            var (start, end) = (dom.IndexOf("<output>", StringComparison.Ordinal), dom.IndexOf("</output>", StringComparison.Ordinal));
            Assert.True(start >= 0 && end > start, $"the browser showed nothing: {dom[..Math.Min(500, dom.Length)]}");
            return [.. XElement.Parse(dom[start..end].Replace("&nbsp;", "\u00a0", StringComparison.Ordinal) + "</output>").Elements()];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> Run(string browser, string folder, string page, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(browser,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--user-data-dir={Path.Combine(folder, "profile")}", "--dump-dom", new Uri(page).AbsoluteUri,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        try
        {
            var faults = process.StandardError.ReadToEndAsync(limit.Token);
            var dom = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await faults;
            await process.WaitForExitAsync(limit.Token);
            return dom;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
