using Autograd.Reports;

namespace Autograd.Pages.Tests;

/// <summary>Pages as a browser shows them: wide, dark and on a phone.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>Names a folder of more pages to look at: those of the examples.</summary>
    private const string Variable = "AUTOGRAD_PAGES";

    public static TheoryData<string, Look> Pages
    {
        get
        {
            var data = new TheoryData<string, Look>();
            var more = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? Directory.GetFiles(folder, "*.html", SearchOption.AllDirectories).Order() : Enumerable.Empty<string>();
            foreach (var page in Gallery.Names.Concat(more))
            {
                foreach (var look in Look.All)
                {
                    data.Add(page, look);
                }
            }
            return data;
        }
    }

    [ChromiumTheory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_whole(string page, Look look)
    {
        ArgumentNullException.ThrowIfNull(page);
        var folder = Directory.CreateTempSubdirectory("pages");
        try
        {
            var path = Path.IsPathRooted(page) ? page : Gallery.Save(page, folder.FullName);
            var (charts, problems) = await Inspection.Of(browser, new Uri(path).AbsoluteUri, look);
            Assert.True(problems.Count == 0, string.Join('\n', problems));
            Assert.True(charts > 0 || Path.IsPathRooted(page), "There is no chart.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>That the inspection finds what it looks for.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "<svg class='autograd-chart' viewBox='0 0 560 300' width='560'><rect class='paper' width='560' height='300'/></svg>", "has no marks" },
        { "<svg class='autograd-chart' viewBox='0 0 560 300' width='560'><path class='line' d='M10 10L700 50'/></svg>", "leaves the frame" },
        { "<svg class='autograd-chart' viewBox='0 0 560 300' width='560'><path class='grid' d='M50 50H300V200'/><path class='line' d='M10 10L200 50'><title>a</title></path></svg>", "leaves the axes" },
        { "<svg class='autograd-chart' viewBox='0 0 560 300' width='560'><path d='M10 10h9'/><text x='50' y='50'>one label</text><text x='60' y='52'>another</text></svg>", "overlap" },
        { "<svg class='autograd-chart' viewBox='0 0 560 300' width='560'><rect class='paper' fill='#222' width='560' height='300'/><path d='M10 10h9'/><text class='tick' x='50' y='50'>dark</text></svg>", "contrast" },
        { "<p style='color:#eee'>pale</p>", "contrast" },
        { "<div style='width:3000px'>wide</div>", "wide in a window" },
        { "<img src='missing.png'>", "asks for" },
        { "<script>console.error('oh')</script>", "script says" },
        { "<script>throw new Error('oh')</script>", "script says" },
    };

    [ChromiumTheory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_is_found(string body, string problem)
    {
        var path = Path.GetTempFileName() + ".html";
        await File.WriteAllTextAsync(path, $"<!DOCTYPE html><meta charset='utf-8'><body>{body}</body>");
        try
        {
            await browser.Open(new Uri(path).AbsoluteUri, Look.All[0]);
            Assert.Contains((await Inspection.OfOpenPage(browser)).Problems, one => one.Contains(problem, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [ChromiumFact]
    public async Task A_live_page_grows_survives_a_reload_and_ends_with_the_training()
    {
        var go = new SemaphoreSlim(0);
        var live = new LiveReport("Live", output: TextWriter.Null);
        var began = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var model = new Sequential([new Dense(1, inputShape: [2])]);
        model.Compile(new SGD(0.1), new MeanSquaredError());
        var training = Task.Run(() => model.Fit(Tensor.Ones(8, 2), Tensor.Ones(8, 1), epochs: 4, verbose: 0, callbacks:
        [
            live, new LambdaCallback(onTrainBegin: () => began.SetResult(live.Address!), onEpochBegin: _ => go.Wait(TimeSpan.FromSeconds(60))),
        ]));
        var address = (await began.Task.WaitAsync(TimeSpan.FromSeconds(60))).AbsoluteUri;
        await browser.Open(address, Look.All[0]);
        await Shows("no epoch of 4 is complete");
        go.Release(2);
        await Shows("2 of 4 epochs");
        await browser.Open(address, Look.All[1]);
        await Shows("2 of 4 epochs");
        go.Release(2);
        await training.WaitAsync(TimeSpan.FromSeconds(60));
        await Shows("Trained for 4 of 4 epochs");
        await Shows("The training is over");
        var (charts, problems) = await Inspection.OfOpenPage(browser);
        Assert.True(charts > 0);
        Assert.Empty(problems);
        go.Dispose();

        async Task Shows(string text) => await Browser.Until(
            async () => ((string)(await browser.Evaluate("document.body.innerText"))!).Contains(text, StringComparison.Ordinal),
            $"The page does not show '{text}'.");
    }
}
