using Autograd.Tests.Files;
using Autograd.Tests.Tape;
using static Autograd.Tensor;

namespace Autograd.Tests.Models;

/// <summary>Training that goes on where it was interrupted: alone, since other tests' draws would move the stream that all threads share.</summary>
[Collection(Alone.Name)]
public class BackupTests
{
    // Layers and losses that are functions, and weights that come into being with the first batch: none of that is in the backup.
    private static (Model Model, History History) Trained(long seed, int epochs, params Callback[] callbacks)
    {
        SetSeed(seed);
        var x = RandomNormal([20, 3], seed: 1);
        var model = new Sequential([new Dense(4, "tanh"), new Lambda(x => x * 2), new Dropout(0.3, seed: 2), new Dropout(0.2), new Dense(1)]);
        model.Compile(new Adam(0.01), TrainingTests.s_squares);
        return (model, model.Fit(x, x.Sum(1, keepDims: true), batchSize: 6, epochs: epochs, verbose: 0, callbacks: callbacks));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Training_that_was_interrupted_goes_on_where_it_was(int interruptedEpoch)
    {
        using var folder = new Folder();
        var (whole, history) = Trained(1, 5, new ReduceRate());
        var interruption = new LambdaCallback(onEpochBegin: epoch =>
        {
            if (epoch == interruptedEpoch)
            {
                throw new InvalidOperationException();
            }
        });
        Assert.Throws<InvalidOperationException>(() => Trained(1, 5, new ReduceRate(), new BackupAndRestore(folder["backup"], deleteCheckpoint: false), interruption));
        // Another run of the program, with other random numbers.
        var (resumed, rest) = Trained(interruptedEpoch == 0 ? 1 : 77, 5, new ReduceRate(), new BackupAndRestore(folder["backup"], deleteCheckpoint: false));
        Assert.Equal(Enumerable.Range(interruptedEpoch, 5 - interruptedEpoch), rest.Epochs);
        Assert.Equal(history["loss"].Skip(interruptedEpoch), rest["loss"]);
        Assert.Equal(whole.Weights.SelectMany(weight => weight.ToArray<float>()), resumed.Weights.SelectMany(weight => weight.ToArray<float>()));
        // All done: nothing is left to do, and then nothing is left of it.
        Assert.Empty(Trained(5, 5, new BackupAndRestore(folder["backup"])).History.Epochs);
        Assert.Empty(Directory.GetFiles(folder["backup"]));
    }

    private sealed class ReduceRate : Callback
    {
        public override void OnEpochEnd(int epoch, Logs logs) => Model.Optimizer.LearningRate = Model.Optimizer.LearningRate.At(0) / 2;
    }

    [Theory]
    [InlineData("another model", "dense/kernel has shape [3,4]")]
    [InlineData("another optimizer", "state is that of another optimizer")]
    [InlineData("no backup", "is no backup of this training")]
    [InlineData("broken", "header")]
    public void A_backup_of_other_training_is_refused_and_changes_nothing(string what, string word)
    {
        using var folder = new Folder();
        Trained(1, 1, new BackupAndRestore(folder["b"], deleteCheckpoint: false));
        var file = folder["b/backup.safetensors"];
        var model = new Sequential([new Dense(what == "another model" ? 5 : 4, "tanh", inputShape: [3]), .. what == "another model" ? (Layer[])[] : [new Dense(1)]]);
        model.Compile(what == "another optimizer" ? new Adagrad() : new Adam(), "mse");
        switch (what)
        {
            case "no backup": model.Save(file); break;
            case "broken": File.WriteAllText(file, "rubbish"); break;
            default: break;
        }
        var before = model.Weights.Select(weight => weight.ToString()).ToArray();
        var error = Assert.Throws<FileException>(() => model.Fit(Ones(4, 3), Ones(4, 1), verbose: 0, callbacks: [new BackupAndRestore(folder["b"])]));
        Assert.Contains("backup.safetensors", error.Message);
        Assert.Equal(before, model.Weights.Select(weight => weight.ToString()));
        Assert.Contains(word, error.Message);
    }
}
