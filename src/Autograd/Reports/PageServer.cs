using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Autograd.Reports;

/// <summary>
/// Serves one page that changes: the page itself, and its changes as server-sent events. It reads nothing but the first line of a request and its Host, answers with nothing but the page, and
/// trusts nobody: requests have a greatest length and a time, readers too, and there is a greatest number of both. Whatever fails ends one connection, never more.
/// </summary>
internal sealed class PageServer : IDisposable
{
    private const int MostConnections = 64;
    private const int LongestRequest = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenUpdates = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener;
    private readonly Func<long> _version;
    private readonly Func<string> _html;
    private readonly string _nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly ConcurrentDictionary<Task, bool> _connections = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _drawing = new();
    private (long Version, string Html) _drawn = (-1, "");

    /// <param name="address">Where to listen.</param>
    /// <param name="port">The port, or 0.</param>
    /// <param name="version">Grows when the page changes.</param>
    /// <param name="html">The page as it is; called by any thread.</param>
    internal PageServer(IPAddress address, int port, Func<long> version, Func<string> html)
    {
        (_version, _html) = (version, html);
        _listener = new TcpListener(address, port);
        _listener.Start();
        var at = ((IPEndPoint)_listener.LocalEndpoint).Port;
        var host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? Environment.MachineName
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        Address = new Uri($"http://{host}:{at.ToString(Markup.Invariant)}/");
        IsLocal = IPAddress.IsLoopback(address);
        _ = Task.Run(Listen);
    }

    internal Uri Address { get; }

    private bool IsLocal { get; }

    private async Task Listen()
    {
        while (!_ending.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_ending.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            catch (SocketException)
            {
                // One who left before he was received, or no more handles: later there may be some.
                await Task.Delay(BetweenUpdates).ConfigureAwait(false);
                continue;
            }
            if (_connections.Count >= MostConnections)
            {
                client.Dispose();
                continue;
            }
            var connection = Task.Run(() => Answer(client));
            _connections[connection] = true;
            _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    // Whatever a reader does, and whatever drawing the page throws, concerns this connection alone.
    private async Task Answer(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                await using (stream.ConfigureAwait(false))
                {
                    await Answer(stream).ConfigureAwait(false);
                }
            }
            catch (Exception)
            {
            }
        }
    }

    private async Task Answer(NetworkStream stream)
    {
        if (await Request(stream).ConfigureAwait(false) is not { } request)
        {
            return;
        }
        switch (request)
        {
            case { Method: not ("GET" or "HEAD") }:
                await Write(stream, Head("405 Method Not Allowed", "text/plain", "Allow: GET, HEAD\r\n")).ConfigureAwait(false);
                break;
            case { IsForHere: false }:
                await Write(stream, Head("403 Forbidden", "text/plain") + "Ask for this page by the address that was printed.\n").ConfigureAwait(false);
                break;
            case { Path: "/", Method: "HEAD" }:
                await Write(stream, Head("200 OK", "text/html; charset=utf-8")).ConfigureAwait(false);
                break;
            case { Path: "/" }:
                await Write(stream, Head("200 OK", "text/html; charset=utf-8") + LivePage(Draw().Html)).ConfigureAwait(false);
                break;
            case { Path: "/events", Method: "GET" }:
                await Follow(stream).ConfigureAwait(false);
                break;
            case { Path: "/favicon.ico" }:
                await Write(stream, Head("204 No Content", "image/x-icon")).ConfigureAwait(false);
                break;
            default:
                await Write(stream, Head("404 Not Found", "text/plain") + "There is one page here: /\n").ConfigureAwait(false);
                break;
        }
    }

    /// <summary>The request, or null where it is none, too long or too slow.</summary>
    private async Task<(string Method, string Path, bool IsForHere)?> Request(NetworkStream stream)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        timeout.CancelAfter(Patience);
        var buffer = new byte[LongestRequest];
        var length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = length == buffer.Length ? 0 : await stream.ReadAsync(buffer.AsMemory(length), timeout.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }
            length += read;
        }
        var lines = Encoding.Latin1.GetString(buffer, 0, length).Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', _]])
        {
            return null;
        }
        var host = lines.Skip(1).FirstOrDefault(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))?["Host:".Length..].Trim();
        return (method, target.Split('?')[0], !IsLocal || IsLoopback(host));
    }

    // A page from elsewhere may have its own name point at this machine; it still says its own name.
    private static bool IsLoopback(string? host) =>
        host is not null && Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var uri) && uri.IsLoopback;

    private async Task Follow(NetworkStream stream)
    {
        await Write(stream, Head("200 OK", "text/event-stream") + "retry: 2000\n\n").ConfigureAwait(false);
        var (shown, quiet) = (-1L, 0);
        while (true)
        {
            var isLast = _ending.IsCancellationRequested;
            if (_version() != shown)
            {
                (shown, var html) = Draw();
                await Write(stream, $"data: {Body(html).Replace("\n", "\ndata: ", StringComparison.Ordinal)}\n\n").ConfigureAwait(false);
                quiet = 0;
            }
            else if (++quiet % 20 == 0)
            {
                await Write(stream, ": still here\n\n").ConfigureAwait(false); // shows whether the reader is
            }
            if (isLast)
            {
                await Write(stream, "event: end\ndata: \n\n").ConfigureAwait(false);
                return;
            }
            await Task.Delay(BetweenUpdates, _ending.Token).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private (long Version, string Html) Draw()
    {
        lock (_drawing)
        {
            var version = _version();
            if (_drawn.Version != version)
            {
                _drawn = (version, _html());
            }
            return _drawn;
        }
    }

    private string Head(string status, string type, string more = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        + $"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; script-src 'nonce-{_nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"
        + $"{more}Connection: close\r\n\r\n";

    private async Task Write(NetworkStream stream, string text)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        timeout.CancelAfter(Patience);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), timeout.Token).ConfigureAwait(false);
    }

    private static string Body(string html) => html[(html.IndexOf("<body>", StringComparison.Ordinal) + "<body>".Length)..html.LastIndexOf("</body>", StringComparison.Ordinal)];

    /// <summary>The page with the few lines of script that put every later state of it in its place.</summary>
    private string LivePage(string html) =>
        $$"""
        {{html[..html.IndexOf("<body>", StringComparison.Ordinal)]}}<body>
        <div id="live">{{Body(html)}}</div>
        <p id="note">Live: this page follows the training.</p>
        <script nonce="{{_nonce}}">
        {
          const live = document.getElementById("live"), note = document.getElementById("note"), changes = new EventSource("events");
          const say = text => { if (note.textContent !== text) note.textContent = text; };
          changes.onmessage = change => { live.innerHTML = change.data; say("Live: this page follows the training."); };
          changes.addEventListener("end", () => { changes.close(); say("The training is over; this is its last state."); });
          changes.onerror = () => say("The training does not answer; this is the last that it showed.");
        }
        </script>
        </body>
        </html>

        """;

    /// <summary>Lets the readers have the last state, waits a moment for them, and ends.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _listener.Dispose();
        try
        {
            Task.WaitAll([.. _connections.Keys], Grace);
        }
        catch (AggregateException)
        {
        }
        _over.Cancel();
    }
}
