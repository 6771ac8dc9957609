#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "neuronsmith/search/tensor/structure_fit.hpp"

namespace neuronsmith::search::tensor {

/// What a proof may add.
struct ProofOptions {
  std::vector<TensorTerm> candidates;  ///< products with the rank that one of them starts with
  std::size_t max_rank = 8;            ///< of all products of one order together
};

/// Tries a structure on rows held out: terms without which the loss there is not significantly
/// greater leave it (dearest first), products give way to pure terms of their order where those do
/// as well, terms with which the loss is significantly less enter it, until nothing changes. So
/// what comes out is the smallest structure near `start` that explains the rows: gates alone keep
/// what helps a little while something else is not yet fitted, and cannot see a small term beside a
/// large one. Absent after a stop request.
[[nodiscard]] std::optional<StructureFit> prove(const StructureFitter& fitter,
                                                std::span<const TensorTerm> start,
                                                const ProofOptions& options,
                                                const std::stop_token& stop = {});

/// Whether `a` is worse than `b` beyond chance: the mean of the paired differences over the rows
/// held out is above 3 of its standard errors and above 1 % of the loss of `b`.
[[nodiscard]] bool is_worse(const StructureFit& a, const StructureFit& b);

}  // namespace neuronsmith::search::tensor
