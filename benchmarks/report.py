"""Writes the page of the benchmarks: report.py MEASUREMENTS TEMPLATE COMMIT > performance.md.

MEASUREMENTS is the folder of the JSON files that benchmarks/run.sh leaves. The template holds the
words, {{name}} stands for the table of that name; what was not measured is said so.
"""

import json
import os
import re
import statistics
import sys

MISSING = "not measured"


class Figure:
    """A quantity over the repetitions of a run."""

    def __init__(self, values):
        self.median = statistics.median(values)
        quartiles = statistics.quantiles(values, n=4) if len(values) > 1 else [self.median] * 3
        self.spread = (quartiles[2] - quartiles[0]) / 2 / self.median

    def text(self, unit, scale=1.0):
        return f"{self.median / scale:.3g} {unit} ± {100 * self.spread:.0f} %"


class Run:
    """The output of one Google Benchmark binary."""

    def __init__(self, path):
        self.context = {}
        self.repetitions = {}
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as file:
            output = json.load(file)
        self.context = output["context"]
        for entry in output.get("benchmarks", []):
            if entry["run_type"] == "iteration":
                self.repetitions.setdefault(entry["run_name"], []).append(entry)

    def figure(self, name, counter):
        entries = self.repetitions.get(name)
        return Figure([entry[counter] for entry in entries]) if entries else None


def load(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def verdict(is_met):
    return "met" if is_met else "**falls short**"


def share(part, whole):
    return part.median / whole.median if part and whole else None


def target_cell(value, least, text):
    """A ratio and what it should be at least."""
    if value is None:
        return MISSING
    return f"{text.format(value)}; {verdict(value >= least)}"


class Report:
    def __init__(self, folder, commit):
        runs = {name: Run(os.path.join(folder, name + ".json"))
                for name in ("evaluation", "scoring", "activation_discovery", "tensor_search", "step",
                             "cohort", "light_network", "reading")}
        self.evaluation, self.scoring = runs["evaluation"], runs["scoring"]
        self.step, self.reading = runs["step"], runs["reading"]
        self.discovery = runs["activation_discovery"]
        self.cohort = runs["cohort"]
        self.light_network = runs["light_network"]
        self.tensor_search = runs["tensor_search"]
        self.tensor_peer = load(os.path.join(folder, "peer_tensor_search.json"))
        self.cohort_peer = load(os.path.join(folder, "peer_cohort.json"))
        self.kept_cohort_peer = load(os.path.join(folder, "peer_cohort_memory_kept.json"))
        self.light_peer = load(os.path.join(folder, "peer_light_network.json"))
        self.memory = load(os.path.join(folder, "memory.json"))
        self.build = load(os.path.join(folder, "build.json"))
        self.peers = {}
        for name in ("operon", "gplearn", "pytorch", "libtorch"):
            self.peers.update(load(os.path.join(folder, f"peer_{name}.json")))
        self.commit = commit

    def machine(self):
        context = self.evaluation.context
        rows = [("processor", self.build.get("processor", MISSING)),
                ("compiler", self.build.get("compiler", MISSING)),
                ("commit", self.commit),
                ("date", context.get("date", MISSING)[:10]),
                ("load of the machine at the start",
                 ", ".join(f"{x:.1f}" for x in context.get("load_avg", [])) +
                 f" on {context.get('num_cpus')} processors")]
        for name, version in sorted((n, p["version"]) for n, p in self.peers.items()):
            rows.append((name, version))
        return table(("", ""), rows)

    def limits(self):
        rows = []
        for name, run in (("evaluation", self.evaluation), ("training step", self.step),
                          ("cohort", self.cohort), ("Light network", self.light_network),
                          ("tensor search", self.tensor_search)):
            fma = run.figure("limit/fma_peak", "flops")
            stream = run.figure("limit/l1_stream", "bytes")
            if fma and stream:
                rows.append((name, fma.text("GFLOP/s", 1e9), stream.text("GB/s", 1e9)))
        return table(("in the run of", "multiply-adds", "first-level cache, two loads and a store"),
                     rows)

    def evaluation_table(self):
        stream = self.evaluation.figure("limit/l1_stream", "bytes")
        operon = self.peers.get("operon", {}).get("node_rows", {})
        rows = []
        for kind in ("arithmetic", "transcendental"):
            for n_rows in (1_000, 10_000):
                name = f"evaluate/{kind}/{n_rows}"
                figure = self.evaluation.figure(name, "node_rows")
                if figure is None:
                    continue
                part = share(self.evaluation.figure(name, "bytes"), stream)
                of_limit = (target_cell(part, 0.5, "{:.2f}") if kind == "arithmetic"
                            else f"{part:.2f}")
                theirs = operon.get(f"{kind}/{n_rows}")
                ratio = figure.median / theirs if theirs else None
                rows.append((kind, f"{n_rows:,}", figure.text("G", 1e9), of_limit,
                             f"{theirs / 1e9:.3g} G" if theirs else MISSING,
                             target_cell(ratio, 3.0, "{:.1f} times")))
        return table(("trees", "rows", "node·rows/s", "share of the L1 rate (at least 0.5)",
                      "Operon", "against Operon (at least 3)"), rows)

    def scoring_table(self):
        rows = []
        for kind, words in (("score/fitted", "coefficients fitted"),
                            ("score/as_written", "coefficients as written"),
                            ("search", "the whole search")):
            for n_rows in (2_000, 20_000, 2_000_000):
                figure = self.scoring.figure(f"{kind}/{n_rows}", "candidates")
                if figure is None:
                    continue
                setup = self.scoring.figure(f"{kind}/{n_rows}", "setup_seconds") \
                    if kind != "search" else None
                cell = "" if kind == "search" else verdict(figure.median >= 1e6)
                rows.append((words, f"{n_rows:,}", figure.text("M", 1e6), cell,
                             f"{1e3 * setup.median:.3g} ms" if setup else ""))
        if not rows:
            return "Not measured: `NEURONSMITH_DATA` names no folder with california_housing.csv.gz."
        return table(("what", "rows", "candidates/s", "at least 1 M", "once per table"), rows)

    def discovery_table(self):
        ours = self.discovery.figure("discover/activation_gp", "searches")
        if not ours:
            return "Not measured: `NEURONSMITH_DATA` names no folder with higgs.csv.gz."
        error = self.discovery.figure("discover/activation_gp", "error").median
        peer = self.peers.get("gplearn", {})
        theirs = peer.get("searches_per_second")
        ratio = ours.median / theirs if theirs else None
        return table(("", "a search", "mean log loss", "ours is faster by (at least 50)"),
                     [("neuronsmith", f"{1e3 / ours.median:.3g} ms ± {100 * ours.spread:.0f} %",
                       f"{error:.4f}", target_cell(ratio, 50.0, "{:.0f} times")),
                      ("gplearn", f"{1e3 / theirs:.0f} ms" if theirs else MISSING,
                       f"{peer['error']:.4f}" if theirs else MISSING, "")])

    def step_table(self):
        peak = self.step.figure("limit/fma_peak", "flops")
        gelu = self.step.figure("step/gelu", "cpu_time")
        rows = []
        names = [name for name in self.step.repetitions if name.startswith("step/")]
        for name in sorted(names, key=lambda n: self.step.figure(n, "cpu_time").median):
            time = self.step.figure(name, "cpu_time")
            part = share(self.step.figure(name, "flops"), peak)
            ratio = time.median / gelu.median
            rows.append((name[5:].replace("_", " "), time.text("µs"), f"{part:.2f}",
                         f"{ratio:.2f}; {verdict(ratio <= 1.5)}"))
        return table(("activation", "step", "share of the multiply-add peak",
                      "against gelu (at most 1.5)"), rows)

    def step_peers(self):
        gelu = self.step.figure("step/gelu", "cpu_time")
        rows = []
        for name, least in (("libtorch", 20.0), ("pytorch", 30.0)):
            theirs = self.peers.get(name, {}).get("step_us")
            ratio = theirs / gelu.median if theirs else None
            rows.append((name, f"{theirs:.0f} µs" if theirs else MISSING,
                         target_cell(ratio, least, "{:.1f} times"), f"{least:.0f} times"))
        return table(("eager step", "time", "ours is faster by", "target"), rows)

    def cohort_rate(self, kind, threads):
        return self.cohort.figure(self.cohort_name(kind, threads), "candidate_steps")

    @staticmethod
    def cohort_name(kind, threads):
        return f"cohort/{kind}/{threads}/process_time/real_time"

    def cohort_table(self):
        peaks = [self.cohort.figure("limit/fma_peak", "flops"),
                 self.cohort.figure("limit/fma_peak_of_two/threads:2", "flops")]
        rows = []
        for kind, words in (("mixed", "eight functions"), ("gelu", "gelu")):
            rates = [self.cohort_rate(kind, threads) for threads in (1, 2)]
            if None in rates:
                continue
            row = [words] + [rate.text("k", 1e3) for rate in rates]
            row.append(f"{share(rates[1], rates[0]):.2f}")
            for threads, peak in zip((1, 2), peaks):
                name = self.cohort_name(kind, threads)
                cpu_seconds = 1e-3 * self.cohort.figure(name, "cpu_time").median
                flops = self.cohort.figure(name, "flops_a_run").median / cpu_seconds
                row.append(f"{flops / peak.median:.2f}")
            rows.append(row)
        if rows:
            rows.append(["the peak itself, GFLOP/s", f"{peaks[0].median / 1e9:.3g}",
                         f"{2 * peaks[1].median / 1e9:.3g}", f"{2 * share(peaks[1], peaks[0]):.2f}", "", ""])
        return table(("activations", "steps/s, one thread", "two threads", "two against one",
                      "share of the multiply-add peak, one thread", "two threads"), rows)

    def cohort_peers(self):
        rows = []
        for words, peer, kind, ours, least in (
                ("one by one, eight functions", self.cohort_peer, "mixed", "mixed", 20.0),
                ("one by one, gelu", self.cohort_peer, "gelu", "gelu", 20.0),
                ("`torch.func.vmap`, gelu", self.cohort_peer, "vmap", "gelu", 4.0),
                ("the same, memory kept", self.kept_cohort_peer, "vmap", "gelu", 4.0)):
            theirs = peer.get("steps_per_second", {})
            rates = [theirs.get(f"{kind}/{threads}") for threads in (1, 2)]
            rate = self.cohort_rate(ours, 2)
            ratio = rate.median / max(rates) if rate and None not in rates else None
            rows.append([words] + [f"{1e-3 * r:.3g} k" if r else MISSING for r in rates] +
                        [target_cell(ratio, least, "{:.1f} times"), f"{least:.0f} times"])
        return table(("PyTorch", "steps/s, one thread", "two threads",
                      "ours with two is faster than the better by", "target"), rows)

    def light_network_table(self):
        peak = self.light_network.figure("limit/fma_peak", "flops")
        theirs = self.light_peer.get("seconds", {})
        rows = []
        for name, formula in (("relu", "relu(x)"), ("found", "cos(x) - cos(cos(x))")):
            time = self.light_network.figure(f"light_network/{name}", "cpu_time")
            if time is None:
                continue
            part = share(self.light_network.figure(f"light_network/{name}", "flops"), peak)
            row = [f"`{formula}`", time.text("s", 1e3), f"{part:.2f}"]
            for kind, least in (("sliced", 5.0), ("loader", 15.0)):
                seconds = theirs.get(f"{name}/{kind}")
                ratio = 1e3 * seconds / time.median if seconds else None
                row += [f"{seconds:.3g} s" if seconds else MISSING,
                        target_cell(ratio, least, "{:.1f} times")]
            rows.append(row)
        return table(("activation", "15 epochs", "share of the multiply-add peak", "PyTorch, sliced",
                      "ours is faster by (at least 5)", "PyTorch, DataLoader",
                      "ours is faster by (at least 15)"), rows)

    def tensor_table(self):
        peak = self.tensor_search.figure("limit/fma_peak", "flops")
        theirs = self.tensor_peer.get("seconds", {})
        rows = []
        for n_inputs, least in (("10", 200.0), ("100", None)):
            rate = self.tensor_search.figure(f"tensor/epoch/{n_inputs}", "epochs")
            restart = self.tensor_search.figure(f"tensor/restart/{n_inputs}", "cpu_time")
            if rate is None:
                continue
            part = share(self.tensor_search.figure(f"tensor/epoch/{n_inputs}", "flops"), peak)
            seconds = theirs.get(n_inputs)
            ratio = seconds * rate.median if seconds else None
            against = (target_cell(ratio, least, "{:.0f} times") if least or ratio is None
                       else f"{ratio:.0f} times")
            rows.append((n_inputs, f"{1e3 / rate.median:.3g} ms ± {100 * rate.spread:.0f} %", f"{part:.2f}",
                         f"{1e3 * seconds:.0f} ms" if seconds else MISSING, against,
                         restart.text("ms")))
        return table(("inputs", "an epoch", "share of the multiply-add peak", "PyTorch",
                      "ours is faster by (at least 200 with 10 inputs)", "a whole restart, with its proof"), rows)

    def reading_table(self):
        ours = self.reading.figure("read/neuronsmith", "bytes")
        parser = self.reading.figure("read/libcsv", "bytes")
        if not ours:
            return "Not measured."
        least = min(200e6, parser.median)
        return table(("", "rate", "target"),
                     [("read_table", ours.text("MB/s", 1e6),
                       f"at least {least / 1e6:.0f} MB/s; {verdict(ours.median >= least)}"),
                      ("libcsv with empty callbacks", parser.text("MB/s", 1e6), "")])

    def memory_table(self):
        if not self.memory:
            return "Not measured."
        peak, size = self.memory["peak_bytes"], self.memory["table_bytes"]
        most = 1.3 * size + 64 * 2**20
        return table(("table as float32", "peak of discover", "allowed", ""),
                     [(f"{size / 1e6:.0f} MB", f"{peak / 1e6:.0f} MB", f"{most / 1e6:.0f} MB",
                       verdict(peak <= most))])

    def tables(self):
        return {"machine": self.machine, "limits": self.limits,
                "evaluation": self.evaluation_table, "scoring": self.scoring_table,
                "discovery": self.discovery_table, "step": self.step_table,
                "step_peers": self.step_peers, "cohort": self.cohort_table,
                "cohort_peers": self.cohort_peers, "light_network": self.light_network_table,
                "tensor": self.tensor_table, "reading": self.reading_table, "memory": self.memory_table}


def main():
    folder, template, commit = sys.argv[1:]
    tables = Report(folder, commit).tables()
    with open(template, encoding="utf-8") as file:
        text = file.read()
    sys.stdout.write(re.sub(r"\{\{(\w+)\}\}", lambda match: tables[match[1]](), text))


main()
