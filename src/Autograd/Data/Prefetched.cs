using System.Collections;
using System.Runtime.ExceptionServices;

namespace Autograd.Data;

internal sealed class Prefetched<T>(Dataset<T> source, int size) : Dataset<T>
{
    internal override long? Extent => source.Extent;

    internal override bool DrawsSeed => true;

    internal override IEnumerator<T> Start(PassKey pass) => new Reader(new Line(source.Start(pass.Branch(0)), size, pass.Branch(1).Key));

    // The thread knows only the line, so that a reader nobody holds any more is collected, and ends it.
    private sealed class Reader(Line line) : IEnumerator<T>
    {
        private T _current = default!;

        public T Current => _current;

        object? IEnumerator.Current => _current;

        public bool MoveNext() => line.TryTake(out _current);

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
            _current = default!;
            line.Stop();
            line.WaitForThread();
            GC.SuppressFinalize(this);
        }

        ~Reader() => line.Stop();
    }

    /// <summary>Items between the thread that makes them and the one that takes them.</summary>
    private sealed class Line(IEnumerator<T> items, int size, ulong seed)
    {
        private readonly object _gate = new();
        private readonly Queue<T> _ready = new();
        private Thread? _thread;
        private bool _hasEnded;
        private bool _isStopped;
        private ExceptionDispatchInfo? _error;

        public bool TryTake(out T item)
        {
            lock (_gate)
            {
                if (_thread is null && !_isStopped)
                {
                    _thread = new Thread(Make) { IsBackground = true, Name = "Autograd prefetch" };
                    _thread.Start();
                }
                while (_ready.Count == 0 && !_hasEnded && !_isStopped)
                {
                    Monitor.Wait(_gate);
                }
                if (!_isStopped && _ready.TryDequeue(out item!))
                {
                    Monitor.PulseAll(_gate);
                    return true;
                }
                item = default!;
                var error = _isStopped ? null : _error;
                _error = null;
                error?.Throw();
                return false;
            }
        }

        private void Make()
        {
            ExceptionDispatchInfo? error = null;
            try
            {
                Tensor.DrawFrom(seed);
                using (items)
                {
                    while (WaitForRoom() && items.MoveNext())
                    {
                        lock (_gate)
                        {
                            _ready.Enqueue(items.Current);
                            Monitor.PulseAll(_gate);
                        }
                    }
                }
            }
            catch (Exception thrown) // whatever it is, it belongs to whoever waits for the item
            {
                error = ExceptionDispatchInfo.Capture(thrown);
            }
            lock (_gate)
            {
                (_hasEnded, _error) = (true, error);
                Monitor.PulseAll(_gate);
            }
        }

        private bool WaitForRoom()
        {
            lock (_gate)
            {
                while (_ready.Count >= size && !_isStopped)
                {
                    Monitor.Wait(_gate);
                }
                return !_isStopped;
            }
        }

        public void Stop()
        {
            lock (_gate)
            {
                _isStopped = true;
                _ready.Clear();
                Monitor.PulseAll(_gate);
            }
        }

        // When Dispose returns, nothing of the user's runs any more.
        public void WaitForThread()
        {
            if (_thread is { } thread && thread != Thread.CurrentThread)
            {
                thread.Join();
            }
        }
    }
}
