using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Autograd.Reports;

namespace Autograd;

/// <summary>
/// Shows a training in the browser while it runs: prints an address of this machine, where any number of browsers see the curves grow. The page ends with the training and keeps what it showed
/// last; to keep it in a file use <see cref="TrainingReport"/>.
/// <code>
/// model.Fit(x, y, epochs: 100, callbacks: [new LiveReport()]);       // Live report: http://127.0.0.1:41873/
/// </code>
/// Nothing outside this machine can reach the page unless another address is given. What goes wrong with it never ends a training: at worst there is no page.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Close, which every training ends with, disposes of the server.")]
public sealed class LiveReport : Callback
{
    private const double SecondsBetweenLooks = 1;

    private readonly TrainingCurves _curves;
    private readonly TextWriter? _output;
    private readonly IPAddress _address;
    private int _port;
    private PageServer? _server;
    private double _looked;
    private int _epoch;

    /// <param name="title">The heading of the page; the model's name by default.</param>
    /// <param name="port">The port; by default one that is free.</param>
    /// <param name="address">The address to listen at. Any other than that of the loopback lets others on the network see the page.</param>
    /// <param name="monitor">The measure that tells the best epoch; by default <c>val_loss</c>, or <c>loss</c> without validation.</param>
    /// <param name="output">Where the address of the page is printed; the console by default.</param>
    /// <exception cref="ValueException">The address is no IP address, or the port none of 0 to 65535.</exception>
    public LiveReport(string? title = null, int port = 0, string address = "127.0.0.1", string? monitor = null, TextWriter? output = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        _address = IPAddress.TryParse(address, out var parsed)
            ? parsed
            : throw new ValueException($"LiveReport: the address is '{address}'; it must be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.");
        _port = port is >= 0 and <= 65535 ? port : throw new ValueException($"LiveReport: the port is {port}; it must be one of 1 to 65535, or 0 for any that is free.");
        (_curves, _output) = (new TrainingCurves(title, monitor), output);
    }

    /// <summary>Where the page is, while a training runs; null before and afterwards, and where it could not be shown.</summary>
    public Uri? Address => _server?.Address;

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        Close();
        _curves.Begin(Model, Run);
        _looked = 0;
        try
        {
            _server = new PageServer(_address, _port, () => _curves.Version, () => _curves.Page().ToHtml());
            _port = _server.Address.Port; // a page that stayed open finds the next training
            (_output ?? Console.Out).WriteLine($"Live report: {_server.Address}");
        }
        catch (Exception error) when (error is SocketException or PlatformNotSupportedException)
        {
            Console.Error.WriteLine($"LiveReport: cannot listen at {new IPEndPoint(_address, _port)}, so there is no page: {error.Message}");
        }
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    public override void OnBatchBegin(int step)
    {
        // Measures are only computed when somebody may want to see them.
        if (_server is not null && _curves.Seconds - _looked > SecondsBetweenLooks)
        {
            _looked = _curves.Seconds;
            _curves.Look(_epoch, step, Model.Measured());
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        _looked = _curves.Seconds;
        _curves.Add(Model, epoch, logs);
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        _curves.End(Run.IsInterrupted ? "Stopped after" : "Trained for");
        Close();
    }

    /// <inheritdoc/>
    protected internal override void Close()
    {
        if (_server is null)
        {
            return;
        }
        if (!_curves.HasEnded)
        {
            _curves.End("Stopped after");
        }
        _server.Dispose();
        _server = null;
    }
}
