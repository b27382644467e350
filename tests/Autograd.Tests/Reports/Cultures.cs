using System.Globalization;

namespace Autograd.Tests.Reports;

/// <summary>Cultures that write numbers or letters unlike the invariant one.</summary>
internal static class Cultures
{
    internal static readonly string[] Names = ["tr-TR", "de-DE", "ar-SA"];

    internal static IDisposable Enter(string name)
    {
        var scope = new Scope(CultureInfo.CurrentCulture);
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
        return scope;
    }

    private sealed class Scope(CultureInfo before) : IDisposable
    {
        public void Dispose() => CultureInfo.CurrentCulture = before;
    }
}
