"""Operon on the trees of our evaluation benchmark: evaluation.py KIND=TREES... Prints JSON.

TREES is a file with one tree a line, as `print_trees` writes them; one thread, CPU time.
"""

import ast
import json
import statistics
import sys
import time
from importlib.metadata import version

import numpy
import pyoperon

NODES = 49
COLUMNS = 10
ROWS = (1_000, 10_000)
REPETITIONS = 9

BINARY = {ast.Add: pyoperon.Node.Add, ast.Sub: pyoperon.Node.Sub, ast.Mult: pyoperon.Node.Mul}
UNARY = {"sin": pyoperon.Node.Sin, "cos": pyoperon.Node.Cos, "exp": pyoperon.Node.Exp,
         "tanh": pyoperon.Node.Tanh}


def variable(dataset, name):
    node = pyoperon.Node.Variable(1.0)
    node.HashValue = dataset.Variables[int(name[1:])].Hash
    node.CalculatedHashValue = node.HashValue
    return node


def nodes_of(expression, dataset):
    """Operon's postfix: the last argument first."""
    if isinstance(expression, ast.Name):
        return [variable(dataset, expression.id)]
    if isinstance(expression, ast.Call):
        return nodes_of(expression.args[0], dataset) + [UNARY[expression.func.id]()]
    return (nodes_of(expression.right, dataset) + nodes_of(expression.left, dataset)
            + [BINARY[type(expression.op)]()])


def tree_of(text, dataset):
    nodes = nodes_of(ast.parse(text, mode="eval").body, dataset)
    assert len(nodes) == NODES
    tree = pyoperon.Tree(nodes)
    tree.UpdateNodes()
    return tree


def check(tree, text, dataset, values):
    """Operon computes what the text says (roughly: its functions are approximations)."""
    out = numpy.zeros(len(values), dtype=numpy.float32)
    pyoperon.EvaluateTrees([tree], dataset, pyoperon.Range(0, len(values)), out, 1)
    names = {f"x{i}": values[:, i].astype(numpy.float64) for i in range(COLUMNS)}
    names.update({name: getattr(numpy, name) for name in UNARY})
    with numpy.errstate(all="ignore"):
        expected = eval(text, names)
        ordinary = numpy.abs(expected) < 1e3
    close = numpy.isclose(out, expected, rtol=0.05, atol=0.05)
    assert numpy.mean(close[ordinary]) > 0.9 or not ordinary.any(), text


def seconds_of(trees, dataset, rows):
    """CPU seconds of one evaluation of all trees: the median of several."""
    out = numpy.zeros(len(trees) * rows, dtype=numpy.float32)
    whole = pyoperon.Range(0, rows)
    repeats = max(1, 50_000 // rows)
    times = []
    for _ in range(REPETITIONS):
        start = time.process_time()
        for _ in range(repeats):
            pyoperon.EvaluateTrees(trees, dataset, whole, out, 1)
        times.append((time.process_time() - start) / repeats)
    return statistics.median(times)


def measure(path, rows):
    values = numpy.random.default_rng(1).uniform(-1.0, 1.0, (rows, COLUMNS))
    values = numpy.asfortranarray(values.astype(numpy.float32))
    dataset = pyoperon.Dataset(values)  # borrows them
    with open(path, encoding="utf-8") as file:
        texts = file.read().splitlines()
    trees = [tree_of(text, dataset) for text in texts]
    for tree, text in zip(trees, texts):
        check(tree, text, dataset, values)
    return NODES * len(trees) * rows / seconds_of(trees, dataset, rows)


def main():
    result = {}
    for argument in sys.argv[1:]:
        kind, path = argument.split("=", 1)
        for rows in ROWS:
            result[f"{kind}/{rows}"] = measure(path, rows)
    print(json.dumps({"operon": {"version": version("pyoperon"), "node_rows": result}}))


main()
