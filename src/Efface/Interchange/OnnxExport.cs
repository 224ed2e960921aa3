using Efface.Erasing;
using Efface.Models.Balance;
using Efface.Training;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>Which part of a network goes out.</summary>
public enum ExportPart
{
    /// <summary>From images to what is released: h, a code, or the decision.</summary>
    Extractor,

    /// <summary>From what is released to the logits.</summary>
    Classifier,

    /// <summary>From images to both.</summary>
    Whole,
}

/// <summary>Writes Efface's own networks and erasers, and users' models with an eraser behind them, as ONNX.</summary>
internal static class OnnxExport
{
    /// <summary>The names of inputs and outputs.</summary>
    public const string Images = "images",
        Vectors = "vectors",
        Representation = "representation",
        Code = "code",
        Logits = "logits";

    /// <summary>The key of a file's metadata with the classes that its logits decide between.</summary>
    public const string ClassesKey = "efface.classes";

    /// <summary>What is released: its name, and whether it is a code.</summary>
    public static (string Name, bool IsCode) Released(ModelDescription model) =>
        model switch
        {
            { Bits: not null } => (Code, true),
            { ClosedBy: Closing.Decision } => (TrainedModel.DecisionStage, true),
            _ => (Representation, false),
        };

    /// <summary>A network of Efface's own, in evaluation mode.</summary>
    /// <param name="model">The network.</param>
    /// <param name="part">Which part.</param>
    /// <param name="takesPixels">Whether u8 pixels go in, rather than normalised f32 numbers.</param>
    /// <exception cref="InvalidInputException">A layer cannot be written.</exception>
    public static OnnxDraft Of(TrainedModel model, ExportPart part, bool takesPixels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        model.Network.eval();
        var draft = OnnxDraft.New();
        var writer = new StageWriter(draft, model);
        if (part == ExportPart.Classifier)
            writer.Classify(writer.ReleasedInput());
        else
        {
            var released = writer.Extract(takesPixels);
            if (part == ExportPart.Whole)
                writer.Classify(released);
        }
        return draft;
    }

    /// <summary>An eraser alone: vectors f32 [B, D] in; erased vectors, or codes int64 [B], out.</summary>
    /// <param name="eraser">The eraser.</param>
    /// <param name="head">Reads the task from erased vectors; null without.</param>
    public static OnnxDraft Of(Eraser eraser, TaskHead? head = null)
    {
        var draft = OnnxDraft.New();
        draft.Input(Vectors, DataType.Float, eraser.Description.Size);
        var value = Erase(draft, eraser, Vectors);
        if (eraser.IsCode)
            draft.Output(Code, value, DataType.Int64);
        else
            draft.Output("erased", value, DataType.Float, eraser.Description.Size);
        head?.Write(draft, value);
        return draft;
    }

    /// <summary>A user's model with an eraser behind it: its input as it was, and one output, under the name that it had.</summary>
    /// <param name="file">The model.</param>
    /// <param name="output">The value that the eraser was fitted on.</param>
    /// <param name="eraser">The eraser.</param>
    /// <param name="where">What messages call the model.</param>
    /// <param name="head">Reads the task from erased vectors; null without.</param>
    public static OnnxDraft Of(OnnxFile file, string output, Eraser eraser, string where, TaskHead? head = null)
    {
        var model = file.Model.Clone();
        OnnxUpgrade.Apply(model, where);
        var told = OnnxPruning.Apply(model.Graph, output);
        var draft = OnnxDraft.Continue(model);
        var before = draft.Graph.Name("before");
        OnnxPruning.Rename(model.Graph, output, before);
        draft.BeforeErasure = before;
        var value = Erase(draft, eraser, draft.Graph.Node("Flatten", [before], ("axis", 1L)));
        if (eraser.IsCode)
            draft.Output(output, value, DataType.Int64);
        else
            draft.Output(output, draft.Graph.Node("Reshape", [value, draft.Graph.Node("Shape", [before])]), told);
        head?.Write(draft, value);
        return draft;
    }

    private static string Erase(OnnxDraft draft, Eraser eraser, string vectors)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layers = new OnnxLayers(draft.Graph);
        var value = layers.Write(new OnnxValue(vectors, zeros(1, eraser.Description.Size)), [eraser.Network]).Name;
        return eraser.IsCode ? layers.Code(value) : value;
    }

    /// <summary>A linear layer that reads the task from erased vectors.</summary>
    /// <param name="Task">Its name.</param>
    /// <param name="Weight">f32 [K, D].</param>
    /// <param name="Bias">f32 [K].</param>
    public sealed record TaskHead(string Task, Tensor Weight, Tensor Bias)
    {
        /// <summary>The output's name.</summary>
        public string Output => $"{Task}_{Logits}";

        /// <summary>Adds it.</summary>
        public void Write(OnnxDraft draft, string vectors) =>
            draft.Output(Output, new OnnxLayers(draft.Graph).Linear(vectors, Weight, Bias), DataType.Float, Weight.shape[0]);
    }

    // One network, stage by stage.
    private sealed class StageWriter(OnnxDraft draft, TrainedModel model)
    {
        private readonly OnnxLayers _layers = new(draft.Graph);
        private readonly (string Name, bool IsCode) _released = Released(model.Description);

        public OnnxValue Extract(bool takesPixels)
        {
            var shape = model.Description.Input;
            draft.Input(Images, takesPixels ? DataType.Uint8 : DataType.Float, shape);
            var x = new OnnxValue(Images, zeros([1, .. shape]));
            if (takesPixels)
                x = _layers.Normalise(
                    x with
                    {
                        Name = draft.Graph.Node("Div", [draft.Graph.Cast(Images, DataType.Float), draft.Graph.Number(byte.MaxValue)]),
                    },
                    model.Description.Normalisation
                );
            x = Run(x, ..(model.Split + 1));
            if (!_released.IsCode)
                draft.Output(_released.Name, x.Name, DataType.Float, x.Example.shape[1..]);
            else
                draft.Output(_released.Name, _layers.Code(x.Name), DataType.Int64);
            return x;
        }

        public OnnxValue ReleasedInput()
        {
            var shape = model.Network.OutputShapes(model.Description.Input)[model.Split];
            draft.Input(_released.Name, _released.IsCode ? DataType.Int64 : DataType.Float, _released.IsCode ? [] : shape);
            // A code stands for certainty: what follows takes the most probable one.
            var name = _released.IsCode
                ? _layers.OneHot(draft.Graph.Node("Unsqueeze", [_released.Name, draft.Graph.Integers(1)]), shape[0])
                : _released.Name;
            return new OnnxValue(name, zeros([1, .. shape]));
        }

        public void Classify(OnnxValue released)
        {
            var x = Run(released, (model.Split + 1)..);
            draft.Output(Logits, x.Name, DataType.Float, x.Example.shape[1..]);
        }

        private OnnxValue Run(OnnxValue x, Range stages)
        {
            var (start, count) = stages.GetOffsetAndLength(model.Network.Stages.Count);
            foreach (var stage in model.Network.Stages.Skip(start).Take(count))
                try
                {
                    if (stage.Modules[0].Module is BalanceErasure)
                        draft.BeforeErasure = x.Name;
                    x = _layers.Write(x, [.. stage.Modules.Select(entry => entry.Module)]);
                }
                catch (NotSupportedException unknown)
                {
                    throw new InvalidInputException(
                        $"stage {stage.Name}",
                        $"has a layer that cannot be written as ONNX ({unknown.Message})",
                        "Use layers of torch.nn, or export the network with another program"
                    );
                }
            return x;
        }
    }
}
