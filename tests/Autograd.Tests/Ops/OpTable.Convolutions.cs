namespace Autograd.Tests.Ops;

internal static partial class OpTable
{
    /// <summary>The geometries of the rows of convolutions, for those who compute what stands where.</summary>
    public static readonly Dictionary<string, NaiveConvolution> Geometries = new()
    {
        ["Conv"] = new(2, 2, 3, [4, 3], [2, 2], [1, 1], [1, 1], [(0, 0), (0, 0)]),
        ["Conv1D"] = new(2, 3, 2, [6], [3], [1], [1], [(0, 0)]),
        ["Conv1D strides and padding before"] = new(1, 2, 3, [7], [3], [2], [1], [(2, 0)]),
        ["Conv1D dilated"] = new(1, 2, 2, [8], [3], [1], [2], [(0, 0)]),
        ["Conv2D"] = new(2, 2, 3, [4, 5], [3, 2], [1, 1], [1, 1], [(0, 0), (0, 0)]),
        ["Conv2D same"] = new(1, 2, 2, [4, 3], [3, 3], [1, 1], [1, 1], [(1, 1), (1, 1)]),
        ["Conv2D same with strides"] = new(1, 1, 2, [5, 4], [3, 3], [2, 2], [1, 1], [(1, 1), (0, 1)]),
        ["Conv2D strides between windows"] = new(1, 1, 2, [7, 5], [2, 1], [3, 2], [1, 1], [(0, 0), (0, 0)]),
        ["Conv2D padding beyond the kernel"] = new(1, 1, 2, [2, 2], [2, 2], [1, 1], [1, 1], [(3, 2), (0, 3)]),
        ["Conv2D groups"] = new(1, 4, 6, [3, 4], [2, 2], [1, 1], [1, 1], [(0, 0), (1, 0)], 2),
        ["Conv2D of single pixels"] = new(2, 3, 2, [2, 3], [1, 1], [1, 1], [1, 1], [(0, 0), (0, 0)]),
        ["Conv2D strides and dilations"] = new(1, 2, 1, [6, 7], [2, 3], [2, 1], [3, 2], [(1, 1), (0, 2)]),
        ["Conv3D"] = new(1, 2, 2, [3, 3, 4], [2, 1, 2], [1, 2, 1], [1, 1, 2], [(1, 0), (0, 0), (0, 1)]),
        ["Conv1D bias"] = new(2, 2, 3, [5], [2], [1], [1], [(0, 0)]),
        ["Conv2D bias of groups"] = new(1, 2, 4, [3, 3], [2, 2], [1, 1], [1, 1], [(0, 1), (0, 1)], 2),
        ["Conv2D bias of each channel"] = new(1, 3, 3, [3, 3], [2, 2], [1, 1], [1, 1], [(0, 0), (0, 0)], 3),
        ["Conv3D bias of single pixels"] = new(1, 2, 3, [2, 2, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [(0, 0), (0, 0), (0, 0)]),
    };

    private static OpRow[] Convolutions =>
    [
        Convolution("Conv", x => Tensor.Conv(x[0], x[1])),
        Convolution("Conv1D", x => Tensor.Conv1D(x[0], x[1])),
        Convolution("Conv1D strides and padding before", x => Tensor.Conv1D(x[0], x[1], 2, [(2, 0)])),
        Convolution("Conv1D dilated", x => Tensor.Conv1D(x[0], x[1], dilations: 2)),
        Convolution("Conv2D", x => Tensor.Conv2D(x[0], x[1])),
        Convolution("Conv2D same", x => Tensor.Conv2D(x[0], x[1], padding: "same")),
        Convolution("Conv2D same with strides", x => Tensor.Conv2D(x[0], x[1], 2, Padding.Same)),
        Convolution("Conv2D strides between windows", x => Tensor.Conv2D(x[0], x[1], [3, 2])),
        Convolution("Conv2D padding beyond the kernel", x => Tensor.Conv2D(x[0], x[1], padding: [(3, 2), (0, 3)])),
        Convolution("Conv2D groups", x => Tensor.Conv2D(x[0], x[1], padding: [(0, 0), (1, 0)], groups: 2)),
        Convolution("Conv2D of single pixels", x => Tensor.Conv2D(x[0], x[1])),
        Convolution("Conv2D strides and dilations", x => Tensor.Conv2D(x[0], x[1], [2, 1], [(1, 1), (0, 2)], [3, 2])),
        Convolution("Conv3D", x => Tensor.Conv3D(x[0], x[1], [1, 2, 1], [(1, 0), (0, 0), (0, 1)], [1, 1, 2])),
        Convolution("Conv1D bias", x => Tensor.Conv1D(x[0], x[1], bias: x[2]), bias: true),
        Convolution("Conv2D bias of groups", x => Tensor.Conv2D(x[0], x[1], padding: [(0, 1), (0, 1)], groups: 2, bias: x[2]), bias: true),
        Convolution("Conv2D bias of each channel", x => Tensor.Conv2D(x[0], x[1], groups: 3, bias: x[2]), bias: true),
        Convolution("Conv3D bias of single pixels", x => Tensor.Conv3D(x[0], x[1], bias: x[2]), bias: true),
        new("DepthwiseConv2D", x => Tensor.DepthwiseConv2D(x[0], x[1], padding: "same"), Signed(0.1, 2, 1, 3, 4, 3), Signed(0.1, 2, 3, 3, 3, 1)),
        new("DepthwiseConv2D multiplier", x => Tensor.DepthwiseConv2D(x[0], x[1], 2), Signed(0.1, 2, 1, 5, 4, 2), Signed(0.1, 2, 2, 2, 2, 3)),
        new("ConvTranspose", x => Tensor.ConvTranspose(x[0], x[1]), Signed(0.1, 2, 2, 3, 2, 2), Signed(0.1, 2, 2, 2, 3, 2)),
        new("Conv1DTranspose", x => Tensor.Conv1DTranspose(x[0], x[1], 2, 1, 1), Signed(0.1, 2, 1, 4, 2), Signed(0.1, 2, 3, 3, 2)),
        new("Conv2DTranspose", x => Tensor.Conv2DTranspose(x[0], x[1], 2, "same"), Signed(0.1, 2, 1, 3, 2, 2), Signed(0.1, 2, 3, 2, 1, 2)),
        new("Conv2DTranspose groups", x => Tensor.Conv2DTranspose(x[0], x[1], dilations: 2, groups: 2), Signed(0.1, 2, 1, 3, 2, 4), Signed(0.1, 2, 2, 2, 1, 4)),
        new("Conv3DTranspose", x => Tensor.Conv3DTranspose(x[0], x[1], [1, 2, 1]), Signed(0.1, 2, 1, 2, 2, 2, 1), Signed(0.1, 2, 2, 1, 2, 2, 1)),
        Pool("MaxPool1D", x => Tensor.MaxPool1D(x, 3, 1), IntegerRule.Keeps, 2, 6, 2),
        Pool("MaxPool2D", x => Tensor.MaxPool2D(x, 2), IntegerRule.Keeps, 2, 4, 5, 2),
        Pool("MaxPool2D same overlapping", x => Tensor.MaxPool2D(x, 3, 2, "same"), IntegerRule.Keeps, 1, 5, 4, 3),
        Pool("MaxPool2D dilated", x => Tensor.MaxPool2D(x, [2, 1], 1, [(1, 1), (0, 0)], [2, 1]), IntegerRule.Keeps, 1, 5, 3, 2),
        Pool("MaxPool3D", x => Tensor.MaxPool3D(x, 2, 1), IntegerRule.Keeps, 1, 3, 3, 2, 2),
        Pool("AveragePool1D", x => Tensor.AveragePool1D(x, 2), IntegerRule.Float32, 2, 6, 2),
        Pool("AveragePool2D", x => Tensor.AveragePool2D(x, [2, 3], 1), IntegerRule.Float32, 2, 4, 4, 2),
        Pool("AveragePool2D same", x => Tensor.AveragePool2D(x, 3, 2, "same"), IntegerRule.Float32, 1, 5, 4, 2),
        Pool("AveragePool2D padding counted", x => Tensor.AveragePool2D(x, 3, 2, 1, countIncludePadding: true), IntegerRule.Float32, 1, 5, 4, 2),
        Pool("AveragePool3D", x => Tensor.AveragePool3D(x, 2, 1, dilations: [1, 2, 1]), IntegerRule.Float32, 1, 3, 4, 2, 2),
    ];

    private static OpRow Convolution(string name, Func<Tensor[], Tensor> call, bool bias = false) =>
        new(name, call, [
            Signed(0.1, 2, Geometries[name].InputShape.ToArray()), Signed(0.1, 2, Geometries[name].KernelShape.ToArray()), .. bias ? [Signed(0.1, 2, Geometries[name].Filters)] : (Input[])[],
        ]);

    private static OpRow Pool(string name, Func<Tensor, Tensor> call, IntegerRule integers, params int[] shape) =>
        new(name, x => call(x[0]), Distinct(shape)) { Integers = integers };
}
