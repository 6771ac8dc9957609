#!/usr/bin/env python3
"""Prints the reference numbers that tests/core/statistics_test.cpp holds.

Needs numpy and scipy (made with scipy 1.17.1):  python3 tests/core/reference/statistics.py
"""
import numpy as np
from scipy import stats

SAMPLES = {
    "distinct": [0.5, -0.3, 1.2, 0.8, -0.1, 0.9, 1.5, 0.2, -0.4, 0.7],
    "positive": [0.11, 0.25, 0.31, 0.42, 0.53, 0.64, 0.75, 0.86, 0.97, 1.08],
    "ties": [1.0, 2.0, 2.0, -1.0, 3.0, 3.0, -2.0, 4.0, 0.5, 1.0, 5.0, -3.0],
    "zeros": [0.0, 0.5, -0.3, 1.2, 0.0, 0.8, -0.1, 0.9, 1.5, 0.2],
    "three": [0.2, 0.5, -0.1],
}


def wilcoxon(differences):
    """zero_method "wilcox"; exact without ties, otherwise normal with both corrections."""
    d = np.asarray([x for x in differences if x != 0.0])
    exact = len(set(np.abs(d))) == len(d) and len(d) <= 50
    test = stats.wilcoxon(d, correction=not exact, method="exact" if exact else "approx")
    ranks = stats.rankdata(np.abs(d))
    biserial = (ranks[d > 0].sum() - ranks[d < 0].sum()) / ranks.sum()
    return test.statistic, test.pvalue, biserial


def corrected_t(differences, n_test, n_train):
    """Nadeau and Bengio 2003, by hand around scipy's t distribution."""
    d = np.asarray(differences)
    error = np.sqrt((1 / len(d) + n_test / n_train) * d.var(ddof=1))
    t = d.mean() / error
    reach = stats.t.ppf(0.975, len(d) - 1) * error
    return t, 2 * stats.t.sf(abs(t), len(d) - 1), d.mean() - reach, d.mean() + reach


for name, sample in SAMPLES.items():
    print(name)
    print("  wilcoxon  %.15g %.15g %.15g" % wilcoxon(sample))
    print("  t 20/70   %.15g %.15g %.15g %.15g" % corrected_t(sample, 20, 70))
    print("  cohens_d  %.15g" % (np.mean(sample) / np.std(sample, ddof=1)))
    print("  summary   %.15g %.15g %.15g"
          % (np.mean(sample), np.std(sample, ddof=1), np.median(sample)))

long = [((7 * i) % 61 - 25.5) * 0.01 for i in range(1, 61)]
print("long (60 values)\n  wilcoxon  %.15g %.15g %.15g" % wilcoxon(long))
exact = [((7 * i) % 53 - 20.25) * 0.01 for i in range(1, 51)]
print("fifty\n  wilcoxon  %.15g %.15g %.15g" % wilcoxon(exact))

print("t two-sided")
for t, degrees in [(0.0, 3), (0.5, 1), (2.0, 9), (-3.5, 4), (12.0, 29), (1e-3, 2)]:
    print("  %g %g  %.15g" % (t, degrees, 2 * stats.t.sf(abs(t), degrees)))
print("t quantile")
for p, degrees in [(0.05, 1), (0.05, 9), (0.01, 4), (0.5, 30)]:
    print("  %g %g  %.15g" % (p, degrees, stats.t.isf(p / 2, degrees)))

print("chi squared, F")
for x, degrees in [(9.28, 3), (0.5, 1), (30.0, 7)]:
    print("  %g %g  %.15g" % (x, degrees, stats.chi2.sf(x, degrees)))
for x, degrees, other in [(3.69, 3, 39), (0.5, 1, 4), (12.0, 7, 133)]:
    print("  %g %g %g  %.15g" % (x, degrees, other, stats.f.sf(x, degrees, other)))
print("range of normal numbers")
for p, k in [(0.05, 2), (0.05, 4), (0.05, 8), (0.1, 10), (0.01, 3)]:
    print("  %g %g  %.10g" % (p, k, stats.studentized_range.isf(p, k, np.inf)))
untied = [[0.3, 0.1, 0.2], [0.5, 0.4, 0.6], [0.9, 0.2, 0.3], [0.1, 0.2, 0.3], [0.8, 0.3, 0.7]]
print("friedman without ties  %.15g %.15g" % tuple(stats.friedmanchisquare(*np.asarray(untied).T)))
