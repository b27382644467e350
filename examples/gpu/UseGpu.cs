using System.Runtime.CompilerServices;
using Autograd;

// Compiled into an example by -p:Gpu=true, so that it runs on a GPU as it stands. A program of yours has this one line at its start.
internal static class UseGpu
{
    [ModuleInitializer]
    internal static void Use()
    {
        Device.Default = Device.Gpu();
        Console.WriteLine($"Running on {Device.Default.Description}.");
    }
}
