using Autograd.Serialization;
using Autograd.Tests.Layers;

namespace Autograd.Tests.Models;

/// <summary>The default names of all layers, losses, metrics and optimizers are Keras's.</summary>
public class NameTests
{
    // Those whose class names are not plain words one after another. The names are those of Keras 3, by its rule (to_snake_case) or written in its class.
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["LeakyReLU"] = "leaky_re_lu",
        ["PReLU"] = "p_re_lu",
        ["ReLU"] = "re_lu",
        ["ELU"] = "elu",
        ["GRU"] = "gru",
        ["LSTM"] = "lstm",
        ["SimpleRNN"] = "simple_rnn",
        ["RMSNormalization"] = "rms_normalization",
        ["Conv1D"] = "conv1d",
        ["Conv2D"] = "conv2d",
        ["Conv3D"] = "conv3d",
        ["Conv1DTranspose"] = "conv1d_transpose",
        ["Conv2DTranspose"] = "conv2d_transpose",
        ["Conv3DTranspose"] = "conv3d_transpose",
        ["DepthwiseConv1D"] = "depthwise_conv1d",
        ["DepthwiseConv2D"] = "depthwise_conv2d",
        ["SeparableConv1D"] = "separable_conv1d",
        ["SeparableConv2D"] = "separable_conv2d",
        ["MaxPooling1D"] = "max_pooling1d",
        ["MaxPooling2D"] = "max_pooling2d",
        ["MaxPooling3D"] = "max_pooling3d",
        ["AveragePooling1D"] = "average_pooling1d",
        ["AveragePooling2D"] = "average_pooling2d",
        ["AveragePooling3D"] = "average_pooling3d",
        ["GlobalMaxPooling1D"] = "global_max_pooling1d",
        ["GlobalMaxPooling2D"] = "global_max_pooling2d",
        ["GlobalMaxPooling3D"] = "global_max_pooling3d",
        ["GlobalAveragePooling1D"] = "global_average_pooling1d",
        ["GlobalAveragePooling2D"] = "global_average_pooling2d",
        ["GlobalAveragePooling3D"] = "global_average_pooling3d",
        ["ZeroPadding1D"] = "zero_padding1d",
        ["ZeroPadding2D"] = "zero_padding2d",
        ["ZeroPadding3D"] = "zero_padding3d",
        ["Cropping1D"] = "cropping1d",
        ["Cropping2D"] = "cropping2d",
        ["Cropping3D"] = "cropping3d",
        ["UpSampling1D"] = "up_sampling1d",
        ["UpSampling2D"] = "up_sampling2d",
        ["UpSampling3D"] = "up_sampling3d",
        ["SpatialDropout1D"] = "spatial_dropout1d",
        ["SpatialDropout2D"] = "spatial_dropout2d",
        ["SpatialDropout3D"] = "spatial_dropout3d",
        ["KLDivergence"] = "kl_divergence",
        ["CTC"] = "ctc",
        ["Huber"] = "huber_loss",
        ["LogCosh"] = "log_cosh",
        ["CategoricalGeneralizedCrossEntropy"] = "categorical_generalized_cross_entropy",
        ["AUC"] = "auc",
        ["IoU"] = "io_u",
        ["BinaryIoU"] = "binary_io_u",
        ["MeanIoU"] = "mean_io_u",
        ["OneHotIoU"] = "one_hot_io_u",
        ["OneHotMeanIoU"] = "one_hot_mean_io_u",
        ["F1Score"] = "f1_score",
        ["FBetaScore"] = "fbeta_score",
        ["R2Score"] = "r2_score",
        ["LogCoshError"] = "logcosh",
        ["TopKCategoricalAccuracy"] = "top_k_categorical_accuracy",
        ["SparseTopKCategoricalAccuracy"] = "sparse_top_k_categorical_accuracy",
        ["AdamW"] = "adamw",
        ["RMSprop"] = "rmsprop",
        ["SGD"] = "sgd",
        ["LBFGS"] = "lbfgs",
    };

    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (var row in LayerTable.Rows.Values.DistinctBy(row => row.Kind))
            {
                names.Add(row.Kind, row.Make().Name);
            }
            foreach (var name in Loss.Registry.Names)
            {
                names.Add(name, ((Loss)Made(Loss.Registry.Find(name))).Name);
            }
            foreach (var name in Metric.Registry.Names)
            {
                names.Add(name, ((Metric)Made(Metric.Registry.Find(name))).Name);
            }
            foreach (var name in Optimizer.Names)
            {
                names.Add(name, Optimizer.Get(name).Name);
            }
            return names;
        }
    }

    private static object Made(Kind kind) => kind.Create(parameter => parameter.HasDefaultValue ? parameter.DefaultValue
        : parameter.ParameterType == typeof(int) ? 2
        : parameter.ParameterType == typeof(int[]) ? (int[])[0]
        : parameter.ParameterType == typeof(double) ? 0.5
        : null);

    [Theory]
    [MemberData(nameof(Names))]
    public void Default_names_are_those_of_Keras(string type, string name)
    {
        var plain = string.Concat(type.Select((letter, i) => char.IsUpper(letter) && i > 0 ? $"_{letter}" : $"{letter}")).ToLowerInvariant();
        Assert.Equal(s_names.GetValueOrDefault(type, plain), name);
    }

    [Fact]
    public void Every_layer_has_a_row() => Assert.Empty(Layer.Registry.Names.Except(LayerTable.Rows.Values.Select(row => row.Kind)));
}
