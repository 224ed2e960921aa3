using System.Reflection;
using TorchSharp;
using Xunit;
using Xunit.v3;

namespace Efface.Tests.Models;

/// <summary>
/// Tests that use what torch has only once in a process, its generator and its count of tensors: one at a time, and alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[OneThread]
public sealed class SharedTorch
{
    public const string Name = "torch, one at a time";
}

/// <summary>Networks this small compute fastest on one thread, by far where the machine has other work too.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OneThreadAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => torch.set_num_threads(1);
}
