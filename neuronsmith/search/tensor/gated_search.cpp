#include "neuronsmith/search/tensor/gated_search.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/optimiser.hpp"
#include "neuronsmith/search/tensor/gated_sum.hpp"
#include "neuronsmith/search/tensor/gates.hpp"
#include "neuronsmith/search/tensor/internal/kernels.hpp"

namespace neuronsmith::search::tensor {
namespace {

using network::Optimiser;

constexpr double kDeviation = 0.05;
constexpr double kPureDecay = 1e-4;
constexpr double kFactorDecay = 1e-5;
constexpr double kFinalRate = 1e-5;
/// How much of the running loss a batch replaces.
constexpr double kLossShare = 0.02;

// The first version (arXiv 2506.15715v1, reference code poly_regressor.py).
constexpr double kFirstVersionDeviation = 1.0;
constexpr double kFirstVersionRate = 0.001;
constexpr double kFirstVersionWeightPrice =
    0.01;  // times order^2 times the mean |weight| of a term

network::OptimiserOptions adam(double weight_decay) {
  return {.kind = network::OptimiserKind::Adam, .weight_decay = weight_decay};
}

/// Parameters that move at one rate.
struct Group {
  std::size_t first = 0;
  std::size_t count = 0;
  double rate = 0.0;
  Optimiser optimiser;
};

/// One search from start to end. Parameters: those of the model, of the sum, and one of each gate.
class GatedSearch {
 public:
  GatedSearch(const TensorRows& rows, const TensorOptions& options, std::uint64_t seed)
      : rows_(rows),
        options_(options),
        seed_(seed),
        is_first_version_(options.as_published && options.engine != TensorEngine::Dual),
        model_(options.terms(), rows.n_inputs(), rows.n_outputs(), options.batch),
        workspace_(model_, rows),
        sum_(n_terms(), rows.n_outputs(), options.batch),
        gate_kind_(is_first_version_ ? std::unique_ptr<Gates>(new CoefficientGates)
                                     : std::unique_ptr<Gates>(new HardConcreteGates)),
        weight_counts_(model_.weight_counts()),
        parameters_(gates() + n_terms()),
        gradient_(parameters_.size()),
        gate_draws_(n_terms()),
        d_gates_(n_terms()),
        outputs_(rows.n_outputs() * options.batch),
        d_outputs_(outputs_.size()),
        targets_(options.batch),
        labels_(options.batch),
        order_(rows.n_rows()),
        running_loss_(rows.constant_loss()) {
    std::iota(order_.begin(), order_.end(), 0U);
    draw_first_weights();
    make_groups();
    if (is_first_version_) fix_normalisation(0.0, 1.0);
  }

  void run_epoch(std::size_t epoch) {
    Random(seed_, Purpose::Shuffle, static_cast<std::uint32_t>(epoch)).shuffle(std::span(order_));
    Random gate_random(seed_, Purpose::Gate, static_cast<std::uint32_t>(epoch));
    const double ramp = ramp_at(epoch);
    if (!options_.as_published && !sum_.is_fixed() && ramp > 0.0) normalise_by_all_rows();
    const double decay = network::cosine_decay(share_done(epoch));
    epoch_loss_ = 0.0;
    for (std::size_t b = 0; b < n_batches(); ++b) {
      load(batch(b));
      for (std::size_t t = 0; t < n_terms(); ++t) {
        gate_draws_[t] = gate_kind_->draw(parameters_[gates() + t], gate_random);
      }
      epoch_loss_ += step(ramp, decay) / static_cast<double>(n_batches());
    }
  }

  [[nodiscard]] GatedOutcome outcome() const {
    GatedOutcome result{
        .terms = {model_.terms().begin(), model_.terms().end()},
        .openness = gate_kind_->openness(std::span(parameters_).subspan(gates(), n_terms())),
        .loss = epoch_loss_ / rows_.constant_loss(),
        .kept = {}};
    for (std::size_t t = 0; t < n_terms(); ++t) {
      if (result.openness[t] > gate_kind_->threshold()) result.kept.push_back(result.terms[t]);
    }
    return result;
  }

  [[nodiscard]] bool is_finite() const { return std::isfinite(epoch_loss_); }

 private:
  [[nodiscard]] std::size_t n_terms() const { return model_.terms().size(); }
  [[nodiscard]] std::size_t n_batches() const { return rows_.n_rows() / options_.batch; }
  [[nodiscard]] std::span<const std::uint32_t> batch(std::size_t b) const {
    return std::span(order_).subspan(b * options_.batch, options_.batch);
  }
  [[nodiscard]] std::size_t sum_first() const { return model_.parameter_count(); }
  [[nodiscard]] std::size_t gates() const { return sum_first() + sum_.parameter_count(); }
  [[nodiscard]] std::span<float> of_model(AlignedVector<float>& values) const {
    return std::span(values).first(sum_first());
  }
  [[nodiscard]] std::span<float> of_sum(AlignedVector<float>& values) const {
    return std::span(values).subspan(sum_first(), sum_.parameter_count());
  }

  void draw_first_weights() {
    Random random(seed_, Purpose::Initialisation);
    const double deviation = is_first_version_ ? kFirstVersionDeviation : kDeviation;
    model_.initialise(of_model(parameters_), deviation, random);
    sum_.start(of_sum(parameters_));
    for (float& gate : std::span(parameters_).subspan(gates())) gate = gate_kind_->start(random);
  }

  void make_groups() {
    const auto add = [&](std::size_t first, std::size_t end, double rate, double decay) {
      const double start = is_first_version_ ? kFirstVersionRate : rate;
      groups_.push_back({first, end - first, start, Optimiser(adam(decay), end - first)});
    };
    add(0, model_.pure_count(), options_.pure_rate, kPureDecay);
    add(model_.pure_count(), sum_first(), options_.factor_rate, kFactorDecay);
    const std::size_t biases = sum_first() + sum_.biases();
    if (is_first_version_) {
      add(biases, gates(), options_.gate_rate, 0.0);
    } else {
      add(sum_first(), options_.as_published ? biases : gates(), options_.gate_rate, 0.0);
    }
    add(gates(), gates() + n_terms(), options_.gate_rate, 0.0);
  }

  void fix_normalisation(double mean, double variance) {
    const std::size_t n = n_terms() * rows_.n_outputs();
    sum_.fix(std::vector(n, mean), std::vector(n, variance));
  }

  /// By mean and variance over all rows, as the weights are now. Those of a batch change from batch
  /// to batch, the more the higher the order, and terms that are not there would be kept because
  /// they make up for it.
  void normalise_by_all_rows() {
    const std::size_t n_blocks = n_terms() * rows_.n_outputs();
    std::vector<double> means(n_blocks);
    std::vector<double> variances(n_blocks);
    const auto count = static_cast<double>(n_batches() * options_.batch);
    for (std::size_t b = 0; b < n_batches(); ++b) {
      workspace_.load(batch(b));
      model_.forward(parameters_, workspace_);
      for (std::size_t s = 0; s < n_blocks; ++s) {
        for (const float v : workspace_.values().subspan(s * options_.batch, options_.batch)) {
          means[s] += static_cast<double>(v) / count;
          variances[s] += static_cast<double>(v) * static_cast<double>(v) / count;
        }
      }
    }
    for (std::size_t s = 0; s < n_blocks; ++s) {
      variances[s] = std::max(0.0, variances[s] - means[s] * means[s]);
    }
    sum_.fix(means, variances);
  }

  [[nodiscard]] double share_done(std::size_t epoch) const {
    return static_cast<double>(epoch) / static_cast<double>(options_.epochs);
  }

  /// Share of the price: 0 in the warm-up, then rising to 1 in a straight line.
  [[nodiscard]] double ramp_at(std::size_t epoch) const {
    if (is_first_version_) return 1.0;
    const double share = (share_done(epoch) - options_.warm_up) / (options_.ramp_end - options_.warm_up);
    return std::clamp(share, 0.0, 1.0);
  }

  /// Price of an open gate in units of the loss.
  [[nodiscard]] double price_of(std::size_t term) const {
    if (options_.as_published) return options_.lambda;
    const auto n = static_cast<double>(rows_.n_rows());
    return running_loss_ * (options_.lambda + weight_counts_[term] * std::log(n) / n);
  }

  void load(std::span<const std::uint32_t> rows) {
    workspace_.load(rows);
    rows_.copy_targets(rows, targets_, labels_);
  }

  double step(double ramp, double decay) {
    model_.forward(parameters_, workspace_);
    sum_.forward(workspace_.values(), of_sum(parameters_), gate_draws_, outputs_);
    const double loss = network::evaluate_loss(
        rows_.loss(), outputs_, {.values = targets_, .classes = labels_}, d_outputs_);
    running_loss_ += kLossShare * (loss - running_loss_);
    backward(ramp);
    internal::limit_norm(gradient_, static_cast<float>(options_.clip));
    update(ramp, decay);
    return loss;
  }

  void backward(double ramp) {
    sum_.backward(d_outputs_,
                  of_sum(parameters_),
                  gate_draws_,
                  workspace_.d_values(),
                  of_sum(gradient_),
                  d_gates_);
    model_.backward(parameters_, workspace_, of_model(gradient_));
    if (is_first_version_) add_weight_price();
    for (std::size_t t = 0; t < n_terms(); ++t) {
      const double price = ramp * price_of(t) * gate_kind_->price_slope(parameters_[gates() + t]);
      const float slope = d_gates_[t] * gate_draws_[t].slope + static_cast<float>(price);
      gradient_[gates() + t] = ramp > 0.0 ? slope : 0.0F;  // held in the warm-up
    }
  }

  /// Slope of 0.01 order^2 times the mean |weight| of each product.
  void add_weight_price() {
    for (std::size_t t = 0; t < n_terms(); ++t) {
      const int order = model_.terms()[t].order;
      const double price = kFirstVersionWeightPrice * order * order / weight_counts_[t];
      model_.add_signs(t, static_cast<float>(price), parameters_, gradient_);
    }
  }

  void update(double ramp, double decay) {
    for (Group& group : groups_) {
      if (group.first == gates() && ramp == 0.0) continue;
      group.optimiser.step(kFinalRate + (group.rate - kFinalRate) * decay,
                           std::span(gradient_).subspan(group.first, group.count),
                           std::span(parameters_).subspan(group.first, group.count));
    }
  }

  const TensorRows& rows_;
  const TensorOptions& options_;
  std::uint64_t seed_;
  bool is_first_version_;
  TensorModel model_;
  TensorWorkspace workspace_;
  GatedSum sum_;
  std::unique_ptr<Gates> gate_kind_;
  std::vector<double> weight_counts_;  // of the terms
  AlignedVector<float> parameters_;
  AlignedVector<float> gradient_;
  std::vector<GateDraw> gate_draws_;
  std::vector<float> d_gates_;
  AlignedVector<float> outputs_;  // [output][batch]
  AlignedVector<float> d_outputs_;
  std::vector<float> targets_;
  std::vector<std::uint32_t> labels_;
  std::vector<Group> groups_;
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
