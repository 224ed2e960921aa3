using System.Globalization;
using Efface.Auditing;
using Efface.Data.Files;
using Efface.Erasing;
using Efface.Interchange;
using Efface.Records;
using Efface.Training;

namespace Efface.Runs.Exports;

/// <summary>Exports a run as an ONNX file, which is compared and audited before it is there.</summary>
public static class ExportRun
{
    // What needs the network itself, or says nothing about a verdict.
    private static readonly string[] OfModels = [AuditPart.Collateral, AuditPart.Reconstruction, AuditPart.Attention];

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="options">What, and where to.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Ends it early; there is no file then.</param>
    /// <exception cref="InvalidInputException">Every problem found; there is no file then.</exception>
    public static ExportRecord Run(ExportOptions options, IErasingObserver? observer = null, CancellationToken cancel = default)
    {
        if (Check(options).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        using var exported = Open(options, observer, cancel);
        var draft = exported.Write();
        Tell(draft, exported.Folder);
        observer?.OnNote("comparing what ONNX Runtime gives with what this program gives");
        var compared = exported.Compare(draft, cancel);
        if (compared.Problem(options.Output) is { } problem)
            throw new InvalidInputException([problem]);
        var verdict = options.WithoutAudit ? null : Audit(exported, draft, observer, cancel);
        WholeFile.Write(options.Output, partial => File.WriteAllBytes(partial, draft.ToBytes()));
        return new ExportRecord(options.Output, new FileInfo(options.Output).Length, compared.Count, compared.LargestDifference, verdict);
    }

    private static IEnumerable<Problem> Check(ExportOptions options)
    {
        if (options.Run.Length == 0)
            yield return new Problem("`ExportOptions.Run`", "missing", "Name the run folder to export");
        if (options.Output.Length == 0)
            yield return new Problem("`ExportOptions.Output`", "missing", "Name the new file, such as model.onnx");
        else if (!options.Output.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            yield return new Problem(
                $"`ExportOptions.Output` {options.Output}",
                "is no name of an ONNX file",
                "Give one that ends in .onnx"
            );
        else if (File.Exists(options.Output))
            yield return new Problem($"`ExportOptions.Output` {options.Output}", "exists", "Give a new name, or remove the file");
        else if (Path.GetDirectoryName(Path.GetFullPath(options.Output)) is { } folder && !Directory.Exists(folder))
            yield return new Problem($"`ExportOptions.Output` {options.Output}", $"lies in no folder: {folder}", "Make the folder first");
        if (options.Part == ExportPart.Classifier && options.Input is not null)
            yield return new Problem("`ExportOptions.Input`", "says nothing about a classifier", "Leave it out");
    }

    private static Exported Open(ExportOptions options, IErasingObserver? observer, CancellationToken cancel)
    {
        var folder = RunFolder.Open(options.Run);
        if (Eraser.IsIn(options.Run))
        {
            if (options.Part is not null || options.Input is not null)
                throw new InvalidInputException(
                    options.Part is null ? "`ExportOptions.Input`" : "`ExportOptions.Part`",
                    "is for networks of Efface's own, and the run holds an eraser",
                    "Leave it out"
                );
            return ExportedEraser.Open(folder, options, observer, cancel);
        }
        if (!TrainedModel.IsIn(options.Run))
            throw new InvalidInputException(
                $"`ExportOptions.Run` {options.Run}",
                "holds no model and no eraser",
                "Give the folder of a finished run of efface train or efface unlearn"
            );
        if (options.HasTaskHead)
            throw new InvalidInputException(
                "`ExportOptions.HasTaskHead`",
                "is for erasers: a network has a head of its own",
                "Leave it out"
            );
        return ExportedNetwork.Open(folder, options, observer, cancel);
    }

    private static Verdict? Audit(Exported exported, OnnxDraft draft, IErasingObserver? observer, CancellationToken cancel)
    {
        if (exported.Folder.Audit is not { } audit)
        {
            observer?.OnNote("the run was not audited: no verdict goes with the file");
            return null;
        }
        observer?.OnNote("audit of what ONNX Runtime gives");
        using var subject = exported.Subject(draft, audit.Settings, cancel);
        var auditor = new Auditor(audit.Settings with { Parts = [.. audit.Settings.Parts.Except(OfModels)] }, progress =>
            observer?.OnAudit(progress)
        );
        var again = auditor.Audit(subject, [.. audit.Sought], cancel: cancel);
        Problem[] others =
        [
            .. from now in again.Representations
            where now.Released
            let then = audit.Representations.FirstOrDefault(place => place.Name == now.Name && place.Attribute == now.Attribute)
            where then is not null && then.Verdict != now.Verdict
            select new Problem(
                $"{now.Attribute} at {now.Name}",
                $"is {now.Verdict} in what ONNX Runtime gives, and {then.Verdict} in the run",
                "Nothing was written; audit the run again, or export it with `ExportOptions.WithoutAudit` and audit the file"
            ),
        ];
        return others.Length > 0 ? throw new InvalidInputException(others) : again.Verdict;
    }

    // What whoever gets the file should know.
    private static void Tell(OnnxDraft draft, RunFolder folder)
    {
        var (run, audit) = (folder.Run, folder.Audit);
        draft.Tell("efface.version", run.Environment.Efface);
        draft.Tell("efface.recipe", run.Command == "unlearn" ? run.Config.Recipe.Name : "none");
        draft.Tell("efface.forgotten", run.Command == "unlearn" ? string.Join(',', run.Config.Recipe.Forget) : "");
        draft.Tell("efface.data", $"{run.Data.Name}, fingerprint {run.Data.Fingerprint}");
        draft.Tell("efface.verdict", audit?.Verdict.ToString() ?? "not audited");
        if (audit is not null)
            draft.Tell(
                "efface.leaks",
                string.Join(
                    "; ",
                    audit
                        .Representations.Where(place => place.Released)
                        .Select(place =>
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{place.Attribute} at {place.Name}: {100 * place.Leak.GivenTask.Value:F1} points, {place.Verdict}"
                            )
                        )
                )
            );
    }
}
