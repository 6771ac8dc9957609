#!/usr/bin/env python3
"""synthetic_laws.py BINARY [--seeds N] [--rows N]: how often `neuronsmith discover` finds the exponents
of the ten synthetic laws, beside an exhaustive search over all sets of the exponents 1 to 7 by the same
criterion, computed here anew with 50 decimal digits. Prints the tables of docs/results/synthetic-laws.md.
Needs nothing but the standard library."""

import argparse
import csv
import itertools
import json
import math
import random
import struct
import subprocess
import sys
import tempfile
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 50

LAWS = {
    1: {2: 6}, 2: {4: 3}, 3: {2: 4, 1: 5}, 4: {4: 2, 1: 6}, 5: {4: 2, 2: 3, 1: 6},
    6: {4: 3, 3: 4, 2: 2, 1: 3}, 7: {4: 4, 2: 2}, 8: {4: 2, 3: 3}, 9: {3: 2, 1: 3},
    10: {5: 3, 4: 4, 1: 5},
}
SETTINGS = [(50.0, 0.0), (1.5, 0.0), (1.5, 0.05), (1.5, 0.15), (1.5, 0.30)]  # range, noise
DEGREE = 7
GAMMA = 1.5
DIGITS = Decimal(10) ** -40  # a pivot below this is zero


def to_float32(text):
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def read_rows(path):
    with open(path, newline="") as file:
        rows = [[to_float32(field) for field in row] for row in list(csv.reader(file))[1:]]
    return [row[:-1] for row in rows], [row[-1] for row in rows]


def centred(values):
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def dot(a, b):
    return sum((x * y for x, y in zip(a, b)), Decimal(0))


def gram_of(inputs, target):
    """Products of the centred sums of powers 1 to DEGREE and, last, the target."""
    columns = []
    for k in range(1, DEGREE + 1):
        columns.append(centred([sum(Decimal(x) ** k for x in row) for row in inputs]))
    columns.append(centred([Decimal(y) for y in target]))
    return [[dot(a, b) for b in columns] for a in columns]


def residual_share(gram, exponents):
    """By elimination: what is left of the target's variance."""
    places = [k - 1 for k in exponents] + [DEGREE]
    m = [[gram[i][j] for j in places] for i in places]
    total = m[-1][-1]
    for p in range(len(exponents)):
        if m[p][p] <= DIGITS * gram[places[p]][places[p]]:
            continue
        for i in range(p + 1, len(m)):
            factor = m[i][p] / m[p][p]
            for j in range(p, len(m)):
                m[i][j] -= factor * m[p][j]
    return float(max(m[-1][-1], Decimal(0)) / total)


def rounding_share(target):
    """The least error that is told from rounding the target to float32, as FitObjective has it."""
    units = [2.0 ** (math.frexp(abs(y))[1] - 24) for y in target if y != 0.0]
    mean = sum(u**2 / 12 for u in units)
    variance = sum(u**4 / 180 for u in units)
    centre = sum(target) / len(target)
    return (mean + 4 * math.sqrt(variance)) / sum((y - centre) ** 2 for y in target)


def exhaustive(path):
    inputs, target = read_rows(path)
    gram = gram_of(inputs, target)
    least = rounding_share(target)
    penalty = math.log(len(target)) + 2 * GAMMA * math.log(DEGREE)

    def rank(exponents):
        error = residual_share(gram, exponents)
        return len(target) * math.log(max(error, least)) + len(exponents) * penalty, error

    sets = [s for n in range(1, DEGREE + 1) for s in itertools.combinations(range(1, DEGREE + 1), n)]
    return set(min(sets, key=rank))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def discover(binary, path, seed, folder):
    output = run([binary, "discover", "--data", path, "--split", "1,0,0", "--seed", str(seed),
                  "--threads", "1", "--json", "--quiet", "--out", str(folder / "neuron.json")])
    result = json.loads(output)
    # A pure term has one exponent; any other is none of a law's.
    return {tuple(term["exponents"]) for term in result["terms"]}, result["seconds"]


def recovery(options):
    print("| range | noise | runs | exhaustive exact | search exact | search as exhaustive "
          "| seconds a search, mean (greatest) |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = str(folder / "law.csv")
        for width, noise in SETTINGS:
            exact = best_exact = same = 0
            seconds = []
            for law, seed in itertools.product(LAWS, range(1, options.seeds + 1)):
                run([options.binary, "data", "synthesize", "--law", str(law), "--noise", str(noise),
                     "--range", str(width), "--rows", str(options.rows), "--seed", str(seed),
                     "--out", path])
                found, duration = discover(options.binary, path, seed, folder)
                best = {(k,) for k in exhaustive(path)}
                true = {(k,) for k in LAWS[law]}
                exact += found == true
                best_exact += best == true
                same += found == best
                seconds.append(duration)
            n = len(seconds)
            print(f"| {width:g} | {noise:.2f} | {n} | {best_exact} | {exact} | {same} "
                  f"| {sum(seconds) / n:.3f} ({max(seconds):.3f}) |", flush=True)


def expected_t(law, width, n_rows, draws):
    """Mean over draws of coefficient / standard error at noise 1, in the order of LAWS[law]."""
    terms = LAWS[law]
    totals = dict.fromkeys(terms, 0.0)
    source = random.Random(law)
    for _ in range(draws):
        rows = [[source.uniform(-width, width) for _ in range(10)] for _ in range(n_rows)]
        sums = {k: [sum(x**k for x in row) for row in rows] for k in terms}
        y = [sum(c * sums[k][i] for k, c in terms.items()) for i in range(n_rows)]
        deviation = math.sqrt(sum(v * v for v in y) / n_rows)
        for k, coefficient in terms.items():
            left = partial_out(sums, k)
            totals[k] += coefficient * math.sqrt(left) / deviation / draws
    return totals


def partial_out(sums, k):
    """Sum of squares of one column that the others and an intercept do not explain."""
    basis = []
    for other in [j for j in sums if j != k] + [k]:
        column = centred(sums[other])
        for _ in range(2):  # twice: to the precision of float64
            for direction in basis:
                factor = sum(a * b for a, b in zip(column, direction))
                column = [a - factor * b for a, b in zip(column, direction)]
        square = sum(a * a for a in column)
        basis.append([a / math.sqrt(square) for a in column])
    return square


def signal(options):
    print("| law | term | range 50: 0.05 | 0.15 | 0.30 | range 1.5: 0.05 | 0.15 | 0.30 |")
    print("|---|---|---|---|---|---|---|---|")
    for law, terms in LAWS.items():
        text = " + ".join(f"{c}S{k}" for k, c in terms.items())
        values = [expected_t(law, width, 600, options.draws) for width in (50.0, 1.5)]
        for k in terms:
            cells = [f"{v[k] / noise:.3g}" for v in values for noise in (0.05, 0.15, 0.30)]
            print(f"| {law}: {text} | S{k} | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--seeds", type=int, default=5, help="tables a law and setting")
    parser.add_argument("--rows", type=int, default=480, help="rows of a table, all searched")
    parser.add_argument("--draws", type=int, default=20, help="draws behind an expected |t|")
    options = parser.parse_args()
    signal(options)
    print()
    recovery(options)


if __name__ == "__main__":
    main()
