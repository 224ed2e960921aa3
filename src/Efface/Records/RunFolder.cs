using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Efface.Auditing;
using Efface.Data.Files;
using Efface.Data.Sheets;
using Efface.Training;
using nietras.SeparatedValues;

namespace Efface.Records;

/// <summary>A run's folder: the contract with other programs. Every file is written to a temporary name and renamed.</summary>
public sealed class RunFolder
{
    private const string RunFile = "run.json",
        MetricsFile = "metrics.jsonl",
        AuditFile = "audit.json",
        CertificateFile = "certificate.json",
        SkippedFile = "skipped.csv",
        PicturesFolder = "pictures";

    /// <summary>Efface's JSON format: camelCase, indented, NaN as a string.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            WriteIndented = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };

    private static readonly JsonSerializerOptions Line = new(Json) { WriteIndented = false };

    private RunFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Creates a new folder.</summary>
    /// <param name="path">Where; leftovers of a run that was killed before it started do not count.</param>
    /// <exception cref="InvalidInputException">It exists and is not empty, or cannot be created.</exception>
    public static RunFolder Create(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InvalidInputException("`path`", "names no folder", "Name a new folder, or leave the flag out");
        if (
            File.Exists(path)
            || Directory.Exists(path)
                && Directory.EnumerateFileSystemEntries(path).Any(entry => !entry.EndsWith(WholeFile.Partial, StringComparison.Ordinal))
        )
            throw new InvalidInputException($"`path` {path}", "already in use", "Name a new folder, or remove this one");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"`path` {path}", $"cannot be made ({fault.Message})", "Name a folder that you may write");
        }
        return new RunFolder(path);
    }

    /// <summary>Whether it holds a run, finished or not.</summary>
    public static bool Holds(string path) => File.Exists(System.IO.Path.Combine(path, RunFile));

    /// <summary>Opens the folder of a run.</summary>
    /// <exception cref="InvalidInputException">It has no run.json.</exception>
    public static RunFolder Open(string path) =>
        Holds(path)
            ? new RunFolder(path)
            : throw new InvalidInputException(
                path,
                Directory.Exists(path) ? "holds no run.json" : "no such folder",
                "Give the `path` folder of efface train or efface unlearn"
            );

    /// <summary>Reads a folder's certificate.json, which needs no run.</summary>
    /// <exception cref="InvalidInputException">There is none, or it cannot be read.</exception>
    public static CertificationRecord ReadCertification(string path) =>
        new RunFolder(path).Certification
        ?? throw new InvalidInputException(
            path,
            Directory.Exists(path) ? "holds no certificate.json" : "no such folder",
            "Give the folder that efface certify wrote into"
        );

    /// <summary>Removes the folder and its contents: a run that could not be written leaves nothing behind.</summary>
    public void Discard() => Directory.Delete(Path, recursive: true);

    /// <summary>Copies the results of training into another folder: run.json last, so that a partial copy is no run.</summary>
    /// <param name="path">The other folder; files of a partial copy are overwritten.</param>
    /// <param name="split">The copy's last stage of the extractor; null leaves it unchanged.</param>
    public void CopyTrained(string path, string? split = null)
    {
        Directory.CreateDirectory(path);
        foreach (var file in Directory.EnumerateFiles(Path).Where(file => System.IO.Path.GetFileName(file) is not (AuditFile or RunFile)))
            WholeFile.Write(System.IO.Path.Combine(path, System.IO.Path.GetFileName(file)), partial =>
                File.Copy(file, partial, overwrite: true)
            );
        if (split is not null)
            TrainedModel.CutAt(path, split);
        var run = Run;
        new RunFolder(path).Run = split is null
            ? run
            : run with
            {
                Config = run.Config with { Model = run.Config.Model with { Split = split } },
            };
        // Later steps are timed from here.
        File.SetLastWriteTimeUtc(System.IO.Path.Combine(path, RunFile), DateTime.UtcNow);
    }

    /// <summary>run.json.</summary>
    public RunRecord Run
    {
        get => Read<RunRecord>(RunFile);
        set => Write(RunFile, JsonSerializer.Serialize(value, Json));
    }

    /// <summary>
    /// From the end of training to the end of the audit, by the times of their files: the duration of the audit if it followed at once;
    /// null before it.
    /// </summary>
    public TimeSpan? AuditTook =>
        File.Exists(At(AuditFile)) && File.GetLastWriteTimeUtc(At(AuditFile)) - File.GetLastWriteTimeUtc(At(RunFile)) is { Ticks: > 0 } took
            ? took
            : null;

    /// <summary>audit.json; null before the first audit.</summary>
    public AuditResult? Audit
    {
        get => File.Exists(At(AuditFile)) ? Read<AuditResult>(AuditFile) : null;
        set => Write(AuditFile, JsonSerializer.Serialize(value, Json));
    }

    /// <summary>certificate.json; null if nothing was certified.</summary>
    public CertificationRecord? Certification
    {
        get => File.Exists(At(CertificateFile)) ? Read<CertificationRecord>(CertificateFile) : null;
        set => Write(CertificateFile, JsonSerializer.Serialize(value, Json));
    }

    /// <summary>metrics.jsonl.</summary>
    public IReadOnlyList<EpochMetrics> Metrics =>
        File.Exists(At(MetricsFile))
            ? Attempt(MetricsFile, () =>
                File.ReadLines(At(MetricsFile)).Select(line => JsonSerializer.Deserialize<EpochMetrics>(line, Json)!).ToArray()
            )
            : [];

    /// <summary>The configuration in a run.json, to repeat that run.</summary>
    /// <exception cref="InvalidInputException">There is no such file, or it is not a run.json.</exception>
    public static RunConfig ReadConfig(string file)
    {
        if (!File.Exists(file))
            throw new InvalidInputException($"`file` {file}", "no such file", "Give the run.json of a run folder");
        return new RunFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!)
            .Read<RunRecord>(System.IO.Path.GetFileName(file))
            .Config;
    }

    /// <summary>
    /// Keeps only earlier epochs in metrics.jsonl and the event file: a run that is resumed may have written later ones, the last perhaps
    /// partially.
    /// </summary>
    public void KeepMetricsBefore(int epoch)
    {
        EventFile.KeepBefore(At(EventFile.Name), epoch);
        if (!File.Exists(At(MetricsFile)))
            return;
        var kept = File.ReadLines(At(MetricsFile)).Take(epoch - 1).ToArray();
        Write(MetricsFile, string.Concat(kept.Select(line => line + "\n")));
    }

    /// <summary>Adds an epoch to metrics.jsonl, and to the event file that TensorBoard shows.</summary>
    public void Append(EpochMetrics metrics)
    {
        File.AppendAllText(At(MetricsFile), JsonSerializer.Serialize(metrics, Line) + "\n");
        EventFile.Append(At(EventFile.Name), metrics);
    }

    /// <summary>Adds a picture (PNG) of validation images above their reconstructions to the event file.</summary>
    internal void AppendReconstructions(int epoch, byte[] png, int height, int width) =>
        EventFile.AppendReconstructions(At(EventFile.Name), epoch, png, height, width);

    /// <summary>Writes skipped.csv, the rows that could not be used; no file if there are none.</summary>
    public void WriteSkipped(IReadOnlyList<RowFault> rows)
    {
        if (rows.Count == 0)
            return;
        using var writer = Sep.New(',').Writer(options => options with { Escape = true }).ToText();
        foreach (var fault in rows)
        {
            using var line = writer.NewRow();
            line["file"].Set(fault.File);
            line["row"].Set(fault.Line?.ToString(CultureInfo.InvariantCulture) ?? "");
            line["column"].Set(fault.Column ?? "");
            line["value"].Set(fault.Value ?? "");
            line["fault"].Set(fault.Fault);
            line["remedy"].Set(fault.Remedy);
        }
        Write(SkippedFile, writer.ToString());
    }

    /// <summary>Writes a picture (PNG) of the audit.</summary>
    public void WritePicture(string name, byte[] png)
    {
        Directory.CreateDirectory(At(PicturesFolder));
        WholeFile.Write(At(System.IO.Path.Combine(PicturesFolder, name)), partial => File.WriteAllBytes(partial, png));
    }

    /// <summary>A picture of the audit as PNG; null if there is none.</summary>
    public byte[]? Picture(string name)
    {
        var path = At(System.IO.Path.Combine(PicturesFolder, name));
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>Writes a text file, whole or not at all.</summary>
    public void Write(string name, string text) => WholeFile.Write(At(name), partial => File.WriteAllText(partial, text));

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private T Read<T>(string name) =>
        Attempt(name, () => JsonSerializer.Deserialize<T>(File.ReadAllText(At(name)), Json) ?? throw new JsonException("it is empty"));

    private T Attempt<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            throw new InvalidInputException(At(name), $"cannot be read ({fault.Message.Split('\n')[0]})", "Repeat the run that wrote it");
        }
    }
}
