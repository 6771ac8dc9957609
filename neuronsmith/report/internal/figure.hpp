#pragma once

#include <string>
#include <vector>

#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::report::internal {

/// A plot with legend and caption; a word in its place where it cannot be drawn. `caption` is
/// markup; so is `legend`, one entry a series, which stands for the names of the series when it is
/// given.
[[nodiscard]] std::string figure(const Plot& plot,
                                 const std::string& caption,
                                 const std::vector<std::string>& legend = {});

/// Whether positive values span so much that a logarithmic axis shows more.
[[nodiscard]] bool wants_log_axis(const std::vector<double>& values, double least_ratio);

/// Makes values beyond ten times the 90th percentile of magnitudes gaps: a pole would flatten all
/// else.
void cut_poles(std::vector<double>& values);

/// Positions of at most about `limit` of `n` values, evenly spread, the last one among them.
[[nodiscard]] std::vector<std::size_t> thinned(std::size_t n, std::size_t limit);

}  // namespace neuronsmith::report::internal
