using System.Text.Json;
using Efface.Data.Files;
using Efface.Models;
using Efface.Models.Balance;
using Efface.Training;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>
/// What a recipe leaves behind for vectors: a small frozen function that does the same to every new vector. Keep its files secret: they
/// hold what decides the noise.
/// </summary>
public sealed class Eraser : IDisposable
{
    private const string WeightsFile = "eraser.safetensors",
        DescriptionFile = "eraser.json";
    private const int Chunk = 4096;

    private static readonly string[] Files = [WeightsFile, DescriptionFile];

    private readonly Holder _holder;

    private Eraser(EraserDescription description, nn.Module<Tensor, Tensor> network, InputSummary input) =>
        (Description, _holder) = (description, new Holder(network, input));

    /// <summary>What it is, and what it is for.</summary>
    public EraserDescription Description { get; }

    /// <summary>Whether codes go out, rather than vectors.</summary>
    public bool IsCode => Description.Symbols > 0;

    /// <summary>f32 [B, D] in; out f32 [B, D], or a score for each symbol, f32 [B, M].</summary>
    internal nn.Module<Tensor, Tensor> Network => _holder.Network;

    /// <summary>Freezes a fitted network.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="network">f32 [B, D] in; out f32 [B, D], or a score for each symbol, f32 [B, M]. Owned.</param>
    /// <param name="rows">The rows that it was fitted on.</param>
    internal static Eraser Of(EraserDescription description, nn.Module<Tensor, Tensor> network, LabelledRows rows)
    {
        var input = new InputSummary(description.Size);
        input.Describe(rows);
        network.eval();
        return new Eraser(description with { Rows = rows.Count }, network, input);
    }

    /// <summary>The same for new vectors.</summary>
    /// <param name="vectors">f32 [N, D], or [N, ...] with D numbers a row; finite, on the CPU.</param>
    /// <returns>f32 of the same shape, or codes, int64 [N].</returns>
    /// <exception cref="InvalidInputException">They have another size, or a number is not finite.</exception>
    public Tensor Apply(Tensor vectors) => Draw(vectors, 0);

    /// <summary>The same for one vector, of which vectors go out.</summary>
    /// <inheritdoc cref="Apply(Tensor)"/>
    public float[] Apply(float[] vector)
    {
        if (IsCode)
            throw new InvalidOperationException("This eraser gives codes: call Code.");
        using var scope = NewDisposeScope();
        using var data = Apply(torch.tensor(vector).unsqueeze(0)).data<float>();
        return data.ToArray();
    }

    /// <summary>The code of one vector, of which codes go out.</summary>
    /// <inheritdoc cref="Apply(Tensor)"/>
    public int Code(float[] vector)
    {
        if (!IsCode)
            throw new InvalidOperationException("This eraser gives vectors: call Apply.");
        using var scope = NewDisposeScope();
        return (int)Apply(torch.tensor(vector).unsqueeze(0)).item<long>();
    }

    /// <summary>The same with another draw of the noise: only an audit asks for it.</summary>
    internal Tensor Draw(Tensor vectors, int draw)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var rows = vectors.flatten(1);
        Check(rows);
        var erased = rows.split(Chunk).Select(some => Erased(some, draw)).ToArray();
        return (IsCode ? torch.cat(erased) : torch.cat(erased).view(vectors.shape)).MoveToOuterDisposeScope();
    }

    /// <summary>Rows with a fill value or an overflow: nobody audited what becomes of these.</summary>
    /// <param name="vectors">f32 [N, D].</param>
    internal int[] FarOut(Tensor vectors) => _holder.Input.FarOut(vectors);

    /// <summary>
    /// How far the mean of some vectors is from that of those it was fitted on, in deviations: 0 for the same, 1 or more for those of
    /// another model.
    /// </summary>
    /// <param name="vectors">f32 [N, D].</param>
    public double DistanceOf(Tensor vectors) => _holder.Input.DistanceOf(vectors);

    /// <summary>Writes eraser.safetensors and eraser.json, each to a temporary name first.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, WeightsFile), partial => _holder.save_safetensors(partial));
        WholeFile.Write(Path.Combine(folder, DescriptionFile), partial =>
            File.WriteAllText(partial, JsonSerializer.Serialize(Description, WholeFile.Json))
        );
    }

    /// <summary>Whether a folder holds one.</summary>
    public static bool IsIn(string folder) => Files.All(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidInputException">A file is missing or damaged.</exception>
    public static Eraser Load(string folder)
    {
        foreach (var name in Files)
            if (!File.Exists(Path.Combine(folder, name)))
                throw new InvalidInputException(
                    Path.Combine(folder, name),
                    "missing",
                    "Give the folder that efface unlearn --representations wrote"
                );
        var description = Read(folder, DescriptionFile, path =>
            JsonSerializer.Deserialize<EraserDescription>(File.ReadAllText(path), WholeFile.Json) ?? throw new JsonException("it is empty")
        );
        if (description is { Balance: not null, SchemaVersion: not EraserDescription.CurrentVersion })
            throw new InvalidInputException(
                Path.Combine(folder, DescriptionFile),
                $"is of version {description.SchemaVersion}, and this program applies version {EraserDescription.CurrentVersion}",
                "Fit the eraser again: its folds and noise would be others than those that were audited"
            );
        var eraser = Read(folder, DescriptionFile, _ => new Eraser(description, Build(description), new InputSummary(description.Size)));
        try
        {
            Read(folder, WeightsFile, path =>
            {
                SafetensorsHeader.Check(path);
                return eraser._holder.load_safetensors(path);
            });
        }
        catch
        {
            eraser.Dispose();
            throw;
        }
        eraser._holder.eval();
        return eraser;
    }

    /// <inheritdoc/>
    public void Dispose() => _holder.Dispose();

    private static T Read<T>(string folder, string name, Func<string, T> read)
    {
        var path = Path.Combine(folder, name);
        return WholeFile.Read(path, "Copy the folder again", () => read(path));
    }

    private static nn.Module<Tensor, Tensor> Build(EraserDescription description)
    {
        using var random = new Generator();
        return description switch
        {
            { Balance: { } shape, Symbols: > 0 } => new VectorDecision(shape, random),
            { Balance: { } shape } => new BalanceErasure(shape, random),
            { Network: { } network } => VectorNetwork.Assignment(TrainedModel.Create(network, CPU, random, VectorNetwork.Build)),
            _ => new AffineErasure(description.Size),
        };
    }

    private Tensor Erased(Tensor rows, int draw) =>
        _holder.Network switch
        {
            BalanceErasure balance => balance.Draw(rows, draw),
            var network when IsCode => network.call(rows).argmax(1),
            var network => network.call(rows),
        };

    private void Check(Tensor rows)
    {
        if (rows.shape[1] != Description.Size)
            throw new InvalidInputException(
                "vectors",
                $"have {rows.shape[1]:N0} numbers a row, and the eraser was fitted on {Description.Size:N0}",
                "Give vectors of the model that it was fitted on"
            );
        if (!rows.isfinite().all().item<bool>())
            throw new InvalidInputException("vectors", "hold numbers that are not finite", "Take these rows out, or mend them");
    }

    // One module, so that one file holds everything.
    private sealed class Holder : nn.Module
    {
        public Holder(nn.Module<Tensor, Tensor> network, InputSummary input)
            : base(nameof(Eraser))
        {
            (Network, Input) = (network, input);
            register_module("network", network);
            register_module("input", input);
        }

        public nn.Module<Tensor, Tensor> Network { get; }

        public InputSummary Input { get; }
    }
}
