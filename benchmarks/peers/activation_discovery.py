"""The published discovery of an activation by gplearn: 10,000 rows of HIGGS, standard scaled, 500
programs, 5 generations, one search from each of several seeds. Prints JSON.

activation_discovery.py HIGGS_CSV_GZ
"""

import gzip
import json
import sys
import time

import gplearn
import numpy as np
from gplearn.genetic import SymbolicClassifier
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

ROWS = 10_000
SEEDS = (1, 2, 3, 4, 5)


def higgs(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        header = file.readline().strip().split(",")
        table = np.loadtxt(file, delimiter=",")
    target = header.index("class")
    rows = np.random.default_rng(42).choice(len(table), ROWS, replace=False)
    inputs = StandardScaler().fit_transform(np.delete(table[rows], target, axis=1))
    return inputs, table[rows, target].astype(int)


def main():
    inputs, classes = higgs(sys.argv[1])
    seconds = []
    losses = []
    for seed in SEEDS:
        search = SymbolicClassifier(population_size=500, generations=5, random_state=seed,
                                    function_set=("add", "sub", "mul", "sin", "cos", "abs"))
        start = time.process_time()
        search.fit(inputs, classes)
        seconds.append(time.process_time() - start)
        losses.append(log_loss(classes, search.predict_proba(inputs)))
    print(json.dumps({"gplearn": {"version": gplearn.__version__,
                                  "searches_per_second": len(SEEDS) / sum(seconds),
                                  "error": sum(losses) / len(losses)}}))


main()
