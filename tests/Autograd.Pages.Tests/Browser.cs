using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Autograd.Pages.Tests;

/// <summary>A Chromium without a window, driven through its debugging protocol.</summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync, which ends every run of the tests, disposes of them.")]
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Names the program, where it is not one of the usual ones.</summary>
    internal const string Variable = "AUTOGRAD_CHROMIUM";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _profile = Directory.CreateTempSubdirectory("chromium").FullName;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = [];
    private readonly ConcurrentQueue<JsonNode> _events = [];
    private readonly SemaphoreSlim _sending = new(1);
    private Process? _process;
    private string _session = "";
    private int _number;

    /// <summary>The program, or null where there is none.</summary>
    internal static string? Program { get; } = new[] { Environment.GetEnvironmentVariable(Variable), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(path => !string.IsNullOrEmpty(path) && File.Exists(path));

    /// <summary>What the page said and asked for since it was opened.</summary>
    internal IEnumerable<JsonNode> Events => _events;

    public async Task InitializeAsync()
    {
        if (Program is null)
        {
            return;
        }
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var flag in (string[])[
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={_profile}", "about:blank"])
        {
            start.ArgumentList.Add(flag);
        }
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var file = Path.Combine(_profile, "DevToolsActivePort");
        var clock = Stopwatch.StartNew();
        string[] lines = [];
        while (lines.Length < 2)
        {
            Assert.True(clock.Elapsed < Patience, $"{Program} does not say where it can be reached.");
            await Task.Delay(20);
            lines = File.Exists(file) ? await File.ReadAllLinesAsync(file) : [];
        }
        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), CancellationToken.None);
        _ = Task.Run(Receive);
        var target = await Call("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        _session = (string)(await Call("Target.attachToTarget", new JsonObject { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true }))["sessionId"]!;
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            await Call($"{domain}.enable");
        }
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            _socket.Abort();
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _socket.Dispose();
        _sending.Dispose();
        for (var tries = 0; tries < 20 && Directory.Exists(_profile); tries++)
        {
            try
            {
                Directory.Delete(_profile, recursive: true);
            }
            catch (IOException)
            {
                await Task.Delay(50); // children of the browser may still be at it
            }
        }
    }

    /// <summary>Opens a page in a window of a size, in light or dark, and waits until it is loaded.</summary>
    internal async Task Open(string address, Look look)
    {
        await Call("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = look.Width, ["height"] = look.Height, ["deviceScaleFactor"] = 1, ["mobile"] = look.Width < 600 });
        await Call("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = look.IsDark ? "dark" : "light" }) });
        _events.Clear();
        await Call("Page.navigate", new JsonObject { ["url"] = address });
        await Until(() => Task.FromResult(_events.Any(one => (string)one["method"]! == "Page.loadEventFired")), $"{address} is not loaded");
    }

    /// <summary>The value of an expression in the page.</summary>
    internal async Task<JsonNode?> Evaluate(string script)
    {
        var result = await Call("Runtime.evaluate", new JsonObject { ["expression"] = script, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.True(result["exceptionDetails"] is null, $"{result["exceptionDetails"]}");
        return result["result"]!["value"];
    }

    /// <summary>A picture of the whole page.</summary>
    internal async Task<byte[]> Screenshot()
    {
        var height = (int)(await Evaluate("Math.min(8000, document.documentElement.scrollHeight)"))!;
        var width = (int)(await Evaluate("innerWidth"))!;
        var picture = await Call("Page.captureScreenshot", new JsonObject
        {
            ["captureBeyondViewport"] = true,
            ["clip"] = new JsonObject { ["x"] = 0, ["y"] = 0, ["width"] = width, ["height"] = height, ["scale"] = 1 },
        });
        return Convert.FromBase64String((string)picture["data"]!);
    }

    internal static async Task Until(Func<Task<bool>> condition, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Patience, otherwise);
            await Task.Delay(10);
        }
    }

    private async Task<JsonNode> Call(string method, JsonObject? parameters = null)
    {
        var number = Interlocked.Increment(ref _number);
        var answer = _calls[number] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new JsonObject { ["id"] = number, ["method"] = method, ["params"] = parameters ?? [] };
        if (_session.Length > 0)
        {
            call["sessionId"] = _session;
        }
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
        var message = await answer.Task.WaitAsync(Patience);
        return message["result"] ?? throw new InvalidOperationException($"{method}: {message}");
    }

    private async Task Receive()
    {
        var buffer = new byte[1 << 16];
        var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                {
                    continue;
                }
                var node = JsonNode.Parse(message.ToArray())!;
                message.SetLength(0);
                if (node["id"] is { } id)
                {
                    _calls.TryRemove((int)id, out var call);
                    call?.SetResult(node);
                }
                else
                {
                    _events.Enqueue(node);
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            foreach (var call in _calls.Values)
            {
                call.TrySetException(error);
            }
        }
    }
}

/// <summary>A window in which a page is looked at.</summary>
public sealed record Look(string Name, int Width, int Height, bool IsDark)
{
    internal static readonly Look[] All = [new("light", 1280, 900, false), new("dark", 1280, 900, true), new("phone", 360, 740, false)];

    public override string ToString() => Name;
}

/// <summary>A test that needs Chromium, and says so where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute() => Skip = Browser.Program is null ? Absent : null;

    internal static string Absent => $"There is no Chromium at /usr/bin/chromium, and {Browser.Variable} names none (apt-get install chromium).";
}

/// <inheritdoc cref="ChromiumTheoryAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Browser.Program is null ? ChromiumTheoryAttribute.Absent : null;
}
