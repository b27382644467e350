using Autograd.Soak;

// dotnet run -c Release --project bench/Autograd.Soak -- [minutes]: see bench/README.md.
if (args is ["work", var folder])
{
    return Work.Forever(folder);
}
var minutes = args.Length > 0 ? double.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
return Soak.Run(TimeSpan.FromMinutes(minutes));
