using Efface.Auditing;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Vectors;
using Efface.Interchange;
using Efface.Records;

namespace Efface.Runs;

/// <summary>The vectors that a user's own model makes of a data set's images, checked.</summary>
/// <param name="Table">With the images' labels, parts and groups.</param>
/// <param name="Report">Rows that were skipped, and other findings.</param>
/// <param name="Extractor">What was found of the model: its hash, its output, its input.</param>
internal sealed record ImageVectors(VectorTable Table, DataReport Report, ExtractorOptions Extractor)
{
    /// <summary>Opens the model, reads the images and runs them; vectors computed earlier come from the cache.</summary>
    /// <param name="config">The data, the attributes and the model.</param>
    /// <param name="settings">How strict an audit would be.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Checked before each batch.</param>
    /// <exception cref="InvalidInputException">Every problem found.</exception>
    public static ImageVectors Read(RunConfig config, AuditSettings settings, IReadingObserver? observer, CancellationToken cancel)
    {
        var (sought, options) = (config.Recipe.Forget, config.Extractor!);
        var problems = AuditChecks.Settings(settings, sought, "a model from elsewhere has no usual one").ToList();
        if (settings.Stages.Count > 0)
            problems.Add(
                new Problem(
                    "`AuditSettings.Stages`",
                    "are of Efface's own networks",
                    "Name one value of the model with `ExtractorOptions.Output`"
                )
            );
        using var extractor = Open(options, config.Data.Size, problems);
        if (extractor is null || problems.Count > 0)
            throw new InvalidInputException(problems);
        var (images, report) = Preflight.Look(
            config with
            {
                Data = config.Data with { Size = extractor.Side },
                Recipe = new RecipeSettings { Forget = sought, Retain = config.Recipe.Retain },
            },
            observer,
            cancel
        );
        using (images)
        {
            var task = images.Columns.FirstOrDefault(column => column.Name == config.Data.Task);
            if (AuditChecks.Columns(images.Columns, task, sought, images.Rows(Part.Test), images.Name).ToArray() is { Length: > 0 } wrong)
                throw new InvalidInputException(wrong);
            var table = ExtractedVectors.Of(images, extractor, config.Data.Reading.CacheRoot, observer, cancel);
            observer?.OnNote(table.Origins[0].ToString());
            return new ImageVectors(
                table,
                report,
                options with
                {
                    Output = extractor.Output,
                    Preprocess = options.Preprocess ?? extractor.Preprocess,
                    ExtractorHash = extractor.File.Hash,
                }
            );
        }
    }

    private static OnnxExtractor? Open(ExtractorOptions options, int? side, List<Problem> problems)
    {
        try
        {
            return OnnxExtractor.Open(options, side);
        }
        catch (InvalidInputException invalid)
        {
            problems.AddRange(invalid.Problems);
            return null;
        }
    }
}
