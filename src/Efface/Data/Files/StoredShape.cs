namespace Efface.Data.Files;

/// <summary>The shape of an array in a file, which may say anything.</summary>
internal static class StoredShape
{
    /// <summary>How many numbers a shape holds.</summary>
    /// <exception cref="InvalidInputException">More than can be counted: the header is damaged.</exception>
    public static long Count(string file, IEnumerable<long> shape)
    {
        try
        {
            return shape.Aggregate(1L, (count, size) => size < 0 ? throw new OverflowException() : checked(count * size));
        }
        catch (OverflowException)
        {
            throw new InvalidInputException(file, $"claims an impossible shape ({string.Join(", ", shape)})", "Write the file again");
        }
    }
}
