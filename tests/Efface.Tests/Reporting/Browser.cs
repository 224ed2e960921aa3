using Efface.Records;
using Efface.Reporting;
using Microsoft.Playwright;
using Xunit;

namespace Efface.Tests.Reporting;

/// <summary>The machine's own Chromium, without a screen, for the tests of a class; pages lie in files, as a user opens them.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly string _folder = Directory.CreateTempSubdirectory("efface-browser-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } program)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Opens a report; without a browser the test is skipped, but not where CI runs.</summary>
    /// <param name="width">Of the screen, in pixels.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="observed">Lets the test's own script into a page whose policy forbids all.</param>
    /// <param name="runs">What the report is about.</param>
    internal async Task<IPage> Open(int width, ColorScheme scheme, bool observed, params RunFolder[] runs)
    {
        if (_browser is null && Environment.GetEnvironmentVariable("CI") is not null)
            Assert.Fail("CI needs chromium on the PATH for this test");
        Assert.SkipWhen(_browser is null, "no chromium on the PATH");
        var file = Path.Combine(_folder, $"{Guid.NewGuid():N}.html");
        await File.WriteAllTextAsync(file, HtmlReport.Render(runs, new DateTimeOffset(2026, 1, 31, 14, 5, 0, TimeSpan.Zero)));
        var context = await _browser!.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 900 },
                ColorScheme = scheme,
                BypassCSP = observed,
            }
        );
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return page;
    }

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
