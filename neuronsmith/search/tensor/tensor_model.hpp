#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/network/gemm.hpp"
#include "neuronsmith/search/tensor/tensor_rows.hpp"

namespace neuronsmith::search::tensor {

namespace internal {
class TuckerContraction;
}

/// How a term makes one number an output of the inputs x of a row.
enum class Stream : std::uint8_t {
  Pure,     ///< sum_j w_j x_j^order
  Product,  ///< sum_r prod_m (u_{m,r} . x), m = 1..order: canonical polyadic (CP) form
  Tucker,   ///< sum over r_1..r_order of G[r_1..r_order] prod_m (u_{m,r_m} . x)
};

/// One term, with weights of its own for every output.
struct TensorTerm {
  Stream stream = Stream::Pure;
  int order = 1;         ///< 1 to kMaxOrder
  std::size_t rank = 1;  ///< of Product and Tucker

  bool operator==(const TensorTerm&) const = default;
};

inline constexpr int kMaxOrder = 8;
/// Entries that the core of a Tucker term may have.
inline constexpr std::size_t kMaxCore = 65536;

class TensorWorkspace;

/// The terms of a polynomial aggregation as functions of the rows, with their derivatives; not
/// their sum, which a search weighs by gates. Pei et al., NeuronSeek, arXiv 2506.15715.
///
/// Parameters: weights of the pure terms, [term][output][stride] with zeros behind the inputs; then
/// the factors of all products, [input][term][factor][output][rank]; then the cores of Tucker
/// terms, [term][output][rank^order]. Inputs are those of TensorRows: of unit root mean square,
/// powers too.
///
/// All projections u . x are one matrix product. Immutable, safe to share between threads; each
/// brings a workspace.
class TensorModel {
 public:
  /// Throws InternalError for an order or rank out of range.
  TensorModel(std::vector<TensorTerm> terms,
              std::size_t n_inputs,
              std::size_t n_outputs,
              std::size_t batch);

  [[nodiscard]] std::span<const TensorTerm> terms() const { return terms_; }
  [[nodiscard]] std::size_t n_inputs() const { return n_inputs_; }
  [[nodiscard]] std::size_t n_outputs() const { return n_outputs_; }
  [[nodiscard]] std::size_t batch() const { return batch_; }
  [[nodiscard]] std::size_t parameter_count() const { return cores_offset_ + n_cores_; }
  /// Of them, those of pure terms; the factors and cores follow.
  [[nodiscard]] std::size_t pure_count() const { return factors_offset_; }

  /// Weights of pure terms and factors N(0, deviation^2), cores N(0, 1 / entries).
  void initialise(std::span<float> parameters, double deviation, Random& random) const;

  /// Values of the terms on the rows in the workspace.
  void forward(std::span<const float> parameters, TensorWorkspace& w) const;
  /// After forward() with the same parameters and rows, with the derivative by the terms in
  /// w.d_values(): `gradient` [parameter_count] is overwritten.
  void backward(std::span<const float> parameters,
                TensorWorkspace& w,
                std::span<float> gradient) const;

  /// The weights of one term by themselves, in an order that does not depend on the other terms,
  /// and back: pure [output][stride], products [input][factor][output][rank] then the cores.
  [[nodiscard]] std::vector<float> weights_of(std::size_t term,
                                              std::span<const float> parameters) const;
  void set_weights(std::size_t term,
                   std::span<const float> weights,
                   std::span<float> parameters) const;
  /// Weights of each term and output, cores included.
  [[nodiscard]] std::vector<double> weight_counts() const;
  /// gradient += price * sign of the weights of a product.
  void add_signs(std::size_t term,
                 float price,
                 std::span<const float> parameters,
                 std::span<float> gradient) const;
  /// Makes the values of a term `factor` times what they are.
  void scale_weights(std::size_t term, double factor, std::span<float> weights) const;

 private:
  friend class TensorWorkspace;

  // Where the weights of a term lie: pure weights, columns of the projections, and a core.
  struct Place {
    std::size_t weights = 0;
    std::size_t column = 0;
    std::size_t core = 0;
    std::size_t core_size = 0;
  };

  [[nodiscard]] std::size_t n_columns_of(const TensorTerm& term) const;
  void place_terms();
  void forward_tucker(std::size_t term,
                      std::span<const float> parameters,
                      TensorWorkspace& w,
                      float* values) const;
  void backward_tucker(std::size_t term,
                       std::span<const float> parameters,
                       TensorWorkspace& w,
                       const float* d_values,
                       std::span<float> gradient) const;

  std::vector<TensorTerm> terms_;
  std::vector<Place> places_;
  std::size_t n_inputs_;
  std::size_t n_outputs_;
  std::size_t batch_;
  std::size_t stride_;
  std::size_t n_columns_ = 0;
  std::size_t factors_offset_ = 0;
  std::size_t cores_offset_ = 0;
  std::size_t n_cores_ = 0;
  network::Gemm project_;       // P = A X
  network::Gemm project_back_;  // dA = dP X^T
};

/// Scratch for one batch. Owned by the caller, one a thread.
class TensorWorkspace {
 public:
  TensorWorkspace(const TensorModel& model, const TensorRows& rows);
  ~TensorWorkspace();
  TensorWorkspace(const TensorWorkspace&) = delete;
  TensorWorkspace& operator=(const TensorWorkspace&) = delete;

  /// Takes these rows, at most the model's batch; what lacks to a batch is zeros.
  void load(std::span<const std::uint32_t> rows);

  /// [term][output][batch], after forward().
  [[nodiscard]] std::span<const float> values() const { return values_; }
  /// The same, to be filled before backward().
  [[nodiscard]] std::span<float> d_values() { return d_values_; }

 private:
  friend class TensorModel;

  const TensorRows* rows_;
  AlignedVector<float> inputs_;   // [batch][stride]
  AlignedVector<float> columns_;  // [batch][n_columns]
  AlignedVector<float> d_columns_;
  AlignedVector<float> values_;
  AlignedVector<float> d_values_;
  std::vector<std::unique_ptr<internal::TuckerContraction>>
      contractions_;  // [term], where it has one
};

}  // namespace neuronsmith::search::tensor
