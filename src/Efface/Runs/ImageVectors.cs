using Efface.Auditing;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Vectors;
using Efface.Interchange;
using Efface.Records;

namespace Efface.Runs;

/// <summary>The vectors that a user's own model makes of a data set's images, checked.</summary>
/// <param name="Table">With the images' labels, parts and groups.</param>
/// <param name="Images">What they were made of.</param>
/// <param name="Model">What made them.</param>
/// <param name="Report">Rows that were skipped, and other findings.</param>
/// <param name="Options">With what was found of the model: its hash, its output, its input.</param>
internal sealed record ImageVectors(VectorTable Table, ImageTable Images, OnnxExtractor Model, DataReport Report, ExtractorOptions Options)
    : IDisposable
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
        var extractor = Open(options, config.Data.Size, problems);
        try
        {
            return extractor is not null && problems.Count == 0
                ? Read(config, extractor, observer, cancel)
                : throw new InvalidInputException(problems);
        }
        catch
        {
            extractor?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        Images.Dispose();
        Model.Dispose();
    }

    private static ImageVectors Read(RunConfig config, OnnxExtractor extractor, IReadingObserver? observer, CancellationToken cancel)
    {
        var (sought, options) = (config.Recipe.Forget, config.Extractor!);
        var (images, report) = Preflight.Look(
            config with
            {
                Data = config.Data with { Size = extractor.Side },
                Recipe = new RecipeSettings { Forget = sought, Retain = config.Recipe.Retain },
            },
            observer,
            cancel
        );
        try
        {
            var task = images.Columns.FirstOrDefault(column => column.Name == config.Data.Task);
            if (AuditChecks.Columns(images.Columns, task, sought, images.Rows(Part.Test), images.Name).ToArray() is { Length: > 0 } wrong)
                throw new InvalidInputException(wrong);
            var table = ExtractedVectors.Of(images, extractor, config.Data.Reading.CacheRoot, observer, cancel);
            observer?.OnNote(table.Origins[0].ToString());
            return new ImageVectors(
                table,
                images,
                extractor,
                report,
                options with
                {
                    Output = extractor.Output,
                    Preprocess = options.Preprocess ?? extractor.Preprocess,
                    ExtractorHash = extractor.File.Hash,
                }
            );
        }
        catch
        {
            images.Dispose();
            throw;
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
