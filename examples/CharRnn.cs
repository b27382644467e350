#:project ../src/Autograd/Autograd.csproj
#:property PublishAot=false

// A net that writes: an LSTM and a GRU learn, letter by letter, what comes next, and show what they would write as they learn.
// Run: dotnet run -c Release examples/CharRnn.cs            (writes char-rnn.html; give another path as the first argument; --quick for a short run)
// A part of Shakespeare from AUTOGRAD_DATA where it is, else some of his sonnets, embedded.

using System.Diagnostics;
using Autograd;
using Autograd.Reports;
using static Autograd.Tensor;

var quick = args.Contains("--quick");
var path = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "char-rnn.html";

var text = Text(out var origin);
char[] letters = [.. text.Distinct().Order()];
var codes = From(Array.ConvertAll(text.ToCharArray(), letter => Array.BinarySearch(letters, letter)));
Console.WriteLine($"{origin}: {text.Length:N0} characters, {letters.Length} different ones");

const int Length = 50, Batch = 32;
var (units, steps) = quick ? (48, 60) : (128, 2500);
var uniform = Math.Log(letters.Length);
Console.WriteLine(FormattableString.Invariant($"a guess among all characters has a loss of {uniform:F2}"));

var page = new ReportPage("A net that writes, letter by letter");
page.AddText($"Learned from {origin}. The loss is the mean negative logarithm of the probability that the net gave to the letter that came. Below: what each net writes as it learns.");
var chart = new LineChart("Loss", xLabel: "step", yLabel: "nats per character");
page.Add(chart);
var samples = new List<IReadOnlyList<string>>();
var losses = new Dictionary<string, double>();
foreach (var (name, cell) in new (string, Func<Layer>)[] { ("LSTM", () => new LSTM(units, returnSequences: true)), ("GRU", () => new GRU(units, returnSequences: true)) })
{
    SetSeed(2);
    var model = new Sequential([new Embedding(letters.Length, 32, inputShape: [-1]), cell(), new Dense(letters.Length)]);
    var optimizer = new Adam(quick ? 0.01 : 0.003, globalClipNorm: 1);
    var loss = new SparseCategoricalCrossentropy(fromLogits: true);
    List<double> at = [], curve = [];
    var (sum, clock) = (0.0, Stopwatch.StartNew());
    var every = steps / 10;
    for (var step = 1; step <= steps; step++)
    {
        // Windows from random places; the target is the window one letter later.
        var places = RandomInteger([Batch, 1], 0, text.Length - Length - 1) + Arange(Length + 1);
        var windows = codes.Take(places.Reshape(-1)).Reshape(Batch, Length + 1);
        using var tape = new GradientTape();
        var value = loss.Apply(windows[.., 1..], model.Apply(windows[.., ..^1], training: true));
        optimizer.Apply(model.TrainableWeights, tape.Gradient(value, model.TrainableWeights));
        sum += value.Item();
        if (step % every == 0)
        {
            at.Add(step);
            curve.Add(sum / every);
            sum = 0;
            var line = Write(model, "\n", quick ? 40 : 200);
            samples.Add([name, $"{step}", line.Trim()]);
            Console.WriteLine(FormattableString.Invariant($"{name} {step,5}/{steps}  loss {curve[^1]:F3}  {clock.Elapsed.TotalSeconds:F0} s  | {line[..Math.Min(70, line.Length)].ReplaceLineEndings(" / ")}"));
        }
    }
    chart.Add(name, at, curve);
    losses[name] = curve[^1];
}
page.AddTable(["net", "step", "what it writes"], samples);
Console.WriteLine($"the page is {page.Save(path)}");

var allowed = uniform * (quick ? 0.85 : 0.55);
Console.WriteLine(FormattableString.Invariant($"Claim: loss of the LSTM {losses["LSTM"]:F3}, of the GRU {losses["GRU"]:F3}, of a guess {uniform:F3} (both below {allowed:F3})"));
return losses.Values.Max() < allowed ? 0 : 1;

// One letter after the other, drawn by its probability; the last 50 letters are what the net sees.
string Write(Sequential model, string start, int count)
{
    var written = start;
    var random = new Random(1);
    for (var i = 0; i < count; i++)
    {
        var seen = From(Array.ConvertAll(written[Math.Max(0, written.Length - Length)..].ToCharArray(), letter => Array.BinarySearch(letters, letter))).ExpandDims(0);
        var probabilities = Softmax(model.Apply(seen, training: false)[0, ^1] / 0.8).ToArray<float>();
        var (draw, next) = (random.NextSingle(), 0);
        while (next < letters.Length - 1 && (draw -= probabilities[next]) > 0)
        {
            next++;
        }
        written += letters[next];
    }
    return written[start.Length..];
}

string Text(out string origin)
{
    try
    {
        var all = Datasets.TinyShakespeare();
        origin = "Shakespeare's plays";
        return quick ? all[..20_000] : all;
    }
    catch (FileException)
    {
        origin = "five sonnets of Shakespeare (his plays are not in AUTOGRAD_DATA)";
        return """
            From fairest creatures we desire increase,
            That thereby beauty's rose might never die,
            But as the riper should by time decease,
            His tender heir might bear his memory:
            But thou, contracted to thine own bright eyes,
            Feed'st thy light's flame with self-substantial fuel,
            Making a famine where abundance lies,
            Thyself thy foe, to thy sweet self too cruel.
            Thou that art now the world's fresh ornament
            And only herald to the gaudy spring,
            Within thine own bud buriest thy content
            And, tender churl, mak'st waste in niggarding.
            Pity the world, or else this glutton be,
            To eat the world's due, by the grave and thee.

            Shall I compare thee to a summer's day?
            Thou art more lovely and more temperate:
            Rough winds do shake the darling buds of May,
            And summer's lease hath all too short a date:
            Sometime too hot the eye of heaven shines,
            And often is his gold complexion dimm'd;
            And every fair from fair sometime declines,
            By chance, or nature's changing course, untrimm'd;
            But thy eternal summer shall not fade
            Nor lose possession of that fair thou ow'st;
            Nor shall Death brag thou wander'st in his shade,
            When in eternal lines to time thou grow'st:
            So long as men can breathe, or eyes can see,
            So long lives this, and this gives life to thee.

            When, in disgrace with fortune and men's eyes,
            I all alone beweep my outcast state,
            And trouble deaf heaven with my bootless cries,
            And look upon myself, and curse my fate,
            Wishing me like to one more rich in hope,
            Featur'd like him, like him with friends possess'd,
            Desiring this man's art, and that man's scope,
            With what I most enjoy contented least;
            Yet in these thoughts myself almost despising,
            Haply I think on thee, and then my state,
            Like to the lark at break of day arising
            From sullen earth, sings hymns at heaven's gate;
            For thy sweet love remember'd such wealth brings
            That then I scorn to change my state with kings.

            Let me not to the marriage of true minds
            Admit impediments. Love is not love
            Which alters when it alteration finds,
            Or bends with the remover to remove:
            O no! it is an ever-fixed mark
            That looks on tempests and is never shaken;
            It is the star to every wandering bark,
            Whose worth's unknown, although his height be taken.
            Love's not Time's fool, though rosy lips and cheeks
            Within his bending sickle's compass come;
            Love alters not with his brief hours and weeks,
            But bears it out even to the edge of doom.
            If this be error and upon me proved,
            I never writ, nor no man ever loved.

            My mistress' eyes are nothing like the sun;
            Coral is far more red than her lips' red;
            If snow be white, why then her breasts are dun;
            If hairs be wires, black wires grow on her head.
            I have seen roses damask'd, red and white,
            But no such roses see I in her cheeks;
            And in some perfumes is there more delight
            Than in the breath that from my mistress reeks.
            I love to hear her speak, yet well I know
            That music hath a far more pleasing sound;
            I grant I never saw a goddess go;
            My mistress, when she walks, treads on the ground:
            And yet, by heaven, I think my love as rare
            As any she belied with false compare.

            """;
    }
}
