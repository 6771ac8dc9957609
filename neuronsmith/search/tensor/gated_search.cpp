#include "neuronsmith/search/tensor/gated_search.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>
#include <utility>

#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/optimiser.hpp"
#include "neuronsmith/search/tensor/gates.hpp"
#include "neuronsmith/search/tensor/internal/kernels.hpp"

namespace neuronsmith::search::tensor {
namespace {

using network::Optimiser;
using network::OptimiserOptions;

constexpr double kDeviation = 0.05;
constexpr double kPureDecay = 1e-4;
constexpr double kFactorDecay = 1e-5;
constexpr double kFinalRate = 1e-5;
constexpr float kEpsilon = 1e-5F;
/// How much of the running loss a batch replaces.
constexpr double kLossShare = 0.02;

// The first version (arXiv 2506.15715v1, reference code poly_regressor.py).
constexpr double kFirstVersionDeviation = 1.0;
constexpr double kFirstVersionRate = 0.001;
constexpr double kFirstVersionWeightPrice = 0.01;  // times order^2 times the mean |weight| of a term

/// One search from start to end. Parameters: those of the model, then scale and shift of the
/// normalisation of each term and output, the bias of each output, and log alpha of each gate.
class GatedSearch {
 public:
  GatedSearch(const TensorRows& rows, const TensorOptions& options, std::uint64_t seed)
      : rows_(rows),
        options_(options),
        seed_(seed),
        model_(options.terms(), rows.n_inputs(), rows.n_outputs(), options.batch),
        workspace_(model_, rows),
        is_first_version_(options.as_published && options.engine != TensorEngine::Dual),
        gate_kind_(is_first_version_ ? std::unique_ptr<Gates>(new CoefficientGates)
                                     : std::unique_ptr<Gates>(new HardConcreteGates)),
        weight_counts_(model_.weight_counts()),
        n_terms_(model_.terms().size()),
        n_scaled_(n_terms_ * rows.n_outputs()),
        parameters_(model_.parameter_count() + 2 * n_scaled_ + rows.n_outputs() + n_terms_),
        gradient_(parameters_.size()),
        normalised_(n_scaled_ * options.batch),
        mean_(n_scaled_),
        inverse_deviation_(n_scaled_),
        outputs_(rows.n_outputs() * options.batch),
        d_outputs_(outputs_.size()),
        targets_(options.batch),
        labels_(options.batch),
        gates_(n_terms_),
        pure_optimiser_(adam(kPureDecay), model_.pure_count()),
        factor_optimiser_(adam(kFactorDecay), model_.parameter_count() - model_.pure_count()),
        rest_optimiser_(adam(0.0), trained_rest().second),
        gate_optimiser_(adam(0.0), n_terms_),
        order_(rows.n_rows()),
        running_loss_(rows.constant_loss()) {
    Random random(seed, Purpose::Initialisation);
    const double deviation = is_first_version_ ? kFirstVersionDeviation : kDeviation;
    model_.initialise(part(parameters_, 0, model_.parameter_count()), deviation, random);
    std::ranges::fill(part(parameters_, scales(), n_scaled_), 1.0F);
    for (float& gate : part(parameters_, gates(), n_terms_)) gate = gate_kind_->start(random);
    std::iota(order_.begin(), order_.end(), 0U);
    if (!is_first_version_) return;
    std::ranges::fill(inverse_deviation_, 1.0F);
    is_frozen_ = true;
  }

  void run_epoch(std::size_t epoch) {
    Random shuffle(seed_, Purpose::Shuffle, static_cast<std::uint32_t>(epoch));
    Random gate_random(seed_, Purpose::Gate, static_cast<std::uint32_t>(epoch));
    shuffle.shuffle(std::span(order_));
    const double ramp = ramp_at(epoch);
    if (!options_.as_published && !is_frozen_ && ramp > 0.0) freeze();
    const double decay = cosine_at(epoch);
    epoch_loss_ = 0.0;
    const std::size_t n_batches = rows_.n_rows() / options_.batch;
    for (std::size_t b = 0; b < n_batches; ++b) {
      load(std::span(order_).subspan(b * options_.batch, options_.batch));
      draw_gates(gate_random);
      epoch_loss_ += step(ramp, decay) / static_cast<double>(n_batches);
    }
  }

  [[nodiscard]] GatedOutcome outcome() const {
    GatedOutcome result{.terms = {model_.terms().begin(), model_.terms().end()},
                        .openness = {},
                        .loss = epoch_loss_ / rows_.constant_loss(),
                        .kept = {}};
    result.openness = gate_kind_->openness(std::span(parameters_).subspan(gates(), n_terms_));
    for (std::size_t t = 0; t < n_terms_; ++t) {
      if (result.openness[t] > gate_kind_->threshold()) result.kept.push_back(result.terms[t]);
    }
    return result;
  }

  [[nodiscard]] bool is_finite() const { return std::isfinite(epoch_loss_); }

 private:
  static OptimiserOptions adam(double weight_decay) {
    return {.kind = network::OptimiserKind::Adam, .weight_decay = weight_decay};
  }
  template <typename T>
  static std::span<T> part(AlignedVector<T>& values, std::size_t first, std::size_t count) {
    return std::span(values).subspan(first, count);
  }
  [[nodiscard]] std::size_t scales() const { return model_.parameter_count(); }
  [[nodiscard]] std::size_t shifts() const { return scales() + n_scaled_; }
  [[nodiscard]] std::size_t biases() const { return shifts() + n_scaled_; }
  [[nodiscard]] std::size_t gates() const { return biases() + rows_.n_outputs(); }

  /// First and count of what is trained of scales, shifts and biases.
  [[nodiscard]] std::pair<std::size_t, std::size_t> trained_rest() const {
    if (is_first_version_) return {biases(), rows_.n_outputs()};
    return {scales(), 2 * n_scaled_ + (options_.as_published ? 0 : rows_.n_outputs())};
  }

  /// Share of the price: 0 in the warm-up, then rising to 1 in a straight line.
  [[nodiscard]] double ramp_at(std::size_t epoch) const {
    if (is_first_version_) return 1.0;
    const double done = static_cast<double>(epoch) / static_cast<double>(options_.epochs);
    const double share = (done - options_.warm_up) / (options_.ramp_end - options_.warm_up);
    return std::clamp(share, 0.0, 1.0);
  }

  /// Price of an open gate in units of the loss.
  [[nodiscard]] double price_of(std::size_t term) const {
    if (options_.as_published) return options_.lambda;
    const auto n = static_cast<double>(rows_.n_rows());
    return running_loss_ * (options_.lambda + weight_counts_[term] * std::log(n) / n);
  }

  [[nodiscard]] double cosine_at(std::size_t epoch) const {
    const double done = static_cast<double>(epoch) / static_cast<double>(options_.epochs);
    return 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  }
  static double rate(double start, double decay) {
    return kFinalRate + (start - kFinalRate) * decay;
  }

  void load(std::span<const std::uint32_t> rows) {
    workspace_.load(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows_.is_regression()) {
        targets_[i] = rows_.target(rows[i]);
      } else {
        labels_[i] = rows_.label(rows[i]);
      }
    }
  }

  void draw_gates(Random& random) {
    for (std::size_t t = 0; t < n_terms_; ++t) {
      gates_[t] = gate_kind_->draw(parameters_[gates() + t], random);
    }
  }

  double step(double ramp, double decay) {
    model_.forward(parameters_, workspace_);
    normalise();
    sum_up();
    const double loss = network::evaluate_loss(
        rows_.loss(), outputs_, {.values = targets_, .classes = labels_}, d_outputs_);
    running_loss_ += kLossShare * (loss - running_loss_);
    backward(ramp);
    internal::limit_norm(gradient_, static_cast<float>(options_.clip));
    update(ramp, decay);
    return loss;
  }

  /// Each term to mean 0 and variance 1 over the batch; once frozen, over all rows.
  void normalise() {
    const std::size_t n = options_.batch;
    for (std::size_t s = 0; s < n_scaled_; ++s) {
      const float* const value = workspace_.values().data() + s * n;
      float* const out = normalised_.data() + s * n;
      if (!is_frozen_) measure(s);
      for (std::size_t i = 0; i < n; ++i) out[i] = (value[i] - mean_[s]) * inverse_deviation_[s];
    }
  }

  void measure(std::size_t s) {
    const std::size_t n = options_.batch;
    const float* const value = workspace_.values().data() + s * n;
    const float mean = sum_of(value) / static_cast<float>(n);
    float variance = 0.0F;
    for (std::size_t i = 0; i < n; ++i) variance += (value[i] - mean) * (value[i] - mean);
    mean_[s] = mean;
    inverse_deviation_[s] = 1.0F / std::sqrt(variance / static_cast<float>(n) + kEpsilon);
  }

  /// From here on normalisation is by the mean and deviation over all rows, as they are now. Those
  /// of a batch change from batch to batch, the more the higher the order, and terms that are not
  /// there are then kept because they make up for it.
  void freeze() {
    std::vector<double> sums(n_scaled_);
    std::vector<double> squares(n_scaled_);
    const std::size_t n = options_.batch;
    const std::size_t n_batches = rows_.n_rows() / n;
    for (std::size_t b = 0; b < n_batches; ++b) {
      workspace_.load(std::span(order_).subspan(b * n, n));
      model_.forward(parameters_, workspace_);
      for (std::size_t s = 0; s < n_scaled_; ++s) {
        for (const float v : workspace_.values().subspan(s * n, n)) {
          sums[s] += v;
          squares[s] += static_cast<double>(v) * v;
        }
      }
    }
    const auto count = static_cast<double>(n_batches * n);
    for (std::size_t s = 0; s < n_scaled_; ++s) {
      const double mean = sums[s] / count;
      const double variance = std::max(0.0, squares[s] / count - mean * mean);
      mean_[s] = static_cast<float>(mean);
      inverse_deviation_[s] = static_cast<float>(1.0 / std::sqrt(variance + kEpsilon));
    }
    is_frozen_ = true;
  }

  void sum_up() {
    const std::size_t n = options_.batch;
    for (std::size_t c = 0; c < rows_.n_outputs(); ++c) {
      float* const out = outputs_.data() + c * n;
      std::fill_n(out, n, parameters_[biases() + c]);
      for (std::size_t t = 0; t < n_terms_; ++t) {
        const std::size_t s = t * rows_.n_outputs() + c;
        const float scale = gates_[t].value * parameters_[scales() + s];
        const float shift = gates_[t].value * parameters_[shifts() + s];
        const float* const value = normalised_.data() + s * n;
        for (std::size_t i = 0; i < n; ++i) out[i] += scale * value[i] + shift;
      }
    }
  }

  void backward(double ramp) {
    for (std::size_t c = 0; c < rows_.n_outputs(); ++c) {
      gradient_[biases() + c] = sum_of(d_outputs_.data() + c * options_.batch);
    }
    for (std::size_t t = 0; t < n_terms_; ++t) {
      float by_gate = 0.0F;
      for (std::size_t c = 0; c < rows_.n_outputs(); ++c) by_gate += term_backward(t, c);
      const double price = ramp * price_of(t) * gate_kind_->price_slope(parameters_[gates() + t]);
      const bool is_held = ramp == 0.0;
      gradient_[gates() + t] =
          is_held ? 0.0F : by_gate * gates_[t].slope + static_cast<float>(price);
    }
    model_.backward(parameters_, workspace_, part(gradient_, 0, model_.parameter_count()));
    if (is_first_version_) add_weight_price();
  }

  /// Slope of 0.01 order^2 times the mean |weight| of each product.
  void add_weight_price() {
    for (std::size_t t = 0; t < n_terms_; ++t) {
      const int order = model_.terms()[t].order;
      const double price = kFirstVersionWeightPrice * order * order / weight_counts_[t];
      model_.add_signs(t, static_cast<float>(price), parameters_, gradient_);
    }
  }

  /// Through the normalisation of one term and output; returns the derivative by its gate.
  float term_backward(std::size_t term, std::size_t output) {
    const std::size_t n = options_.batch;
    const std::size_t s = term * rows_.n_outputs() + output;
    const float* const d_out = d_outputs_.data() + output * n;
    const float* const value = normalised_.data() + s * n;
    const float along = dot(d_out, value);
    const float total = gradient_[biases() + output];
    const float gate = gates_[term].value;
    const float scale = parameters_[scales() + s];
    gradient_[scales() + s] = gate * along;
    gradient_[shifts() + s] = gate * total;
    const float factor = gate * scale * inverse_deviation_[s];
    const float mean = is_frozen_ ? 0.0F : total / static_cast<float>(n);
    const float slope = is_frozen_ ? 0.0F : along / static_cast<float>(n);
    float* const d_value = workspace_.d_values().data() + s * n;
    for (std::size_t i = 0; i < n; ++i) d_value[i] = factor * (d_out[i] - mean - slope * value[i]);
    return scale * along + parameters_[shifts() + s] * total;
  }

  [[nodiscard]] float dot(const float* a, const float* b) const {
    float sum = 0.0F;
    for (std::size_t i = 0; i < options_.batch; ++i) sum += a[i] * b[i];
    return sum;
  }
  [[nodiscard]] float sum_of(const float* a) const {
    return std::accumulate(a, a + options_.batch, 0.0F);
  }

  void update(double ramp, double decay) {
    const std::size_t n_pure = model_.pure_count();
    const std::size_t n_factors = model_.parameter_count() - n_pure;
    const auto move = [&](Optimiser& optimiser, double start, std::size_t first, std::size_t count) {
      const double now = rate(is_first_version_ ? kFirstVersionRate : start, decay);
      optimiser.step(now, part(gradient_, first, count), part(parameters_, first, count));
    };
    move(pure_optimiser_, options_.pure_rate, 0, n_pure);
    move(factor_optimiser_, options_.factor_rate, n_pure, n_factors);
    move(rest_optimiser_, options_.gate_rate, trained_rest().first, trained_rest().second);
    if (ramp > 0.0) move(gate_optimiser_, options_.gate_rate, gates(), n_terms_);
  }

  const TensorRows& rows_;
  const TensorOptions& options_;
  std::uint64_t seed_;
  TensorModel model_;
  TensorWorkspace workspace_;
  bool is_first_version_;
  std::unique_ptr<Gates> gate_kind_;
  std::vector<double> weight_counts_;  // of the terms
  std::size_t n_terms_;
  std::size_t n_scaled_;  // terms times outputs
  AlignedVector<float> parameters_;
  AlignedVector<float> gradient_;
  AlignedVector<float> normalised_;  // [term][output][batch]
  std::vector<float> mean_;  // [term][output]
  std::vector<float> inverse_deviation_;
  bool is_frozen_ = false;
  AlignedVector<float> outputs_;  // [output][batch]
  AlignedVector<float> d_outputs_;
  std::vector<float> targets_;
  std::vector<std::uint32_t> labels_;
  std::vector<GateDraw> gates_;
  Optimiser pure_optimiser_;
  Optimiser factor_optimiser_;
  Optimiser rest_optimiser_;
  Optimiser gate_optimiser_;
  std::vector<std::uint32_t> order_;
  double running_loss_;
  double epoch_loss_ = 0.0;
};

}  // namespace

std::optional<GatedOutcome> run_gated_search(const TensorRows& rows,
                                             const TensorOptions& options,
                                             std::uint64_t seed,
                                             const std::function<void()>& after_epoch,
                                             const std::stop_token& stop) {
  GatedSearch search(rows, options, seed);
  for (std::size_t epoch = 0; epoch < options.epochs && search.is_finite(); ++epoch) {
    if (stop.stop_requested()) return std::nullopt;
    search.run_epoch(epoch);
    if (after_epoch) after_epoch();
  }
  return search.outcome();
}

}  // namespace neuronsmith::search::tensor
