#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/network/layer_activation.hpp"
#include "neuronsmith/neuron/activation.hpp"
#include "neuronsmith/neuron/aggregation.hpp"

namespace neuronsmith::network {

/// What a layer is made of.
struct LayerOptions {
  std::size_t n_inputs = 0;   ///< > 0
  std::size_t n_outputs = 0;  ///< > 0
  neuron::Aggregation aggregation = {};
  neuron::Activation activation = {};
  bool batch_norm = false;
  double dropout = 0.0;  ///< probability that an output is zeroed in training, in [0, 1)
};

/// Which random numbers a dropout mask is drawn from.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
  std::uint32_t layer = 0;
};

/// Whether a backward pass goes on to the inputs of the layer.
enum class InputGradient : std::uint8_t { Skip, Compute };

/// What a workspace has room for.
enum class WorkspaceUse : std::uint8_t { Inference, Training };

class LayerWorkspace;

/// A fully connected layer whose neurons aggregate by any term form:
///   z = b + sum_t sum_r prod_m (W_{t,r,m} . phi_{t,m}(x))     [batch, in] -> [batch, out]
/// then batch normalisation (Ioffe and Szegedy, "Batch normalization: accelerating deep network
/// training by reducing internal covariate shift", ICML 2015) if wanted, then an activation, then
/// inverted dropout (outputs kept are divided by 1 - p).
///
/// Everything runs feature-major: feature j of the batch is one contiguous stretch of n_rows
/// numbers. Every distinct phi of the layer is computed once, powers of x by one chain of
/// multiplications, phi = x not at all. All pure terms and the bias are one matrix product over
/// [1; phi_1(X); phi_2(X); ...]; all interaction factors of one phi are one more.
///
/// Parameters, in this order, outputs fastest: bias [out]; pure terms [term][in][out]; interaction
/// factors, grouped by phi in the order in which their phis first occur, [in][factor][rank][out]; then
/// scale [out] and shift [out] of the batch normalisation, then what the activation learns (see
/// LayerActivation). Running statistics are kept apart: mean [out] and variance [out] of the batch
/// normalisation, then those of the activation.
///
/// Immutable, safe to share between threads; each thread brings a workspace. Batch normalisation
/// follows PyTorch: momentum 0.1, epsilon 1e-5, running variance unbiased.
class DenseLayer {
 public:
  /// Throws InternalError when a size is zero, the aggregation has no terms, dropout is outside
  /// [0, 1), a phi is not a formula of scalar x, or as LayerActivation.
  explicit DenseLayer(LayerOptions options);

  [[nodiscard]] std::size_t n_inputs() const { return options_.n_inputs; }
  [[nodiscard]] std::size_t n_outputs() const { return options_.n_outputs; }
  [[nodiscard]] std::size_t parameter_count() const { return parameter_count_; }
  [[nodiscard]] std::size_t statistics_count() const;
  /// Multiplications per row in inference: one per weight used, one per multiplication of an
  /// interaction product, k - 1 per input where x^k is the highest power in use, one per output for
  /// batch normalisation. Biases, activations and phis other than powers are not counted.
  [[nodiscard]] std::uint64_t multiply_adds() const;
  /// Operations per row that the phis other than powers take, over all inputs, counted as
  /// formula::operations_of() has them.
  [[nodiscard]] std::uint64_t basis_operations() const;

  /// Sets statistics to mean 0 and variance 1, scale to 1, shift to 0, the activation's parameters to
  /// what they start from, and draws the weights by
  /// what the rows in `workspace` show: each term's weights are N(0, 1) times one factor, such that
  /// the term adds its share (Term::share over the sum of all) to the variance over the rows of z, the
  /// mean over the units; the bias centres each unit's z. So powers and products of any order start with z of
  /// unit variance. After Mishkin and Matas, "All you need is a good init", ICLR 2016 (one factor
  /// a layer) and Salimans and Kingma, "Weight normalization", NeurIPS 2016, equations 5 and 6 (the
  /// bias); the share of each term is ours. A term that is constant (but for rounding) or not
  /// finite on the rows keeps the size of its phis (times the root of its share), a constant unit is not centred, and terms that
  /// all but cancel (two of them in a layer of one input and one unit) are drawn anew.
  void initialise(std::span<float> parameters,
                  std::span<float> statistics,
                  LayerWorkspace& workspace,
                  Random& random) const;

  /// The same but for the weights: they and the bias are uniform in +-1 / sqrt(n_inputs), as
  /// torch.nn.Linear has them, also those of interaction factors.
  void initialise_like_torch(std::span<float> parameters,
                             std::span<float> statistics,
                             Random& random) const;

  /// What an optimiser's step of each parameter is to be multiplied by, by what the rows in
  /// workspace.input() show: for a weight on phi(x_j) the root mean square of x_j over that of
  /// phi(x_j), so that a step changes z as much by x^5 as by x; 1 for everything else, and so for
  /// ordinary neurons. (Deviations instead would blow up where phi is all but constant.) Above
  /// 1 for powers of x alone: a spline that hardly any row reaches now may be reached by all after some
  /// steps.
  void measure_step_scales(LayerWorkspace& workspace, std::span<float> scales) const;

  /// Inference on the rows in workspace.input(): output [out][n_rows].
  void predict(std::span<const float> parameters,
               std::span<const float> statistics,
               LayerWorkspace& workspace,
               std::span<float> output) const;

  /// Training: normalises by the batch, updates the running statistics, applies dropout. Leaves in
  /// the workspace what backward() needs. Needs a workspace for training.
  void forward(std::span<const float> parameters,
               std::span<float> statistics,
               const DropoutKey& dropout,
               LayerWorkspace& workspace,
               std::span<float> output) const;

  /// After forward() with the same parameters. `d_output` [out][n_rows] is the derivative of a loss
  /// by the outputs and serves as scratch; `gradient` [parameter_count] is overwritten. With
  /// InputGradient::Compute, workspace.input_gradient() then holds the derivative by the inputs.
  void backward(std::span<const float> parameters,
                LayerWorkspace& workspace,
                std::span<float> d_output,
                std::span<float> gradient,
                InputGradient input_gradient) const;

 private:
  friend class LayerWorkspace;

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // One phi over all inputs: n_inputs columns of the basis matrix.
  struct Block {
    formula::Formula phi;
    std::size_t column = 0;  // first column in the basis matrix
    bool is_pure = false;    // used by a pure term
    bool is_input = false;   // phi = x
  };
  // All interaction factors of one phi: one product.
  struct Group {
    std::size_t block = 0;
    std::size_t column = 0;   // first column in the projection matrix
    std::size_t n_columns = 0;
    std::size_t weights = 0;  // first parameter
  };
  struct Interaction {
    std::size_t rank = 1;
    std::vector<std::size_t> columns;  // per factor, first of rank * out projection columns
    std::vector<std::size_t> groups;   // per factor
  };
  // Where a term's weights on one phi lie: a run of `length` parameters an input, `stride` apart.
  struct WeightRuns {
    std::size_t first = 0;
    std::size_t length = 0;
    std::size_t stride = 0;
    std::size_t block = 0;
  };

  void add_pure_blocks();
  void add_interactions();
  void place_blocks();
  void place_groups();
  void collect_weight_runs();
  void compile_functions();
  std::size_t find_or_add_block(const formula::Formula& phi);

  [[nodiscard]] bool is_normalised() const { return options_.batch_norm; }
  [[nodiscard]] std::size_t scale_offset() const { return n_weights_; }
  [[nodiscard]] std::size_t activation_offset() const {
    return n_weights_ + (is_normalised() ? 2 * n_outputs() : 0);
  }
  // The activation's part of parameters or a gradient, and of statistics.
  template <typename T>
  [[nodiscard]] std::span<T> of_activation(std::span<T> parameters) const {
    return parameters.subspan(activation_offset());
  }
  template <typename T>
  [[nodiscard]] std::span<T> statistics_of_activation(std::span<T> statistics) const {
    return statistics.subspan(is_normalised() ? 2 * n_outputs() : 0);
  }

  void compute_basis(LayerWorkspace& w) const;
  // z from the basis that compute_basis() left.
  void project(std::span<const float> parameters, LayerWorkspace& w, std::span<float> z) const;
  void add_interactions_to(LayerWorkspace& w, std::span<float> z) const;
  void normalise_batch(std::span<const float> parameters,
                       std::span<float> statistics,
                       LayerWorkspace& w,
                       std::span<const float> z,
                       std::span<float> u) const;
  void normalise_running(std::span<const float> parameters,
                         std::span<const float> statistics,
                         std::size_t n_rows,
                         std::span<float> z) const;
  void drop_out(const DropoutKey& key, LayerWorkspace& w, std::span<float> y) const;
  void normalisation_backward(std::span<const float> parameters,
                              LayerWorkspace& w,
                              std::span<float> dz,
                              std::span<float> gradient) const;
  void interactions_backward(LayerWorkspace& w,
                             std::span<const float> dz,
                             std::span<float> gradient) const;
  void basis_backward(std::span<const float> parameters,
                      LayerWorkspace& w,
                      std::span<const float> dz) const;
  // Everything but the weights.
  void reset(std::span<float> parameters, std::span<float> statistics) const;
  enum class Draw : std::uint8_t { Good, Cancelled };
  [[nodiscard]] Draw draw_terms(LayerWorkspace& w,
                                Random& random,
                                std::span<float> parameters) const;
  double draw_term(std::size_t term,
                   LayerWorkspace& w,
                   Random& random,
                   std::span<float> parameters) const;
  [[nodiscard]] double total_share() const;
  [[nodiscard]] bool is_power(std::size_t block) const;
  [[nodiscard]] double mean_variance(std::span<const float> z, std::size_t n_rows) const;

  LayerOptions options_;
  std::vector<Block> blocks_;
  std::vector<Group> groups_;
  std::vector<Interaction> interactions_;
  std::vector<std::vector<WeightRuns>> runs_of_term_;
  std::vector<std::size_t> block_of_power_;                // [k - 2], kNone where x^k is not used
  std::vector<std::pair<std::size_t, formula::ElementwiseFunction>> functions_;  // block, phi
  std::optional<LayerActivation> activation_;
  std::size_t input_block_ = 0;
  std::size_t n_pure_blocks_ = 0;
  std::size_t ones_column_ = 0;     // where the columns of the pure product begin
  std::size_t n_basis_columns_ = 0;
  std::size_t n_projections_ = 0;
  std::size_t max_order_ = 0;
  std::size_t n_weights_ = 0;  // and biases
  std::size_t parameter_count_ = 0;
};

/// Scratch of one layer for batches of up to max_rows rows. Owned by the caller, one a thread;
/// must not outlive its layer. Nothing is allocated between two batches of sizes seen before.
class LayerWorkspace {
 public:
  LayerWorkspace(const DenseLayer& layer, std::size_t max_rows, WorkspaceUse use);
  ~LayerWorkspace();
  LayerWorkspace(LayerWorkspace&&) noexcept;
  LayerWorkspace& operator=(LayerWorkspace&&) noexcept;

  /// Makes ready for batches of `n_rows` (1 to max_rows) rows. The contents are lost.
  void resize(std::size_t n_rows);
  [[nodiscard]] std::size_t n_rows() const { return n_rows_; }
  /// [n_inputs][n_rows], to be filled before each pass.
  [[nodiscard]] std::span<float> input();
  /// [n_inputs][n_rows], after backward() with InputGradient::Compute; may be written to.
  [[nodiscard]] std::span<float> input_gradient();

 private:
  friend class DenseLayer;
  struct Kernels;  // the matrix products for one number of rows

  [[nodiscard]] std::unique_ptr<Kernels> make_kernels(std::size_t n_rows) const;
  void point_powers();
  [[nodiscard]] std::span<float> block(AlignedVector<float>& basis, std::size_t block) const;
  [[nodiscard]] std::span<float> outputs(AlignedVector<float>& buffer) const;

  const DenseLayer* layer_;
  std::size_t max_rows_;
  std::size_t n_rows_ = 0;
  WorkspaceUse use_;
  Kernels* kernels_ = nullptr;  // those for n_rows_
  std::vector<std::unique_ptr<Kernels>> all_kernels_;

  AlignedVector<float> basis_;         // [n_basis_columns][n_rows]
  AlignedVector<float> projections_;   // [n_projections][n_rows]
  AlignedVector<float> z_;             // [out][n_rows], before normalisation
  AlignedVector<float> u_;             // [out][n_rows], before activation
  AlignedVector<float> mask_;          // [out][n_rows], 0 or 1 / (1 - dropout)
  AlignedVector<float> d_basis_;
  AlignedVector<float> d_projections_;
  AlignedVector<float> slope_;         // [out][n_rows], of the activation; then d_z
  std::optional<LayerActivation::Scratch> activation_;
  AlignedVector<float> transposed_;    // [n_rows][columns of a product]
  std::vector<double> batch_mean_;     // [out]
  std::vector<double> batch_inverse_deviation_;
  std::vector<float*> powers_;         // [k - 2] into basis_
  std::vector<const float*> d_powers_;
  std::vector<const float*> factors_;  // [max order]
  std::vector<float*> d_factors_;
};

}  // namespace neuronsmith::network
