// Saves a model whose values are all equal, so that a mixture of two files would show: see InterruptedSavingTests.
//   Autograd.Saver FILE          over and over, with other values each time, until it is killed
//   Autograd.Saver FILE VALUE    once, and says how it went
using System.Globalization;
using Autograd;

var model = new Sequential([new Dense(300, inputShape: [300])]);
var once = args.Length > 1;
for (var value = once ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1; ; value++)
{
    foreach (var weight in model.Weights)
    {
        weight.Assign((float)value);
    }
    try
    {
        model.Save(args[0]);
    }
    catch (AutogradException error) when (once)
    {
        Console.WriteLine($"{error.GetType().Name}: {error.Message}");
        return;
    }
    if (once || value == 1)
    {
        Console.WriteLine(once ? "saved" : "saving");
    }
    if (once)
    {
        return;
    }
}
