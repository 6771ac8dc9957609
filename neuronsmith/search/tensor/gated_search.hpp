#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "neuronsmith/search/tensor/tensor_model.hpp"
#include "neuronsmith/search/tensor/tensor_options.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor {

/// What one search came to.
struct GatedOutcome {
  std::vector<TensorTerm> terms;  ///< all that were chosen among
  std::vector<double> openness;   ///< of their gates
  double loss = 0.0;  ///< of the last epoch over that of a constant; not finite: diverged

  std::vector<TensorTerm> kept;  ///< those whose openness is above the gates' threshold
};

/// One differentiable search for the structure: all terms are fitted at once, each normalised over
/// the batch and multiplied by a gate that all outputs share; a price on open gates, which rises
/// over the epochs, closes those whose terms do not pay. Adam, cosine schedule, clipped gradients.
/// Pei et al., NeuronSeek, arXiv 2506.15715, and its reference code; departures in TensorOptions.
///
/// The price is in units of the loss that is left: a term pays when it explains `lambda` and
/// ln(n)/n for each of its weights (Schwarz's criterion) of what the others leave, so that it
/// depends neither on the target's scale nor on how much noise there is. After the warm-up the
/// normalisation is that of all rows and fixed. `as_published` the price is `lambda` in units of
/// the loss, and the normalisation by batches throughout.
///
/// A function of rows, options and seed. One thread. `after_epoch` may be empty. Absent after a
/// stop request.
[[nodiscard]] std::optional<GatedOutcome> run_gated_search(
    const TensorRows& rows,
    const TensorOptions& options,
    std::uint64_t seed,
    const std::function<void()>& after_epoch = {},
    const std::stop_token& stop = {});

}  // namespace neuronsmith::search::tensor
