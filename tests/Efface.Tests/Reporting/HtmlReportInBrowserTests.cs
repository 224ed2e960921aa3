using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Efface.Auditing;
using Microsoft.Playwright;
using UglyToad.PdfPig;
using Xunit;

namespace Efface.Tests.Reporting;

/// <summary>The page as people meet it: on narrow and wide screens, light and dark, on paper, and read aloud.</summary>
public sealed class HtmlReportInBrowserTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string Hostile = "<img src=x onerror=document.title='broken'>|`@\"'&";

    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Nobody_is_shut_out_and_nothing_overflows(int width, ColorScheme scheme)
    {
        var after = _runs.After(Verdict.Forgotten);
        after.Audit = FakeRuns.WithPictures(after);
        var page = await browser.Open(width, scheme, observed: true, _runs.Before(), after);
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");

        var violations = (await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] })).Violations.Where(violation =>
            violation.Impact is "serious" or "critical" || violation.Id is "heading-order" or "landmark-unique"
        );
        Assert.Empty(
            violations.Select(violation => $"{violation.Id}: {string.Join("; ", violation.Nodes.Take(3).Select(node => node.Html))}")
        );
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    [Fact]
    public async Task It_asks_nothing_of_the_network_and_complains_of_nothing()
    {
        var page = await browser.Open(1280, ColorScheme.Light, observed: false, _runs.Before(), _runs.After(Verdict.Forgotten));
        List<string> asked = [],
            told = [];
        page.Request += (_, request) => asked.Add(request.Url);
        page.Console += (_, message) => told.Add(message.Text);
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.NetworkIdle });
        Assert.All(asked, address =>
            Assert.True(address == page.Url || address.StartsWith("data:image/png;base64,", StringComparison.Ordinal), address)
        );
        Assert.Contains(page.Url, asked);
        Assert.Empty(told);
    }

    [Fact]
    public async Task A_hostile_name_stays_a_name()
    {
        (_runs.Task, _runs.Attributes, _runs.DataSet) = (Hostile, [Hostile], Hostile);
        var place = FakeRuns.Place(Hostile, Verdict.Leaks, 0.9) with
        {
            Attribute = Hostile,
            Reasons = [Hostile],
            Classes = [Hostile, "other"],
            Subgroups = [new(Hostile, Hostile, FakeRuns.Around(0.9, 0.02), FakeRuns.Around(0.3, 0.02))],
        };
        // Even without the policy that forbids script, nothing in the page may be one.
        var page = await browser.Open(1280, ColorScheme.Light, observed: true, _runs.Run("unlearn", pictures: false, place));
        Assert.Equal(0, await page.Locator("img, script, [onerror]").CountAsync());
        Assert.Equal($"Can “{Hostile}” be read from a model for “{Hostile}”?", await page.TitleAsync());
        Assert.Contains(Hostile, await page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_paper_it_is_all_there_and_as_light_as_the_paper()
    {
        var page = await browser.Open(1280, ColorScheme.Dark, observed: true, _runs.Before(), _runs.After(Verdict.Forgotten));
        await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("exact", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.heat td')).printColorAdjust"));
        Assert.Equal(
            0,
            await page.EvaluateAsync<int>(
                "[...document.querySelectorAll('details table')].filter(table => table.getClientRects().length === 0).length"
            )
        );

        // An A4 page less its margins: what is wider is cut.
        await page.SetViewportSizeAsync(672, 900);
        Assert.Empty(
            await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('table')].filter(table => table.getBoundingClientRect().right > innerWidth + "
                    + "1).map(table => table.caption?.innerText ?? table.className)"
            )
        );
        using var paper = PdfDocument.Open(await page.PdfAsync(new() { Format = "A4" }));
        var text = string.Concat(paper.GetPages().SelectMany(sheet => sheet.Letters).Select(letter => letter.Value))
            .Replace(" ", "", StringComparison.Ordinal);
        Assert.All(
            [
                "noattackerwetrainedcouldtell“glasses”",
                "WhatmlptookthetestimagesofeachClassfor",
                "Fromthelargestlowerenddown",
                "Howtoreadthis",
            ],
            words => Assert.Contains(words, text, StringComparison.OrdinalIgnoreCase)
        );
    }
}
