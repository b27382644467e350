using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Autograd.Tests.Models;

/// <summary>The page that shows a training while it runs, asked for as a browser would.</summary>
public sealed class LiveReportTests : IDisposable
{
    private readonly HttpClient _browser = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose()
    {
        _browser.Dispose();
        _go.Dispose();
    }

    /// <summary>Begins a training of epochs that each wait for leave.</summary>
    private (Task<History> Training, Uri Address) Begin(LiveReport live, int epochs, params Callback[] more)
    {
        var model = new Sequential([new Dense(1, inputShape: [2])], "watched");
        model.Compile(new SGD(0.1), new MeanSquaredError());
        var began = new TaskCompletionSource<Uri?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = new LambdaCallback(onTrainBegin: () => began.SetResult(live.Address), onEpochBegin: _ => _go.Wait(TimeSpan.FromSeconds(60)));
        var training = Task.Run(() => model.Fit(Tensor.Ones(8, 2), Tensor.Ones(8, 1), epochs: epochs, verbose: 0, callbacks: [live, waits, .. more]));
        return (training, began.Task.WaitAsync(TimeSpan.FromSeconds(60)).Result!);
    }

    private static async Task<string> Raw(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            client.Client.Shutdown(SocketShutdown.Send);
            return await new StreamReader(stream).ReadToEndAsync();
        }
        catch (IOException)
        {
            return ""; // it hung up on us
        }
    }

    [Fact]
    public async Task The_page_follows_the_training_and_ends_with_it()
    {
        var printed = new StringWriter();
        var live = new LiveReport("A <title>", output: printed);
        Assert.Null(live.Address);
        var (training, address) = Begin(live, 3);
        Assert.Equal($"Live report: {address}", printed.ToString().Trim());
        Assert.Equal("127.0.0.1", address.Host);
        var first = await _browser.GetStringAsync(address);
        Assert.Contains("A &lt;title&gt;", first, StringComparison.Ordinal);
        Assert.Contains("no epoch of 3 is complete yet", first, StringComparison.Ordinal);

        using var changes = new StreamReader(await _browser.GetStreamAsync(new Uri(address, "events")));
        Assert.Contains("no epoch of 3", await Next(changes), StringComparison.Ordinal);
        _go.Release(2);
        while (!(await Next(changes)).Contains("2 of 3 epochs", StringComparison.Ordinal))
        {
        }
        var later = await _browser.GetStringAsync(address); // a reload
        Assert.Contains("2 of 3 epochs", later, StringComparison.Ordinal);
        Assert.Contains("<svg", later, StringComparison.Ordinal);
        _go.Release();
        await training;
        Assert.Null(live.Address);
        var rest = await changes.ReadToEndAsync();
        Assert.Contains("Trained for 3 of 3 epochs", rest, StringComparison.Ordinal);
        Assert.EndsWith("event: end\ndata: \n\n", rest, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => _browser.GetStringAsync(address));

        static async Task<string> Next(StreamReader changes)
        {
            var lines = new StringBuilder();
            while (await changes.ReadLineAsync() is { } line)
            {
                if (line.Length == 0 && lines.ToString().Contains("data:", StringComparison.Ordinal))
                {
                    return lines.ToString();
                }
                lines.AppendLine(line);
            }
            throw new EndOfStreamException();
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /?again HTTP/1.1\r\nHost: localhost:80\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "HTTP/1.1 204")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405")]
    [InlineData("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 403")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 403")]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", "")]
    [InlineData("GET /\r\n\r\n", "")]
    [InlineData("GET  HTTP/1.1\r\n\r\n", "")]
    [InlineData("GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", "")]
    [InlineData("\0\x16\x03\x01\x02", "")]
    [InlineData("\r\n\r\n", "")]
    [InlineData("", "")]
    public async Task Requests_get_what_they_may_have(string request, string expected)
    {
        var (training, address) = Begin(new LiveReport(output: TextWriter.Null), 1);
        var answer = await Raw(address, request);
        Assert.StartsWith(expected, answer, StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, answer.Length == 0);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.Contains("watched", await _browser.GetStringAsync(address), StringComparison.Ordinal);
        _go.Release();
        Assert.Single((await training).Epochs);
    }

    [Fact]
    public async Task Long_requests_silent_visitors_and_many_readers_do_not_matter()
    {
        var (training, address) = Begin(new LiveReport(output: TextWriter.Null), 1);
        Assert.Equal("", await Raw(address, "GET / HTTP/1.1\r\nX: " + new string('x', 100_000) + "\r\n\r\n"));
        var silent = Enumerable.Range(0, 20).Select(_ => new TcpClient("127.0.0.1", address.Port)).ToList();
        var readers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _browser.GetStreamAsync(new Uri(address, "events"))));
        Assert.Contains("watched", await _browser.GetStringAsync(address), StringComparison.Ordinal);
        _go.Release();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await training.WaitAsync(TimeSpan.FromSeconds(30)); // readers who do not read cannot hold it up
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
        silent.ForEach(one => one.Dispose());
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_costs_the_page_and_not_the_training()
    {
        var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var live = new LiveReport(port: ((IPEndPoint)other.LocalEndpoint).Port, output: TextWriter.Null);
        _go.Release();
        var (training, address) = Begin(live, 1);
        Assert.Null(address);
        Assert.Single((await training).Epochs);
        other.Stop();
    }

    [Fact]
    public async Task A_training_that_fails_says_so_and_the_next_has_the_same_address()
    {
        var live = new LiveReport(output: TextWriter.Null);
        var fails = new LambdaCallback(onEpochEnd: (_, _) => throw new InvalidOperationException());
        var (training, address) = Begin(live, 2, fails);
        using var changes = new StreamReader(await _browser.GetStreamAsync(new Uri(address, "events")));
        _go.Release();
        await Assert.ThrowsAsync<InvalidOperationException>(() => training);
        Assert.Contains("Stopped after 1 of 2 epochs", await changes.ReadToEndAsync(), StringComparison.Ordinal);
        var (second, again) = Begin(live, 1);
        Assert.Equal(address, again);
        _go.Release();
        await second;
    }

    [Fact]
    public void An_address_that_is_none_is_refused()
    {
        Assert.Contains("'localhost'", Assert.Throws<ValueException>(() => new LiveReport(address: "localhost")).Message, StringComparison.Ordinal);
        Assert.Contains("70000", Assert.Throws<ValueException>(() => new LiveReport(port: 70000)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new LiveReport(address: null!));
    }
}
