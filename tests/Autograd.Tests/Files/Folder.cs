namespace Autograd.Tests.Files;

/// <summary>A new folder that goes away with the test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("autograd-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public IEnumerable<string> Names => Directory.GetFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)!).Order();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
