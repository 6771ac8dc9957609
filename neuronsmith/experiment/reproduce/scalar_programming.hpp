#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/formula/column_polynomial.hpp"
#include "neuronsmith/network/trainer.hpp"
#include "neuronsmith/neuron/orders.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"

/// Plain symbolic regression: formulas of the named columns x0, x1, ..., as the works that search
/// neurons have it beside them.
namespace neuronsmith::experiment::recovery {

/// Population 1000, tournament 20, depth 5 as in "NeuronSeek" (Pei et al., arXiv 2506.15715);
/// functions add, sub, mul; all else as gplearn has it by default (recipe activation-gp).
[[nodiscard]] search::GeneticOptions scalar_genetic_options();
inline constexpr std::uint64_t kScalarGenerations = 10;

/// The formula of least squared error of the whole search, with the scale and offset that fit it
/// to the target. Absent where none could be scored.
[[nodiscard]] std::optional<formula::Formula> searched_scalar_formula(const network::Part& training,
                                                                      std::uint64_t seed,
                                                                      const Budget& budget,
                                                                      const Executor& executor,
                                                                      const std::stop_token& stop);

/// A monomial whose standard deviation over inputs that are N(0, 1) is below this share of the
/// target's, which is 1, does not count.
inline constexpr double kNegligible = 1e-4;

/// Standard deviation of a product of columns that are independent and N(0, 1).
[[nodiscard]] double deviation_under_normal(const formula::Monomial& monomial);

/// A monomial in one column of degree k is pure k, one in several columns of total degree k is an
/// interaction of order k; negligible ones and the constant are left out. Absent where the formula
/// is no polynomial.
[[nodiscard]] std::optional<neuron::OrderSet> orders_of_scalar(const formula::Formula& formula);

}  // namespace neuronsmith::experiment::recovery
