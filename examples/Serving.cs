#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false
// Four threads predict while a fifth trains a model of its own and replaces theirs: docs/threads.md.
using Autograd;
using static Autograd.Tensor;

var path = Path.Combine(Path.GetTempPath(), $"serving-{Environment.ProcessId}.safetensors");
var (x, y) = Datasets.Digits();
var training = new Sequential([new Dense(25, "relu", inputShape: [400]), new Dense(10)]);
training.Compile("adam", new SparseCategoricalCrossentropy(fromLogits: true));
training.Save(path);

var server = new Server(path);
using var end = new CancellationTokenSource();
var asked = new int[4];
Thread[] clients = [.. asked.Select((count, i) => new Thread(() =>
{
    for (var row = i; !end.IsCancellationRequested; row = (row + 4) % 5000)
    {
        _ = server.Predict(x[row..(row + 1)]).ArgMax(axis: 1).Item();
        asked[i]++;
    }
}))];
Array.ForEach(clients, client => client.Start());

for (var epoch = 1; epoch <= 5; epoch++)
{
    training.Fit(x, y, verbose: 0);
    training.Save(path);
    server.Replace();
    Console.WriteLine($"epoch {epoch}: the server answers {Equal(server.Predict(x).ArgMax(axis: 1), y).Mean().Item():P1} right");
}
end.Cancel();
Array.ForEach(clients, client => client.Join());
Console.WriteLine($"{asked.Sum()} questions answered meanwhile");
File.Delete(path);

class Server(string path)
{
    private Model _model = Fresh(path);

    // From any thread, any number at a time.
    public Tensor Predict(Tensor x) => Volatile.Read(ref _model).Predict(x);

    // When the file has changed. Saving is all or nothing, so a file is never half of one.
    public void Replace() => Volatile.Write(ref _model, Fresh(path));

    private static Model Fresh(string path)
    {
        var model = Model.Load(path);
        model.Predict(Zeros([1, 400])); // whatever is made at the first call is made before others call
        return model;
    }
}
