#include "neuronsmith/search/tensor/proof.hpp"

#include <algorithm>
#include <cmath>

namespace neuronsmith::search::tensor {
namespace {

constexpr double kStandardErrors = 2.0;
constexpr double kLeastGain = 0.01;
constexpr int kMostRounds = 12;

/// Weights of an output and input: what a term costs.
std::size_t cost_of(const TensorTerm& term) {
  return term.stream == Stream::Pure ? 1 : static_cast<std::size_t>(term.order) * term.rank;
}

class Proof {
 public:
  Proof(const StructureFitter& fitter, const ProofOptions& options, const std::stop_token& stop)
      : fitter_(fitter), options_(options), stop_(stop), fit_(fitter.constant()) {}

  std::optional<StructureFit> run(std::span<const TensorTerm> start) {
    for (const TensorTerm& term : start) {
      if (stop_.stop_requested()) return std::nullopt;
      fit_ = fitter_.with(fit_, term);
    }
    bool is_changed = true;
    for (int round = 0; round < kMostRounds && is_changed; ++round) {
      while (drop_one() && !stop_.stop_requested()) {
      }
      while (exchange_one() && !stop_.stop_requested()) {
      }
      is_changed = add_one();
      if (stop_.stop_requested()) return std::nullopt;
    }
    while (drop_one() && !stop_.stop_requested()) {
    }
    if (stop_.stop_requested()) return std::nullopt;
    return fit_;
  }

 private:
  [[nodiscard]] bool has(const TensorTerm& term) const {
    return std::ranges::find(fit_.terms, term, &FittedTerm::term) != fit_.terms.end();
  }

  [[nodiscard]] std::size_t rank_at(int order) const {
    std::size_t rank = 0;
    for (const FittedTerm& fitted : fit_.terms) {
      if (fitted.term.stream != Stream::Pure && fitted.term.order == order)
        rank += fitted.term.rank;
    }
    return rank;
  }

  /// The dearest term that is not missed; of equally dear ones the one least missed.
  bool drop_one() {
    std::optional<StructureFit> best;
    std::size_t most = 0;
    for (std::size_t t = 0; t < fit_.terms.size() && !stop_.stop_requested(); ++t) {
      const std::size_t cost = cost_of(fit_.terms[t].term);
      if (best && cost < most) continue;
      StructureFit reduced = fitter_.without(fit_, t);
      if (is_worse(reduced, fit_)) continue;
      if (best && cost == most && reduced.holdout_loss() >= best->holdout_loss()) continue;
      most = cost;
      best = std::move(reduced);
    }
    if (!best) return false;
    fit_ = std::move(*best);
    return true;
  }

  /// A product for the pure term of its order, where that does as well.
  bool exchange_one() {
    for (std::size_t t = 0; t < fit_.terms.size() && !stop_.stop_requested(); ++t) {
      const TensorTerm& term = fit_.terms[t].term;
      const TensorTerm pure{Stream::Pure, term.order};
      if (term.stream == Stream::Pure || has(pure) || !is_candidate(pure))
        continue;
      StructureFit exchanged = fitter_.with(fitter_.without(fit_, t), pure);
      if (is_worse(exchanged, fit_)) continue;
      fit_ = std::move(exchanged);
      return true;
    }
    return false;
  }

  [[nodiscard]] bool is_candidate(const TensorTerm& term) const {
    return std::ranges::find(options_.candidates, term) != options_.candidates.end();
  }

  /// The term that helps most of those that help beyond chance.
  bool add_one() {
    std::optional<StructureFit> best;
    for (const TensorTerm& term : options_.candidates) {
      if (stop_.stop_requested()) return false;
      if (term.stream == Stream::Pure && has(term)) continue;
      if (term.stream != Stream::Pure && rank_at(term.order) + term.rank > options_.max_rank)
        continue;
      StructureFit extended = fitter_.with(fit_, term);
      if (!is_worse(fit_, extended)) continue;
      if (best && extended.holdout_loss() >= best->holdout_loss()) continue;
      best = std::move(extended);
    }
    if (!best) return false;
    fit_ = std::move(*best);
    return true;
  }

  const StructureFitter& fitter_;
  const ProofOptions& options_;
  std::stop_token stop_;
  StructureFit fit_;
};

}  // namespace

bool is_worse(const StructureFit& a, const StructureFit& b) {
  const auto n = static_cast<double>(a.holdout.size());
  const double mean = a.holdout_loss() - b.holdout_loss();
  if (!std::isfinite(mean)) return !std::isfinite(a.holdout_loss());
  if (!(mean > kLeastGain * b.holdout_loss())) return false;
  double squares = 0.0;
  double signs = 0.0;
  for (std::size_t i = 0; i < a.holdout.size(); ++i) {
    const double difference = a.holdout[i] - b.holdout[i];
    squares += (difference - mean) * (difference - mean);
    signs += difference > 0.0 ? 1.0 : difference < 0.0 ? -1.0 : 0.0;
  }
  const double error = std::sqrt(squares / std::max(n - 1.0, 1.0) / n);
  return mean > kStandardErrors * error || signs > kStandardErrors * std::sqrt(n);
}

std::optional<StructureFit> prove(const StructureFitter& fitter,
                                  std::span<const TensorTerm> start,
                                  const ProofOptions& options,
                                  const std::stop_token& stop) {
  return Proof(fitter, options, stop).run(start);
}

}  // namespace neuronsmith::search::tensor
