using System.Runtime.ExceptionServices;
using Efface.Training;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Efface.Interchange;

/// <summary>A model in ONNX Runtime, with one input. Several calls run side by side, each in one thread.</summary>
internal sealed class OnnxSession : IDisposable
{
    // Waiting threads that spin would slow down everything else on the machine.
    private const string Spinning = "session.intra_op.allow_spinning";

    // Larger ones are no faster, and need more memory.
    private const int MostAtOnce = 8;

    private static readonly OrtMemoryInfo OnCpu = OrtMemoryInfo.DefaultInstance;

    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly int _atOnce;
    private readonly bool _isBatchFixed;

    /// <param name="model">The file's content.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run it.</exception>
    public OnnxSession(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        options.AddSessionConfigEntry(Spinning, "0");
        if (Compute.Device.type == DeviceType.CUDA)
            options.AppendExecutionProvider_CUDA();
        _session = new InferenceSession(model, options);
        _input = _session.InputMetadata.Single().Key;
        var batch = _session.InputMetadata[_input].Dimensions.FirstOrDefault(-1);
        _isBatchFixed = batch > 0;
        _atOnce = _isBatchFixed ? batch : MostAtOnce;
        Outputs = [.. _session.OutputNames];
    }

    /// <summary>The outputs' names, in the model's order.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The outputs for a batch of any size, each f32 or int64 [B, ...].</summary>
    /// <param name="input">f32, u8 or int64 [B, ...], on the CPU.</param>
    /// <param name="cancel">Checked before each call.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run it on this input.</exception>
    public IReadOnlyList<Tensor> Run(Tensor input, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        var calls = input.split(_atOnce);
        var results = new IReadOnlyList<Tensor>[calls.Length];
        try
        {
            Parallel.For(
                0,
                calls.Length,
                new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
                call => results[call] = Once(calls[call])
            );
        }
        catch (AggregateException faults)
        {
            // All calls fail alike.
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }
        var outputs = Enumerable
            .Range(0, Outputs.Count)
            .Select(output => torch.cat([.. results.Select(result => result[output])]).MoveToOuterDisposeScope())
            .ToArray();
        foreach (var part in results.SelectMany(result => result))
            part.Dispose();
        return outputs;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    // A fixed batch is filled up with zeros.
    private Tensor[] Once(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var missing = _isBatchFixed ? _atOnce - rows.shape[0] : 0;
        var whole = missing == 0 ? rows.contiguous() : torch.cat([rows, rows.new_zeros([missing, .. rows.shape[1..]])]);
        using var run = new RunOptions();
        using var value = Value(whole);
        using var outputs = _session.Run(run, [_input], [value], _session.OutputNames);
        return [.. outputs.Select(output => Copy(output)[..(int)rows.shape[0]].clone().DetachFromDisposeScope())];
    }

    private static unsafe OrtValue Value(Tensor tensor)
    {
        var type = tensor.dtype switch
        {
            ScalarType.Float32 => TensorElementType.Float,
            ScalarType.Byte => TensorElementType.UInt8,
            ScalarType.Int64 => TensorElementType.Int64,
            var other => throw new ArgumentException($"{other}", nameof(tensor)),
        };
        // Torch's own memory: it does not move, and lives as long as the tensor.
        fixed (byte* data = tensor.bytes)
            return OrtValue.CreateTensorValueWithData(OnCpu, type, tensor.shape, (nint)data, tensor.bytes.Length);
    }

    private static Tensor Copy(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        return info.ElementDataType switch
        {
            TensorElementType.Float => torch.tensor(value.GetTensorDataAsSpan<float>().ToArray(), info.Shape),
            TensorElementType.Int64 => torch.tensor(value.GetTensorDataAsSpan<long>().ToArray(), info.Shape),
            var other => throw new NotSupportedException($"an output of type {other}"),
        };
    }
}
