#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// The perceptron: sign(w x + b) learns AND and OR, a line each. XOR it cannot learn; two layers of perceptrons have it.
// Run: dotnet run -c Release examples/Perceptron.cs            (writes perceptron.html; give another path as the first argument)

using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

Tensor points = new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } };
var page = new ReportPage("The perceptron");
page.AddText("A perceptron answers 1 on one side of a line and -1 on the other. It learns from its mistakes: every point on the wrong side moves the line.");

Tensor Answer(Tensor x, Tensor w, Tensor b) => Sign(MatMul(x, w) + b);

// Learns until all points are right, or until the weights are what they were before: from then on it goes round in circles. Keeps the best weights.
(Tensor W, Tensor B, int Right) Learn(string name, Tensor targets)
{
    var (w, b) = (new Variable(new float[] { 1, -1 }), new Variable(0.5f));    // from halves no line goes through a point, where the sign would be 0
    var (best, epoch) = ((W: w.Value, B: b.Value, Right: 0), 0);
    for (var seen = new HashSet<string>(); best.Right < 4 && seen.Add($"{w} {b}"); epoch++)
    {
        for (var i = 0; i < 4; i++)
        {
            var push = NotEqual(Answer(points[i], w, b), targets[i]) * targets[i];   // towards the answer where it is wrong, else 0
            w.AssignAdd(push * points[i]);
            b.AssignAdd(push);
            var right = (int)Equal(Answer(points, w, b), targets).Sum().Item();
            best = right > best.Right ? (w.Value, b.Value, right) : best;
        }
    }
    Console.WriteLine($"{name}: {best.Right} of 4 are right after {epoch} epochs by sign({best.W[0].Item():0.#} x1 {best.W[1].Item():+0.#;-0.#;+0} x2 {best.B.Item():+0.#;-0.#;+0})"
        + (best.Right < 4 ? "; the weights come again and again, so more epochs do not help" : ""));
    page.Add(Draw($"{name}, {best.Right} of 4", targets, best.W, best.B));
    return best;
}

// The four points and the line w x + b = 0.
Chart Draw(string title, Tensor targets, Tensor w, Tensor b)
{
    var (foot, along) = (-b * w / Square(w).Sum(), Stack([-w[1], w[0]]));
    var ends = Stack([foot - 4 * along, foot + 4 * along]);
    return new ScatterChart(title, xLabel: "x1", yLabel: "x2")
        .Add("-1", points[targets < 0][.., 0], points[targets < 0][.., 1]).Add("1", points[targets > 0][.., 0], points[targets > 0][.., 1])
        .AddLine("line", ends[.., 0], ends[.., 1]).Limits(x: (-0.5, 1.5), y: (-0.5, 1.5)).EqualAspect();
}

var and = Learn("AND", new float[] { -1, -1, -1, 1 });
var or = Learn("OR", new float[] { -1, 1, 1, 1 });
var nand = Learn("NAND", new float[] { 1, 1, 1, -1 });
Tensor xorTargets = new float[] { -1, 1, 1, -1 };
var xor = Learn("XOR", xorTargets);
page.AddText("No line has XOR: (0,0) asks for b < 0, (0,1) and (1,0) for w1 + b > 0 and w2 + b > 0. Added up, w1 + w2 + b > -b > 0, but (1,1) asks for w1 + w2 + b < 0.");

// Two layers: (OR, NAND) of the point, as 0 or 1, and AND of those.
Tensor TwoLayers(Tensor x) => Answer((Stack([Answer(x, or.W, or.B), Answer(x, nand.W, nand.B)], axis: 1) + 1) / 2, and.W, and.B);
var twice = Equal(TwoLayers(points), xorTargets).Sum().Item();
Console.WriteLine($"XOR as AND of OR and NAND: {twice} of 4 are right");

var axis = Linspace(-0.5, 1.5, 101);
var (xs, ys) = Meshgrid([axis, axis]);
var answers = TwoLayers(Stack([xs.Reshape(-1), ys.Reshape(-1)], axis: 1)).Reshape(101, 101);
page.Add(new Contour("XOR by two layers, 4 of 4", axis, axis, answers, xLabel: "x1", yLabel: "x2").Levels(0).Filled()
    .Add("-1", points[xorTargets < 0][.., 0], points[xorTargets < 0][.., 1]).Add("1", points[xorTargets > 0][.., 0], points[xorTargets > 0][.., 1]).EqualAspect());
Console.WriteLine($"The pictures are in {page.Save(args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "perceptron.html")}");

Console.WriteLine($"Claim: AND {and.Right}, OR {or.Right}, NAND {nand.Right} of 4 by one perceptron; XOR {xor.Right} (fewer than 4) by one, {twice} by two layers");
return and.Right == 4 && or.Right == 4 && nand.Right == 4 && xor.Right < 4 && twice == 4 ? 0 : 1;
