using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

/// <summary>Learns nothing: each step does what the script says, and gives the loss that it says.</summary>
/// <param name="network">Stays as it is, unless the script changes it.</param>
/// <param name="script">From the step's number, counted from 0 over all epochs, to its loss.</param>
internal sealed class ScriptedSchedule(StagedNetwork network, Func<int, double> script) : Schedule(network, [])
{
    public List<(double Strength, double RateFactor, bool Training)> Inputs { get; } = [];

    public override StepResult Step(StepInput input)
    {
        var loss = script(Inputs.Count);
        Inputs.Add((input.Strength, input.RateFactor, Network.training));
        return new StepResult(input.Batch.Size, tensor((float)loss), null, tensor(0L));
    }
}
