using Efface.Auditing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[OneThread]
public sealed class HeatTests
{
    [Fact]
    public void More_heat_is_always_lighter_also_to_who_sees_no_colour()
    {
        using var scope = NewDisposeScope();
        var overlay = Heat.Overlay(zeros([1, 1, 256], ScalarType.Byte), linspace(0, 1, 256).unsqueeze(0));
        Assert.Equal([3, 1, 256], overlay.shape);
        var colours = overlay.to_type(ScalarType.Float64) / (255 * 0.6);
        var linear = where(colours.le(0.04045), colours / 12.92, ((colours + 0.055) / 1.055).pow(2.4));
        var luminance = (linear[0] * 0.2126 + linear[1] * 0.7152 + linear[2] * 0.0722).flatten().data<double>().ToArray();
        var lightness = luminance.Select(Math.Cbrt).ToArray();
        Assert.True(lightness[^1] > 2 * lightness[0]);
        Assert.All(Enumerable.Range(0, 16), i => Assert.InRange(lightness[16 * i + 15] - lightness[16 * i], 0.005, 0.1));
    }

    [Fact]
    public void The_image_is_grey_beneath_so_that_colour_means_heat_alone()
    {
        using var scope = NewDisposeScope();
        var red = zeros([3, 4, 4], ScalarType.Byte);
        red[0].fill_(240);
        var grey = full([3, 4, 4], 80, ScalarType.Byte);
        var map = rand([4, 4]);
        Assert.True(Heat.Overlay(red, map).eq(Heat.Overlay(grey, map)).all().ToBoolean());
        Assert.False(Heat.Overlay(red, map).eq(Heat.Overlay(grey, map + 0.5)).all().ToBoolean());
    }
}
