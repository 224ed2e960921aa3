using CsCheck;
using Efface.Interchange;
using Xunit;

namespace Efface.Tests.Interchange;

public sealed class PreprocessingTests
{
    [Theory]
    [InlineData("raw")]
    [InlineData("unit,bgr")]
    [InlineData("imagenet,nhwc")]
    [InlineData("raw,bgr,mean=103.939/116.779/123.68,std=1/1/1")]
    public void Words_come_back_as_they_were(string words) => Assert.Equal(words, Preprocessing.Parse(words)!.ToString());

    [Fact]
    public void Any_is_read_back_from_its_words()
    {
        var number = Gen.Float[-200, 200];
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool.Select(isUnit => isUnit ? 255f : 1f), number.Array[3], Gen.Float[0.01f, 80].Array[3])
            .Sample(
                (isBlueFirst, isLast, scale, mean, deviation) =>
                {
                    var how = new Preprocessing
                    {
                        IsBlueFirst = isBlueFirst,
                        IsChannelsLast = isLast,
                        Scale = scale,
                        Mean = mean,
                        Deviation = deviation,
                    };
                    var read = Preprocessing.Parse(how.ToString())!;
                    Assert.Equal(how, read);
                    Assert.Equal(mean, read.Mean);
                    Assert.Equal(deviation, read.Deviation);
                },
                iter: 300,
                seed: "0000000000001"
            );
    }

    [Theory]
    [InlineData("")]
    [InlineData("bgr")]
    [InlineData("unit,")]
    [InlineData("unit,mean=a/b/c")]
    [InlineData("unit,mean=1/2/3/4")]
    [InlineData("unit,std=0/1/1")]
    [InlineData("unit,mean=NaN/1/1")]
    public void Anything_else_is_refused(string words) => Assert.Null(Preprocessing.Parse(words));
}
