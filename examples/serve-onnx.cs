#:package Microsoft.ML.OnnxRuntime
#:property PublishAot=false
// Runs a file of efface export, with ONNX Runtime alone. dotnet run -c Release examples/serve-onnx.cs -- model.onnx
using Microsoft.ML.OnnxRuntime;

if (args is not [var file])
    return;
using var session = new InferenceSession(file);
foreach (var (key, value) in session.ModelMetadata.CustomMetadataMap.OrderBy(entry => entry.Key))
    Console.WriteLine($"{key}: {value}"); // task, classes, what was forgotten, the audit's verdict, how pixels go in
var (name, input) = session.InputMetadata.Single();
long[] shape = [1, .. input.Dimensions.Skip(1).Select(size => (long)size)];

// One picture, [1, 3, H, W] in RGB: yours come from a decoder.
var pixels = new byte[shape.Aggregate((all, size) => all * size)];
new Random(0).NextBytes(pixels);
using var image =
    input.ElementType == typeof(byte)
        ? OrtValue.CreateTensorValueFromMemory(pixels, shape)
        : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(pixels, pixel => pixel / 255f), shape);
using var options = new RunOptions();
using var outputs = session.Run(options, [name], [image], session.OutputNames);
foreach (var (output, value) in session.OutputNames.Zip(outputs))
    Console.WriteLine($"{output}: [{string.Join(", ", value.GetTensorTypeAndShape().Shape)}]");
