"""mining_report.py SEARCH_DIR WORK_DIR PICTURE OPTIONS: the page of mining.sh, from what it left in WORK_DIR."""

import json
import pathlib
import sys

INTRO = """# Activations by how networks of them extrapolate

After "Mining Generalizable Activation Functions" (Vitvitskyi et al., arXiv 2602.05688): an activation is good if small networks of it
have a small loss beyond the range that they were trained on. Made by

    neuronsmith discover --recipe mine --minutes 20 --seed SEED --out searches/SEED.neuron --json >searches/SEED.json
    scripts/mining.sh BINARY DATA_DIR searches docs/results/mining.md {given}

The second runs `neuronsmith reproduce mining --data-dir DATA_DIR {given}`.

**Who saw what.** Synthetic worlds are of eight families of four kinds: algebraic laws, waves, flows, maps. Searches learn on one family of each kind
(feynman, harmonic-sum, lorenz, mackey-glass) and choose among their finalists by other worlds of these four. The tables below are of the other four
(polynomial, spherical-harmonic, roessler, logistic-map) and of real tables, none of which any search or choice has seen. That the families are parted so, and that a candidate must beat rivals and
not ReLU alone, was decided after a first search, on polynomial, feynman, harmonic-sum and lorenz, had found a function that is 0.80 of ReLU there and 1.36
on the other four, where mackey-glass, the only map with memory, undid it. So the four families judged by here are new to the functions, and not to the one who built the search.
Searches are compared by new worlds of the families searched. That networks choose among learning rates, and train the constants of candidates, was decided on the families searched,
after functions of fixed constants, found at one small rate, had turned out to owe much to their gain: none of them was better than gelu and silu with its whole interval.
Seed 1 was searched first, with 96 finalists in place of 48 (`--finalists 96`); what it found was then tried on the families held back, once, and nothing was changed after that.

**The comparison.** Networks have as many parameters as ordinary ones with two layers of 32 units, those that learn constants being narrower. Every function has the same rows, first random numbers,
order of rows and learning rates to choose from (by the loss within the distribution). A ratio below 1 is a smaller loss. Every world counts once, and every table.
"""

RIVALS = ["relu", "gelu", "silu", "tanh", "gelusine"]


def interval(ratio):
    text = f'{ratio["ratio"]:.3g} ({ratio["low"]:.3g} to {ratio["high"]:.3g})'
    return f"**{text}**" if ratio["high"] < 1 else text + (" !" if ratio["low"] > 1 else "")


def over_rivals(folder):
    study = json.loads((folder / "results.json").read_text())
    return {f["function"]: f["last_over_this_on_worlds"] for f in study["functions"] if f["function"] in RIVALS}


def formula_of(folder):
    """Of the last function, with constants as they start."""
    return json.loads((folder / "results.json").read_text())["functions"][-1]["formula"]


def searches_table(searches, work):
    rows = []
    for path in sorted(searches.glob("*.json")):
        found = json.loads(path.read_text())
        best = next(f for f in found["finalists"] if f["chosen"])
        anew = over_rivals(work / f"{path.stem}-anew")
        over = over_rivals(work / path.stem)
        trials = best["trials"]
        rows.append(
            [
                str(found["seed"]),
                str(found["candidates"]),
                f'{found["seconds"] / 60:.1f}',
                f"`{formula_of(work / path.stem)}`",
                f'{trials["cost"]:g}',
                interval({"ratio": best["error"], "low": trials["low"], "high": trials["high"]}),
                f'{best["criterion"]:.3g}',
                f'{max(ratio["high"] for ratio in anew.values()):.3g}',
                *(interval(over[rival]) for rival in RIVALS),
            ]
        )
    head = ["seed", "candidates", "minutes", "chosen", "FLOP an element", "over relu, finals", "criterion, finals", "criterion, new worlds"]
    head += [f"over {rival}, held back" for rival in RIVALS]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))] + [" | ".join(r) for r in rows]
    return "\n".join(f"| {line} |" for line in lines)


def constants_table(fixed, learnt):
    lines = ["| function | constants fixed | learnt by each channel |", "| --- | --- | --- |"]
    for one, other in zip(fixed["functions"][1:], learnt["functions"][1:]):
        lines.append(f'| `{one["formula"]}` | {interval(one["worlds"])} | {interval(other["worlds"])} |')
    return "\n".join(lines)


def main():
    searches, work, picture = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    print(INTRO.replace(" {given}", " " + sys.argv[4] if sys.argv[4] else ""))
    print("## What searches found\n")
    n_trainings = min(json.loads(path.read_text())["seeds"] for path in work.glob("*/results.json"))
    print(
        "Searches that differ in their seed alone. *Finals*: other worlds of the families searched, by which each chose among its finalists; the "
        "criterion is the greatest upper end of the intervals over relu, gelu, silu, tanh and gelusine. What wins among so many looks better there than it "
        "is, so the searches are compared on *new worlds* of the same families. *Held back*: worlds of the families that were not searched. "
        f"{n_trainings} trainings of each function on each world.\n"
    )
    print(searches_table(searches, work) + "\n")
    print(
        "The library has the one of least criterion on new worlds, its constants rounded to three digits, as `mined`: what follows is of that. Formulas are shown with the "
        "constants that networks start from; every output of a layer then learns its own.\n"
    )
    if (work / "study" / "shapes.png").exists():
        print(f"![The shape of mined as it starts, with its slope, beside known activations]({picture})\n")
    print("## The function, and learning its constants\n")
    print(
        "Losses over those of relu on the worlds held back. Learning is worth something to known functions too: the first is then PReLU, the third "
        f"Swish, all with a gain. {n_trainings} trainings on each world, as many parameters everywhere:\n"
    )
    print(constants_table(*(json.loads((work / name / "results.json").read_text()) for name in ("fixed", "learnt"))) + "\n")
    print((work / "study" / "results.md").read_text())
    print((work / "log").read_text().splitlines()[-1].split("; written")[0] + ".")


main()
