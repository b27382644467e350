using System.Text.Json.Nodes;

namespace Autograd.Pages.Tests;

/// <summary>What is wrong with a page that is open in a browser, as a reader would see it.</summary>
internal static class Inspection
{
    private const string Script = """
        (() => {
          const problems = [];
          const shows = element => {
            for (let e = element; e instanceof Element; e = e.parentElement) {
              const style = getComputedStyle(e);
              if (style.display === "none" || style.visibility === "hidden" || +style.opacity === 0) return false;
              // The frames of an animation wait far outside until it is their turn.
              if (e.tagName === "g" && style.transform !== "none" && new DOMMatrix(style.transform).e >= 9999) return false;
            }
            return true;
          };
          const box = element => element.getBoundingClientRect();
          const inside = (inner, outer, slack) => inner.left >= outer.left - slack && inner.right <= outer.right + slack && inner.top >= outer.top - slack && inner.bottom <= outer.bottom + slack;
          const say = b => `(${Math.round(b.left)}, ${Math.round(b.top)})-(${Math.round(b.right)}, ${Math.round(b.bottom)})`;
          const light = color => {
            const [r, g, b] = color.match(/[\d.]+/g).map(part => { const c = part / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const contrast = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };

          if (document.documentElement.scrollWidth > innerWidth + 1) problems.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
          const charts = [...document.querySelectorAll("svg.autograd-chart")];
          charts.forEach((chart, number) => {
            const name = `chart ${number + 1} (${chart.getAttribute("aria-label")})`;
            const frame = box(chart), unit = frame.width / chart.viewBox.baseVal.width;
            if (frame.width < 80 || frame.height < 40) problems.push(`${name} is ${Math.round(frame.width)} x ${Math.round(frame.height)}`);
            const drawn = [...chart.querySelectorAll("path,rect,circle,ellipse,line,polygon,polyline,image,text")].filter(e => !e.closest("defs,clipPath") && shows(e));
            const is = (e, ...kinds) => kinds.some(kind => e.classList.contains(kind));
            const marks = drawn.filter(e => e.tagName !== "text" && !is(e, "paper", "grid", "axis", "border"));
            if (marks.length === 0 && !/no data|nothing/.test(chart.textContent)) problems.push(`${name} has no marks`);
            const isCut = e => e.closest("svg") !== chart; // an inner picture lets nothing out
            for (const e of drawn.filter(e => !isCut(e))) {
              if (!inside(box(e), frame, 1.5 * unit + 0.5)) problems.push(`${name}: ${e.tagName} ${e.getAttribute("class")} "${e.textContent.slice(0, 30)}" at ${say(box(e))} leaves the frame ${say(frame)}`);
            }
            const grid = drawn.filter(e => is(e, "grid", "axis")).map(box);
            if (drawn.some(e => is(e, "grid"))) {
              const plot = { left: Math.min(...grid.map(b => b.left)), right: Math.max(...grid.map(b => b.right)), top: Math.min(...grid.map(b => b.top)), bottom: Math.max(...grid.map(b => b.bottom)) };
              for (const e of marks.filter(e => !isCut(e) && [...e.children].some(child => child.tagName === "title"))) {
                if (!inside(box(e), plot, 6 * unit)) problems.push(`${name}: mark ${e.getAttribute("class")} at ${say(box(e))} leaves the axes ${say(plot)}`);
              }
            }
            const texts = drawn.filter(e => e.tagName === "text" && e.textContent.trim() !== "");
            const paper = chart.querySelector(".paper");
            texts.forEach((one, i) => {
              const a = box(one);
              for (const other of texts.slice(i + 1)) {
                const b = box(other);
                const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (wide > 1 * unit && high > 3 * unit) problems.push(`${name}: "${one.textContent}" and "${other.textContent}" overlap by ${wide.toFixed(1)} x ${high.toFixed(1)}`);
              }
              if (paper && is(one, "title", "name", "tick", "label", "caption", "value")) {
                const seen = contrast(getComputedStyle(one).fill, getComputedStyle(paper).fill);
                if (seen < 3) problems.push(`${name}: "${one.textContent}" has a contrast of ${seen.toFixed(1)}`);
              }
            });
          });
          for (const text of document.querySelectorAll("h1,h2,h3,p,td,th,figcaption,summary")) {
            const back = (() => { for (let e = text; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$|transparent/.test(c)) return c; } return "rgb(255, 255, 255)"; })();
            const seen = contrast(getComputedStyle(text).color, back);
            if (shows(text) && text.textContent.trim() !== "" && seen < 3) problems.push(`"${text.textContent.slice(0, 30)}" has a contrast of ${seen.toFixed(1)}`);
          }
          return { charts: charts.length, problems };
        })()
        """;

    /// <summary>Opens a page and says what is wrong with it: nothing, as a rule.</summary>
    internal static async Task<(int Charts, List<string> Problems)> Of(Browser browser, string address, Look look)
    {
        await browser.Open(address, look);
        var (charts, problems) = await OfOpenPage(browser);
        if (Environment.GetEnvironmentVariable("AUTOGRAD_SCREENSHOTS") is { Length: > 0 } folder)
        {
            var name = Path.GetFileNameWithoutExtension(address.TrimEnd('/'));
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}-{look.Name}.png"), await browser.Screenshot());
        }
        return (charts, problems);
    }

    internal static async Task<(int Charts, List<string> Problems)> OfOpenPage(Browser browser)
    {
        var found = (await browser.Evaluate(Script))!;
        var problems = found["problems"]!.AsArray().Select(problem => (string)problem!).Take(20).ToList();
        foreach (var one in browser.Events)
        {
            var details = one["params"]!;
            switch ((string)one["method"]!)
            {
                case "Log.entryAdded" when (string)details["entry"]!["level"]! is "error" or "warning":
                    problems.Add($"the browser says: {details["entry"]!["text"]} {details["entry"]!["url"]}");
                    break;
                case "Runtime.consoleAPICalled" or "Runtime.exceptionThrown":
                    problems.Add($"the page's script says: {details}");
                    break;
                case "Network.requestWillBeSent" when Asks(details):
                    problems.Add($"the page asks for {details["request"]!["url"]}");
                    break;
            }
        }
        return ((int)found["charts"]!, problems);
    }

    // The page itself, what stands in it, and the changes of a live one.
    private static bool Asks(JsonNode details)
    {
        var (wanted, page) = (new Uri((string)details["request"]!["url"]!), new Uri((string)details["documentURL"]!));
        return wanted.Scheme != "data" && wanted != page && !(page.IsLoopback && page.Scheme == "http" && wanted.Authority == page.Authority && wanted.AbsolutePath is "/events" or "/favicon.ico");
    }
}
