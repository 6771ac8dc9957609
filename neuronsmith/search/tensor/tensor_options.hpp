#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "neuronsmith/search/tensor/tensor_model.hpp"

namespace neuronsmith::search {

/// Which terms a tensor search chooses among.
enum class TensorEngine : std::uint8_t {
  Dual,    ///< pure powers and products in CP form (NeuronSeek, second version)
  Cp,      ///< products in CP form (first version)
  Tucker,  ///< products in Tucker form (first version)
};

/// "dual", "cp", "tucker"; throws ConfigError naming --engine.
[[nodiscard]] std::string_view name(TensorEngine engine);
[[nodiscard]] TensorEngine parse_tensor_engine(std::string_view text);

/// Options of a tensor search. The defaults are the published ones of NeuronSeek (Pei et al., arXiv
/// 2506.15715, reference code) where it has them.
struct TensorOptions {
  TensorEngine engine = TensorEngine::Dual;
  int max_order = 5;         ///< K, 1 to tensor::kMaxOrder
  std::size_t rank = 8;      ///< R, 1 to kMaxRank
  std::size_t epochs = 200;  ///< > 0
  std::size_t batch = 64;    ///< rows a step, 2 to the number of rows
  std::size_t restarts = 5;  ///< searches with seeds of their own, 1 to kMaxRestarts
  double lambda = 0.05;      ///< price of a gate, >= 0; of the loss that a constant has
  double warm_up = 0.25;     ///< share of the epochs without a price, in [0, 1)
  double ramp_end = 0.75;  ///< share of the epochs at whose end the price is full, in (warm_up, 1]
  double pure_rate = 0.005;  ///< learning rates, > 0
  double factor_rate = 0.01;
  double gate_rate = 0.01;  ///< of gates and of the batch normalisation
  double clip = 1.0;        ///< greatest norm of a gradient, > 0
  /// Without what we changed: an order-1 product, an output bias that is not trained, a price in
  /// the unit of the loss, no proof. Of Cp and Tucker: coefficients under an L1 penalty in place of
  /// gates.
  bool as_published = false;

  static constexpr std::size_t kMaxRank = 256;
  static constexpr std::size_t kMaxRestarts = 1000;

  /// Throws ConfigError naming the option.
  void validate() const;
  /// What the search chooses among.
  [[nodiscard]] std::vector<tensor::TensorTerm> terms() const;
};

}  // namespace neuronsmith::search
