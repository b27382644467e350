using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Makes training that was interrupted go on: the same program, run again, resumes after the last finished epoch, and ends with the same bits as if nothing had happened (where data are shuffled by
/// <c>Fit</c> or by a data set with a seed). Kept after each epoch are weights, the optimizer's state, the random numbers' state and the epoch; the architecture is the program's.
/// What other callbacks remember is not kept.
/// </summary>
public sealed class BackupAndRestore : Callback
{
    /// <summary>A backup in a folder.</summary>
    /// <param name="backupDir">The folder, of this training alone; made if it is missing.</param>
    /// <param name="deleteCheckpoint">Whether the backup is deleted when training has come to its end.</param>
    public BackupAndRestore(string backupDir, bool deleteCheckpoint = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(backupDir);
        (BackupDir, DeleteCheckpoint) = (backupDir, deleteCheckpoint);
    }

    /// <summary>The folder.</summary>
    public string BackupDir { get; }

    /// <summary>Whether the backup is deleted when training has come to its end.</summary>
    public bool DeleteCheckpoint { get; }

    /// <inheritdoc/>
    public override bool WatchesBatches => false;

    private string File => Path.Combine(BackupDir, "backup.safetensors");

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        try
        {
            Directory.CreateDirectory(BackupDir);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileException($"Cannot keep a backup in '{BackupDir}': {error.Message}", error);
        }
        if (System.IO.File.Exists(File))
        {
            Run.NextEpoch = Backup.Restore(Model, File) + 1;
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => Backup.Save(Model, File, epoch);

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (DeleteCheckpoint)
        {
            System.IO.File.Delete(File);
        }
    }
}
