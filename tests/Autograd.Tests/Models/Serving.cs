using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>The server of docs/threads.md: threads predict while another trains a model of its own and replaces theirs.</summary>
public class Serving
{
    private sealed class Server(string path)
    {
        private Model _model = Fresh(path);

        public Tensor Predict(Tensor x) => Volatile.Read(ref _model).Predict(x);

        public void Replace() => Volatile.Write(ref _model, Fresh(path));

        private static Model Fresh(string path)
        {
            var model = Model.Load(path);
            model.Predict(Zeros([1, 8]));
            return model;
        }
    }

    [Fact]
    public void Every_prediction_is_that_of_one_whole_model()
    {
        var path = Path.Combine(Path.GetTempPath(), $"serving-{Guid.NewGuid():N}.safetensors");
        try
        {
            var (x, y) = (RandomNormal([64, 8], seed: 1), RandomNormal([64, 1], seed: 2));
            var training = new Sequential([new Dense(16, "relu", inputShape: [8]), new BatchNormalization(), new Dropout(0.5), new Dense(1)]);
            training.Compile("adam", "mse");
            training.Save(path);
            var server = new Server(path);
            List<float[]> versions = [training.Predict(x).ToArray<float>()];
            var seen = new List<float[]>();
            var done = false;
            Exception? error = null;
            Thread[] clients = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() => error ??= Record.Exception(() =>
            {
                while (!Volatile.Read(ref done))
                {
                    var answer = server.Predict(x).ToArray<float>();
                    lock (seen)
                    {
                        seen.Add(answer);
                    }
                }
            })))];
            Array.ForEach(clients, client => client.Start());
            for (var round = 0; round < 10; round++)
            {
                training.Fit(x, y, verbose: 0);
                training.Save(path);
                versions.Add(training.Predict(x).ToArray<float>());
                server.Replace();
                Assert.Equal(versions[^1], server.Predict(x).ToArray<float>());
            }
            Volatile.Write(ref done, true);
            Array.ForEach(clients, client => client.Join());
            Assert.Null(error);
            Assert.NotEmpty(seen);
            Assert.All(seen, answer => Assert.Contains(versions, version => version.AsSpan().SequenceEqual(answer)));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
