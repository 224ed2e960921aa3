namespace Efface.Auditing;

/// <summary>Checks the split: an image, or a person, on both sides would be recognised instead of read.</summary>
internal static class SplitCheck
{
    /// <summary>Compares training, validation and test.</summary>
    public static SplitControl Of(AuditSubject subject)
    {
        var parts = subject.Parts;
        int? images = null,
            groups = null;
        if (subject.Identities is { } identities)
        {
            var seen = parts.Training.Rows.Select(row => identities[row]).ToHashSet();
            var ofValidation = parts.Validation.Rows.Count(row => seen.Contains(identities[row]));
            seen.UnionWith(parts.Validation.Rows.Select(row => identities[row]));
            images = ofValidation + parts.Test.Rows.Count(row => seen.Contains(identities[row]));
        }
        if (subject.Groups is { } group)
        {
            var sides = new[] { parts.Training, parts.Validation, parts.Test }.Select(part =>
                part.Rows.Select(row => group[row]).Distinct()
            );
            groups = sides.SelectMany(side => side).CountBy(one => one).Count(count => count.Value > 1);
        }
        return new SplitControl(images is null or 0 && groups is null or 0, images, groups);
    }
}
