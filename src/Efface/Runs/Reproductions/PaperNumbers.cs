using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>The paper's numbers for one row: plain attack accuracy, fidelity, and AUM if it has one.</summary>
internal sealed record PaperRow(double Attack, double Fidelity, double? Aum);

/// <summary>
/// The numbers of Guo et al. (ACM MM 2022), tables 1 and 3, shown beside ours as a reference and never as a target: the printed attack
/// accuracies lie below what is reached without looking at the model (docs/results.md).
/// </summary>
internal static class PaperNumbers
{
    private const string Before = ExperimentMethods.Before,
        Paper = "paper",
        Removal = "attention-removal";

    private static readonly Dictionary<(string Data, string Attribute, string Model, string Method), PaperRow> Rows = new()
    {
        [("fairface", "race", "resnet18", Removal)] = new(.1421, .5810, .6928),
        [("fairface", "race", "resnet18", Paper)] = new(.1352, .7950, .8284),
        [("fairface", "race", "resnet18", Before)] = new(.3107, .8330, .7544),
        [("fairface", "race", "resnet34", Removal)] = new(.1325, .5801, .6953),
        [("fairface", "race", "resnet34", Paper)] = new(.1350, .7988, .8306),
        [("fairface", "race", "resnet34", Before)] = new(.2844, .8340, .7703),
        [("fairface", "race", "resnet50", Removal)] = new(.1367, .5730, .6889),
        [("fairface", "race", "resnet50", Paper)] = new(.1365, .8077, .8347),
        [("fairface", "race", "resnet50", Before)] = new(.2977, .8470, .7679),
        [("celeba", "Male", "resnet18", Removal)] = new(.4989, .5010, .5144),
        [("celeba", "Male", "resnet18", Paper)] = new(.5142, .7830, .5994),
        [("celeba", "Male", "resnet18", Before)] = new(.6391, .7901, .4955),
        [("celeba", "Male", "resnet34", Removal)] = new(.5077, .5010, .4966),
        [("celeba", "Male", "resnet34", Paper)] = new(.5035, .7930, .6107),
        [("celeba", "Male", "resnet34", Before)] = new(.6010, .8032, .5332),
        [("celeba", "Male", "resnet50", Removal)] = new(.4976, .5110, .5067),
        [("celeba", "Male", "resnet50", Paper)] = new(.5082, .8101, .6120),
        [("celeba", "Male", "resnet50", Before)] = new(.6572, .8121, .4821),
        [("cifar10", "class", "resnet18", Removal)] = new(.1030, .5443, .6775),
        [("cifar10", "class", "resnet18", Paper)] = new(.1095, .9351, .9123),
        [("cifar10", "class", "resnet18", Before)] = new(.2668, .9610, .8318),
        [("cifar10", "class", "resnet34", Removal)] = new(.1010, .5070, .6484),
        [("cifar10", "class", "resnet34", Paper)] = new(.1057, .9360, .9147),
        [("cifar10", "class", "resnet34", Before)] = new(.2357, .9632, .8523),
        [("cifar10", "class", "resnet50", Removal)] = new(.0993, .5130, .6537),
        [("cifar10", "class", "resnet50", Paper)] = new(.0982, .9452, .9230),
        [("cifar10", "class", "resnet50", Before)] = new(.3226, .9681, .7971),
        // Table 3, which repeats race, Male and class.
        [("fairface", "age", "resnet18", Paper)] = new(.1729, .8081, null),
        [("celeba", "Mustache", "resnet18", Paper)] = new(.5243, .7874, null),
        [("celeba", "Big_Nose", "resnet18", Paper)] = new(.5267, .7798, null),
    };

    /// <summary>The paper's row; null if there is none.</summary>
    /// <param name="data">The data set; UTKFace stands in for FairFace, whose columns it has.</param>
    /// <param name="attribute">What is forgotten.</param>
    /// <param name="model">The network.</param>
    /// <param name="method">The recipe, or the model before.</param>
    public static PaperRow? Find(string data, string attribute, string model, string method) =>
        Rows.GetValueOrDefault(
            (data == "utkface" ? "fairface" : data, attribute, model, ExperimentMethods.IsBefore(method) ? Before : method)
        );
}
