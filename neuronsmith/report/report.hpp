#pragma once

#include <string>
#include <vector>

#include "neuronsmith/experiment/store.hpp"

namespace neuronsmith::report {

/// One self-contained HTML page about some runs: no script, style, font or picture from elsewhere;
/// readable on a phone, light and dark. What it shows of a run follows from what the run has: the
/// formula typeset (MathML), the neuron's shape, convergence, Pareto front, predicted against true
/// or confusion matrix, comparison table with intervals. Plots are inline SVG made by gnuplot;
/// without gnuplot their place says so.
[[nodiscard]] std::string render(const std::vector<experiment::RunRecord>& runs);

}  // namespace neuronsmith::report
