#include "neuronsmith/search/tensor/tensor_options.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"

namespace neuronsmith::search {
namespace {

using tensor::Stream;
using tensor::TensorTerm;

constexpr std::array kEngines = {TensorEngine::Dual, TensorEngine::Cp, TensorEngine::Tucker};

void require_between(const char* option, std::size_t value, std::size_t low, std::size_t high) {
  if (value >= low && value <= high) return;
  throw ConfigError(fmt::format("{}: {} is not between {} and {}", option, value, low, high));
}

void require_positive(const char* option, double value) {
  if (is_positive_and_finite(value)) return;
  throw ConfigError(fmt::format("{}: {} is not a positive number", option, value));
}

/// The core of the highest order must be of a size that can be searched.
void require_small_core(const TensorOptions& options) {
  const double entries = std::pow(static_cast<double>(options.rank), options.max_order);
  if (entries <= static_cast<double>(tensor::kMaxCore)) return;
  throw ConfigError(
      fmt::format("--rank {} with --max-order {}: the core of a Tucker term would have {:.0f} "
                  "numbers, at most {} are possible",
                  options.rank,
                  options.max_order,
                  entries,
                  tensor::kMaxCore));
}

}  // namespace

std::string_view name(TensorEngine engine) {
  switch (engine) {
    case TensorEngine::Dual:
      return "dual";
    case TensorEngine::Cp:
      return "cp";
    case TensorEngine::Tucker:
      break;
  }
  return "tucker";
}

TensorEngine parse_tensor_engine(std::string_view text) {
  for (const TensorEngine engine : kEngines) {
    if (text == name(engine)) return engine;
  }
  throw ConfigError(fmt::format("--engine must be dual, cp or tucker, not \"{}\"", text));
}

void TensorOptions::validate() const {
  require_between(
      "--max-order", static_cast<std::size_t>(std::max(max_order, 0)), 1, tensor::kMaxOrder);
  require_between("--rank", rank, 1, kMaxRank);
  require_between("--restarts", restarts, 1, kMaxRestarts);
  if (epochs == 0) throw ConfigError("--epochs must be at least 1");
  if (batch < 2) throw ConfigError(fmt::format("--batch: {} is not at least 2", batch));
  if (!(lambda >= 0.0) || !std::isfinite(lambda)) {
    throw ConfigError(fmt::format("--lambda: {} is not a number of at least 0", lambda));
  }
  if (!(warm_up >= 0.0 && ramp_end > warm_up && ramp_end <= 1.0)) {
    throw ConfigError(fmt::format(
        "--ramp: {},{} are not rising shares of the epochs, 0 to 1", warm_up, ramp_end));
  }
  require_positive("--pure-rate", pure_rate);
  require_positive("--factor-rate", factor_rate);
  require_positive("--gate-rate", gate_rate);
  require_positive("--clip", clip);
  if (engine == TensorEngine::Tucker) require_small_core(*this);
}

std::vector<TensorTerm> TensorOptions::terms() const {
  std::vector<TensorTerm> terms;
  const bool is_dual = engine == TensorEngine::Dual;
  const int last_pure = is_dual ? max_order : as_published ? 0 : 1;
  for (int k = 1; k <= last_pure; ++k) terms.push_back({Stream::Pure, k});
  const Stream product = engine == TensorEngine::Tucker ? Stream::Tucker : Stream::Product;
  for (int k = as_published ? 1 : 2; k <= max_order; ++k) terms.push_back({product, k, rank});
  return terms;
}

}  // namespace neuronsmith::search
