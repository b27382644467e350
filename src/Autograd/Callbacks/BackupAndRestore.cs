using Autograd.Serialization;

namespace Autograd;

/// <summary>
/// Makes training that was interrupted go on: the same program, run again, resumes after the last finished epoch. Kept after each epoch are weights, the optimizer's state and rate, the random numbers'
/// state and the epoch; the architecture is the program's. From there every step has the same bits as without the interruption, where data are shuffled by <c>Fit</c> or by a data set with a seed.
/// What other callbacks remember is not kept: the best value and the epochs waited of <see cref="EarlyStopping"/> and <see cref="ReduceLROnPlateau"/>, and the best of <see cref="ModelCheckpoint"/>, begin
/// anew, so that these may act at other epochs than without the interruption.
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
        if (DeleteCheckpoint && !Run.IsInterrupted)
        {
            System.IO.File.Delete(File);
        }
    }
}
