#!/usr/bin/env python3
"""compare_tables_report.py FOLDER NAME...: what compare_tables.sh found, as Markdown on stdout."""
import json
import os
import statistics
import sys

LEVEL = 0.05
OURS, RIVALS = "discover:vsr", ("linear", "quadratic")
WIN, AHEAD, BEHIND, LOSS = "win", "ahead", "behind", "loss"

# Fan et al., arXiv 2405.02369: formula, then linear and task-based networks in five structures; MSE of
# targets scaled to [-1, 1], or accuracy.
PAPER = {
    "california_housing": ("0.068x³ + 0.15x + 0.76",
                           (.0760, .0844, .0988, .0861, .1013), (.0702, .0685, .0667, .0670, .0540)),
    "airfoil_self_noise": ("0.064x² - 0.038x - 0.087",
                           (.0428, .0329, .0669, .0250, .0327), (.0402, .0270, .0287, .0233, .0134)),
    "diamonds": ("-0.075x⁷ + 0.16x⁶ + 0.10x⁵ - 0.27x⁴ + 0.090x³",
                 (.0128, .0108, .0084, .0103, .0145), (.0097, .0078, .0081, .0080, .0084)),
    "abalone": ("-0.088x³ - 0.12x² + 0.046x",
                (.0253, .0289, .0296, .0282, .0300), (.0250, .0250, .0269, .0258, .0268)),
    "bike_sharing_hourly": ("-0.081x² + 0.054x",
                            (.0144, .0133, .0103, .0137, .0104), (.0132, .0110, .0092, .0101, .0083)),
    "space_ga": ("0.052x⁴ + 0.12x³ + 0.025x² - 0.073x + 0.54",
                 (.0077, .0063, .0120, .0108, .0103), (.0069, .0054, .0054, .0061, .0049)),
    "credit": ("-0.43x⁴ + 0.37x² + 0.21",
               (.7123, .7302, .7358, .7267, .7108), (.7433, .7392, .7447, .7447, .7372)),
    "electricity": ("-0.21x² + 0.21x + 1.18",
                    (.777, .788, .791, .790, .763), (.786, .795, .800, .799, .810)),
    "phoneme": ("1.36x⁵ - 2.91x³ + 0.60x² + 1.22x",
                (.817, .802, .779, .847, .812), (.842, .851, .856, .855, .854)),
    "magic_telescope": ("-0.30x⁴ + 1.13x³ + 0.46x² - 0.060x + 1.02",
                        (.8452, .8430, .8456, .8462, .8433), (.8531, .8557, .8580, .8573, .8580)),
    "vehicle": ("-0.074x⁴ + 0.068x³ + 0.072x² + 0.0015x",
                (.809, .809, .798, .810, .809), (.818, .824, .815, .811, .814)),
}


def load(folder, name):
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def row(result, neuron):
    return next(r for r in result["rows"] if r["neuron"] == neuron)


def outcome(result, rival, p="p_value"):
    """How our neuron fares against the rival; ahead and behind are undecided."""
    r = row(result, rival)
    is_ahead = r["advantage"] < 0  # the rival's advantage
    if r[p] < LEVEL:
        return WIN if is_ahead else LOSS
    return AHEAD if is_ahead else BEHIND


def count(results, rival, p="p_value"):
    words = [outcome(result, rival, p) for result in results.values()]
    return {word: words.count(word) for word in (WIN, AHEAD, BEHIND, LOSS)}


def p_text(p):
    return "<0.0001" if p < 1e-4 else f"{p:.2g}"


def verdict_cell(result, rival):
    r = row(result, rival)
    word = outcome(result, rival)
    text = f"**{word}**" if word in (WIN, LOSS) else word
    return f"{text} ({p_text(r['p_value'])}; {p_text(r['wilcoxon_p_holm'])})"


def value_cell(result, neuron):
    r = row(result, neuron)
    return f"{r['mean']:.4g} ± {r['std']:.2g}"


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + " --- |" * len(header))
    for cells in rows:
        print("| " + " | ".join(cells) + " |")
    print()


def summary_rows(results):
    for name, result in results.items():
        yield [name, result["metric"], *(value_cell(result, n) for n in (OURS, *RIVALS)),
               *(verdict_cell(result, n) for n in RIVALS), f"{result['seconds']:.0f}"]


def ours_beside_linear(result):
    ours, linear = (row(result, n)["metrics"] for n in (OURS, "linear"))
    if result["task"] == "regression":
        return f"MSE × {ours['mse'] / linear['mse']:.2f}"
    return f"accuracy {100 * (ours['accuracy'] - linear['accuracy']):+.1f} points"


def paper_beside_linear(result, linear, task_based):
    if result["task"] == "regression":
        ratios = [t / l for l, t in zip(linear, task_based)]
        return f"MSE × {min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.2f}"
    gains = [100 * (t - l) for l, t in zip(linear, task_based)]
    return (f"accuracy {min(gains):+.1f} to {max(gains):+.1f} points, "
            f"median {statistics.median(gains):+.1f}")


def span(values):
    return f"{min(values):.3g} to {max(values):.3g}"


def paper_rows(results):
    for name, result in results.items():
        if name not in PAPER:
            continue
        formula, linear, task_based = PAPER[name]
        found = row(result, OURS)["structures"][0]
        yield [name, formula, f"{found['formula']} ({found['repeats']} of {result['repeats']})",
               span(linear), span(task_based), paper_beside_linear(result, linear, task_based),
               ours_beside_linear(result)]


def null_rows(folder, results):
    for name in results:
        if not os.path.exists(os.path.join(folder, name + ".null.json")):
            continue
        result = load(folder, name + ".null")
        random = row(result, "null: random neuron")
        yield [name, result["metric"], value_cell(result, OURS),
               value_cell(result, "null: random neuron"),
               f"{p_text(random['p_value'])}; {p_text(random['wilcoxon_p_holm'])}",
               value_cell(result, "null: shuffled target"),
               f"{result['chance'][result['metric']]:.3g}"]


def print_rival_verdict(results, rival):
    by_t, by_rank = count(results, rival), count(results, rival, "wilcoxon_p_holm")
    print(f"- Against **{rival}** networks of at least as many parameters the discovered neuron is better on "
          f"{by_t[WIN]} of {len(results)} tables, worse on {by_t[LOSS]}, and undecided on "
          f"{by_t[AHEAD] + by_t[BEHIND]} (mean ahead on {by_t[AHEAD]}, behind on {by_t[BEHIND]}). By the "
          "Wilcoxon test, which takes overlapping splits for independent ones, it would be better on "
          f"{by_rank[WIN]} and worse on {by_rank[LOSS]}.")


def print_verdict(results):
    for rival in RIVALS:
        print_rival_verdict(results, rival)
    wins, losses = (sum(count(results, n)[word] for n in RIVALS) for word in (WIN, LOSS))
    n = len(RIVALS) * len(results)
    if 4 * (wins + losses) <= n:
        sense = ("on the whole neither the discovered neuron nor an ordinary one is shown to be better. "
                 f"At 5 % a table, one false decision in {len(results)} tables would be no surprise")
    elif wins > losses:
        sense = "where anything is decided, the discovered neuron is more often better"
    elif wins < losses:
        sense = "where anything is decided, the discovered neuron is more often worse"
    else:
        sense = "as many decisions for the discovered neuron as against it"
    print(f"- In all {wins} wins and {losses} losses of {n}, the rest undecided: {sense}. One table's "
          "outcome says little of the next one's: run `compare` on your own.")
    shared = {name: result for name, result in results.items() if name in PAPER}
    linear = count(shared, "linear")
    print(f"- The paper has its task-based networks ahead of linear ones in all five structures on all "
          f"{len(shared)} of these tables that it uses. Here, at equal size and effort, the discovered "
          f"neuron's mean is ahead of linear on {linear[WIN] + linear[AHEAD]} of them.\n")


def machine():
    model = "an unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{len(os.sched_getaffinity(0))} cores of {model}"


def print_introduction(results):
    first = next(iter(results.values()))
    seconds = sum(result["seconds"] for result in results.values())
    rates = ", ".join(str(rate) for rate in first["learning_rates"])
    print("# Discovered neurons beside ordinary ones\n")
    print("Made by `scripts/compare_tables.sh BINARY DATA_DIR docs/results/comparison.md`, which runs on "
          "each table\n")
    print("    neuronsmith compare --data NAME.csv.gz --neurons discover:vsr,linear,quadratic "
          "--repeats 10\n")
    print("Every repeat has a split of its own: 70 % training, 10 % validation, 20 % test. `discover:vsr` "
          "searches anew in each, on its training rows. Hidden layers are of 12 and 5 units, all but the "
          "largest network widened; no rival has fewer parameters than the discovered one. Each neuron "
          f"has its learning rate of {rates} chosen by validation rows. The {len(results)} tables took "
          f"{seconds / 60:.1f} minutes, other work on the machine included, on {machine()}.\n")


def print_tables_in_full(folder, results):
    print("## Each table in full\n")
    for name in results:
        with open(os.path.join(folder, name + ".md"), encoding="utf-8") as file:
            print(f"### {name}\n\n{file.read().strip()}\n")


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    results = {name: load(folder, name) for name in names}
    print_introduction(results)
    print("## Verdict\n")
    print_verdict(results)
    print("## All tables\n")
    print("Mean ± standard deviation over ten repeats, of the test rows. Columns `against`: how "
          "`discover:vsr` fares; **win** and **loss** are at p < 0.05 by the corrected resampled t test, "
          "ahead and behind are undecided; then p of that test and of the Wilcoxon test, both adjusted "
          "after Holm for two rivals.\n")
    print_table(["table", "metric", OURS, *RIVALS, "against linear", "against quadratic", "seconds"],
                summary_rows(results))
    print("## Beside the paper\n")
    print("Linear (LN) and task-based (TN) networks of Fan et al., arXiv 2405.02369, over five structures. "
          "Their MSE are of targets scaled to [-1, 1], both networks have the same structure and not the "
          "same number of parameters, splits are 8:2 and some data sets are of another version, so only "
          "the last two columns can be set side by side: task-based beside linear, theirs and ours.\n")
    print_table(["table", "paper's formula", "ours (most frequent)", "paper LN", "paper TN",
                 "paper's TN beside LN", "ours beside linear"], paper_rows(results))
    print("## What chance gives\n")
    print("`--null` adds a random neuron of the discovered one's complexity, and the discovered neuron "
          "trained on shuffled targets. p: random beside discovered, t and Wilcoxon, after Holm for four "
          "rows. A constant is the mean of the training rows, or their most frequent class.\n")
    print_table(["table", "metric", OURS, "random neuron", "p", "shuffled target", "constant"],
                null_rows(folder, results))
    print_tables_in_full(folder, results)


main()
