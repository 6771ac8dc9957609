#pragma once

#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/network/cohort.hpp"

namespace neuronsmith::experiment {

/// A table as a problem of a cohort, borrowed: trained on the training rows, judged by `judged`
/// rows. Where these lie beyond the training rows (PreparedData::is_shifted), the last kInnerShare
/// of the training rows, which are in random order, are kept for losses within the distribution.
[[nodiscard]] network::Problem table_problem(const PreparedData& data, const network::Part& judged);

/// The same within the training rows alone: judged by the last kInnerShare of them, and so never
/// beyond.
[[nodiscard]] network::Problem inner_problem(const PreparedData& data);

inline constexpr double kInnerShare = 0.15;

/// Training rows that are kept so.
[[nodiscard]] std::size_t inner_rows(const PreparedData& data);

}  // namespace neuronsmith::experiment
