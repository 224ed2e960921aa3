using Efface.Data.Sheets;

namespace Efface.Data.Vectors;

/// <summary>Vectors in array files: finds the array with the vectors, and the one with the keys.</summary>
internal static class ArrayVectors
{
    /// <summary>Chooses among <paramref name="arrays"/>.</summary>
    /// <exception cref="InvalidInputException">None fits, several do, or there are no such keys.</exception>
    public static VectorFile Open(VectorRequest request, IReadOnlyList<StoredArray> arrays)
    {
        var problems = new List<Problem>();
        var keys = request.Key is { } key ? Keys(request, key, arrays, problems) : null;
        var vectors = Vectors(request, [.. arrays.Where(array => array != keys)], problems);
        if (vectors is not null && keys is not null && keys.Shape[0] != vectors.Shape[0])
            problems.Add(
                new Problem(
                    request.Path,
                    $"has {keys.Shape[0]:N0} keys in {keys.Name} for {vectors.Shape[0]:N0} rows in {vectors.Name}",
                    "Save one key a row"
                )
            );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
        var origin = new VectorOrigin(
            request.File,
            vectors!.Name.Length == 0 ? $"an array of shape ({string.Join(", ", vectors.Shape)})" : $"its array {vectors}",
            vectors.Shape[1..].Aggregate(1L, (product, size) => product * size),
            request.Array is { } asked && vectors.Name == asked ? $"--array {asked}"
                : arrays.Count == 1 ? "the file's only array"
                : "the only array of vectors"
        );
        StoredArray[] beside =
        [
            .. arrays.Where(array => array != vectors && array != keys && array.HasKeys && array.Shape[0] == vectors.Shape[0]),
        ];
        return new VectorFile(
            origin,
            new ArrayLayout(vectors),
            [],
            [.. Notes(request, arrays, vectors)],
            [.. beside.Select(array => array.Name).Where(request.Shared.Contains)],
            [.. beside.Select(array => array.Name)],
            (compared, watch) =>
            {
                var names = keys?.ReadKeys();
                var cells = compared.Select(name => beside.First(array => array.Name == name).ReadKeys()).ToArray();
                var values = vectors.ReadVectors(watch);
                return new RawVectors(
                    vectors.Shape.Length == 3 ? RowTensor.TokensAsMaps(values) : values,
                    names,
                    new SheetDraft((int)vectors.Shape[0], row => (request.File, row)),
                    cells
                );
            }
        );
    }

    private static StoredArray? Keys(VectorRequest request, string key, IReadOnlyList<StoredArray> arrays, List<Problem> problems)
    {
        var found = arrays.FirstOrDefault(array => array.Name == key);
        if (found is { HasKeys: true })
            return found;
        var fault =
            arrays is [{ Name: "" }] ? "has no keys: a .npy is one array"
            : found is null ? $"has no array '{key}' with the keys"
            : $"has no keys in '{key}': they are integers or text of a fixed width, one a row";
        problems.Add(
            new Problem(
                $"`VectorOptions.Key` {key}",
                $"{request.Path} {fault}",
                $"Save them beside the vectors (numpy.savez(path, h=h, {key}={key})), or put the rows in the order of the labels and "
                    + "leave `VectorOptions.Key` out"
            )
        );
        return null;
    }

    private static StoredArray? Vectors(VectorRequest request, StoredArray[] arrays, List<Problem> problems)
    {
        arrays = [.. arrays.Where(array => !request.Taken.Contains(array.Name) || array.Name == request.Array)];
        var candidates = arrays.Where(array => array.HasVectors).ToArray() is { Length: > 0 } several
            ? several
            : [.. arrays.Where(array => array.HasCodes)];
        var named = arrays.FirstOrDefault(array => array.Name.Length > 0 && array.Name == request.Array);
        if (
            named is null
            && arrays.Length == 1
            && (request.Array is null || arrays[0].Name.Length == 0 || request.Property == "`VectorOptions.Before`")
        )
            named = arrays[0];
        var all = string.Join(", ", arrays.Select(array => array.ToString()));
        if (named is null && request.Array is { } wanted && request.Property != "`VectorOptions.Before`")
            problems.Add(
                new Problem(
                    $"`VectorOptions.Array` {wanted}",
                    $"{request.Path} has no such array",
                    arrays.Length == 0 ? "It has none at all: write it again" : $"Its arrays are {all}"
                )
            );
        else if (
            named is null
            && arrays.FirstOrDefault(array => !array.HasVectors && !array.HasCodes && !array.HasKeys && array.Shape is not [] and not [1])
                is { } odd
            && candidates.Length > 0
        )
            problems.Add(
                new Problem(
                    $"{request.Path} array '{odd.Name}'",
                    $"could be the vectors, and cannot be read ({odd.Refusal?.Fault ?? $"shape {string.Join(", ", odd.Shape)}"})",
                    $"Save it as float32 [N, D], or say which array is meant with `VectorOptions.Array` {candidates[0].Name}"
                )
            );
        else if (named is null && candidates.Length != 1)
            problems.Add(
                new Problem(
                    request.Path,
                    candidates.Length == 0
                        ? "has no array of vectors"
                        : $"has several arrays that could be the vectors: {string.Join(", ", candidates.AsEnumerable())}",
                    candidates.Length == 0 ? "Save one of shape [N, D]" : "Choose one with `VectorOptions.Array`"
                )
            );
        else if ((named ?? candidates[0]) is var array && Problem(request, array) is { } problem)
            problems.Add(problem);
        else
            return array;
        return null;
    }

    private static Problem? Problem(VectorRequest request, StoredArray array)
    {
        var subject = array.Name.Length == 0 ? request.Path : $"{request.Path} array '{array.Name}'";
        return array.Refusal is { } refusal ? refusal
            : array.Type!.IsText ? new Problem(subject, "holds text", "Save numbers")
            : !array.HasVectors && !array.HasCodes
                ? new Problem(
                    subject,
                    $"has the shape ({string.Join(", ", array.Shape)})",
                    "Save [N, D] vectors, [N, C, H, W] maps, [N, T, D] tokens, or one integer an image, [N], for codes"
                )
            : array.Shape.Contains(0) ? new Problem(subject, $"is empty ({string.Join(", ", array.Shape)})", "Save one row an image")
            : null;
    }

    private static IEnumerable<string> Notes(VectorRequest request, IReadOnlyList<StoredArray> arrays, StoredArray vectors)
    {
        if (request.Key is null && arrays.FirstOrDefault(array => array is { HasKeys: true, Type.IsText: true }) is { } names)
            yield return $"{request.File}: rows are joined to the labels by position; if {names.Name} names the images, give --key "
                + $"{names.Name}";
        if (vectors.Shape is [_, var tokens, var width])
            yield return $"{request.File}: {tokens:N0} tokens of {width:N0} numbers an image are read as maps of {width:N0} channels, "
                + $"{tokens:N0} high and 1 wide";
    }
}
