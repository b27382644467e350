// Saves a model over and over until it is killed: see InterruptedSavingTests. All values of a file are equal, so that a mixture of two would show.
using Autograd;

var model = new Sequential([new Dense(300, inputShape: [300])]);
for (var value = 1; ; value++)
{
    foreach (var weight in model.Weights)
    {
        weight.Assign((float)value);
    }
    model.Save(args[0]);
    if (value == 1)
    {
        Console.WriteLine("saving");
    }
}
