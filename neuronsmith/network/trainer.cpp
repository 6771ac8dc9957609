#include "neuronsmith/network/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/network/internal/kernels.hpp"

namespace neuronsmith::network {
namespace {

constexpr std::size_t kEvaluationRows = 512;

void require(bool condition, const char* option, double value, const char* accepted) {
  if (!condition) throw ConfigError(fmt::format("{}: {} is not {}", option, value, accepted));
}

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

void check_part(const Part& part, const Network& network, Loss loss) {
  const std::size_t n_outputs = network.architecture().n_outputs;
  NEURONSMITH_CHECK(part.features.n_features == network.architecture().n_inputs,
                    "features that do not fit the network");
  if (loss == Loss::MeanSquaredError) {
    NEURONSMITH_CHECK(part.target.size() == part.n_rows() * n_outputs,
                      "targets that do not fit the network");
    return;
  }
  NEURONSMITH_CHECK(part.classes.size() == part.n_rows(), "one class a row is needed");
  NEURONSMITH_CHECK(loss == Loss::CrossEntropy || n_outputs == 1, "two classes share one logit");
  const std::size_t n_classes = loss == Loss::CrossEntropy ? n_outputs : 2;
  NEURONSMITH_CHECK(std::all_of(part.classes.begin(),
                                part.classes.end(),
                                [&](std::uint32_t c) { return c < n_classes; }),
                    "a class without an output");
}

// In which order the rows of batches lie: one after the other, or anywhere.
enum class Access : std::uint8_t { Sequential, Random };

// Row-major: a row drawn at random is then a few lines of memory, and not one a feature.
std::vector<float> row_major(const FeatureView& features) {
  constexpr std::size_t kRows = 64;  // at a time, so that they stay in the cache
  const std::size_t stride = features.n_features;
  std::vector<float> table(features.n_rows * stride);
  for (std::size_t first = 0; first < features.n_rows; first += kRows) {
    const std::size_t last = std::min(first + kRows, features.n_rows);
    for (std::size_t j = 0; j < stride; ++j) {
      const std::span<const float> column = features.column(j);
      for (std::size_t i = first; i < last; ++i) table[i * stride + j] = column[i];
    }
  }
  return table;
}

// Rows of a part, copied to where a network takes them.
class BatchLoader {
 public:
  BatchLoader(const Part& part, std::size_t n_outputs, std::size_t max_rows, Access access)
      : part_(&part),
        values_(part.target.empty() ? 0 : n_outputs * max_rows),
        classes_(part.classes.empty() ? 0 : max_rows) {
    if (access == Access::Random) table_ = row_major(part.features);
  }

  void load(std::span<const std::uint32_t> rows, NetworkWorkspace& workspace) {
    workspace.resize(rows.size());
    load_features(rows, workspace.input().data());
    const std::size_t n_targets = part_->target.size() / part_->n_rows();
    for (std::size_t k = 0; k < n_targets; ++k) {
      gather(part_->target.data() + k * part_->n_rows(), rows, values_.data() + k * rows.size());
    }
    targets_.values = {values_.data(), n_targets * rows.size()};
    if (part_->classes.empty()) return;
    gather(part_->classes.data(), rows, classes_.data());
    targets_.classes = {classes_.data(), rows.size()};
  }

  [[nodiscard]] const Targets& targets() const { return targets_; }

 private:
  void load_features(std::span<const std::uint32_t> rows, float* to) const {
    const std::size_t n_features = part_->features.n_features;
    if (!table_.empty()) {
      return internal::gather_rows(table_.data(), n_features, n_features, rows, to);
    }
    for (std::size_t j = 0; j < n_features; ++j) {
      gather(part_->features.column(j).data(), rows, to + j * rows.size());
    }
  }

  template <typename T>
  static void gather(const T* from, std::span<const std::uint32_t> rows, T* to) {
    for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
  }

  const Part* part_;
  std::vector<float> table_;  // of Access::Random
  std::vector<float> values_;
  std::vector<std::uint32_t> classes_;
  Targets targets_;
};

std::vector<std::uint32_t> all_rows(const Part& part) {
  NEURONSMITH_CHECK(part.n_rows() <= std::numeric_limits<std::uint32_t>::max(), "too many rows");
  std::vector<std::uint32_t> rows(part.n_rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

// Mean loss over a part, its scratch kept between calls.
class Evaluation {
 public:
  Evaluation(const Network& network, const Part& part, Loss loss)
      : network_(&network),
        loss_(loss),
        rows_(all_rows(part)),
        workspace_(network, std::min(rows_.size(), kEvaluationRows), WorkspaceUse::Inference),
        loader_(part,
                network.architecture().n_outputs,
                workspace_.max_rows(),
                Access::Sequential) {}

  [[nodiscard]] double mean_loss() {
    double sum = 0.0;
    for (std::size_t first = 0; first < rows_.size(); first += workspace_.max_rows()) {
      const std::size_t n = std::min(rows_.size() - first, workspace_.max_rows());
      loader_.load(std::span(rows_).subspan(first, n), workspace_);
      network_->predict(workspace_);
      const double batch = evaluate_loss(loss_, workspace_.output(), loader_.targets(), {});
      sum += batch * static_cast<double>(n);
    }
    return sum / static_cast<double>(rows_.size());
  }

 private:
  const Network* network_;
  Loss loss_;
  std::vector<std::uint32_t> rows_;
  NetworkWorkspace workspace_;
  BatchLoader loader_;
};

// Parameters and running statistics to come back to.
struct Snapshot {
  explicit Snapshot(const Network& network) { take(network); }

  void take(const Network& network) {
    parameters.assign(network.parameters().begin(), network.parameters().end());
    statistics.assign(network.statistics().begin(), network.statistics().end());
  }
  void restore(Network& network) const {
    std::copy(parameters.begin(), parameters.end(), network.parameters().begin());
    std::copy(statistics.begin(), statistics.end(), network.statistics().begin());
  }

  std::vector<float> parameters;
  std::vector<float> statistics;
};

class Training {
 public:
  Training(Network& network,
           const Part& training,
           const Part& validation,
           Loss loss,
           const TrainOptions& options,
           const std::stop_token& stop)
      : network_(network),
        options_(options),
        loss_(loss),
        stop_(stop),
        rows_(all_rows(training)),
        workspace_(network, std::min(rows_.size(), options.batch), WorkspaceUse::Training),
        loader_(training,
                network.architecture().n_outputs,
                workspace_.max_rows(),
                Access::Random),
        optimiser_(options.optimiser,
                   options.scale_steps ? network.step_scales(training.features)
                                       : AlignedVector<float>(network.parameter_count(), 1.0F)),
        gradient_(network.parameter_count()),
        best_(network) {
    if (validation.n_rows() > 0) validation_.emplace(network, validation, loss);
  }

  TrainingResult run(ProgressSink* sink) {
    for (std::size_t epoch = 0; epoch < options_.epochs && !must_stop(); ++epoch) {
      const double train_loss = run_epoch(epoch);
      const double watched = validation_ ? validation_->mean_loss() : train_loss;
      ++result_.epochs;
      if (!is_finite(train_loss, watched)) {
        result_.diverged = true;
        result_.end = TrainingEnd::Diverged;
        break;
      }
      record(train_loss, watched);
      if (sink != nullptr) report(*sink);
      if (is_out_of_patience()) {
        result_.end = TrainingEnd::Patience;
        break;
      }
    }
    if (result_.best_epoch != result_.epochs) best_.restore(network_);
    result_.seconds = stopwatch_.seconds();
    return std::move(result_);
  }

 private:
  double run_epoch(std::size_t epoch) {
    Random(options_.seed, Purpose::Shuffle, static_cast<std::uint32_t>(epoch))
        .shuffle(std::span(rows_));
    const double learning_rate = options_.learning_rate_at(epoch);
    double sum = 0.0;
    std::size_t done = 0;
    while (done < rows_.size() && std::isfinite(sum)) {
      const std::size_t n = std::min(rows_.size() - done, workspace_.max_rows());
      sum += run_step(std::span(rows_).subspan(done, n), learning_rate) * static_cast<double>(n);
      done += n;
      if (must_stop()) break;
    }
    return sum / static_cast<double>(done);
  }

  double run_step(std::span<const std::uint32_t> rows, double learning_rate) {
    loader_.load(rows, workspace_);
    network_.forward(workspace_, options_.seed, static_cast<std::uint32_t>(result_.steps));
    const double loss = evaluate_loss(
        loss_, workspace_.output(), loader_.targets(), workspace_.output_gradient());
    if (!std::isfinite(loss)) return loss;
    network_.backward(workspace_, gradient_);
    optimiser_.step(learning_rate, gradient_, network_.parameters());
    ++result_.steps;
    return loss;
  }

  [[nodiscard]] bool must_stop() {
    if (stop_.stop_requested()) {
      result_.end = TrainingEnd::Stopped;
      return true;
    }
    if (!options_.minutes || stopwatch_.seconds() < 60.0 * *options_.minutes) return false;
    result_.end = TrainingEnd::TimeLimit;
    return true;
  }

  [[nodiscard]] bool is_finite(double train_loss, double watched) const {
    return std::isfinite(train_loss) && std::isfinite(watched) &&
           all_finite(network_.parameters()) && all_finite(network_.statistics());
  }

  void record(double train_loss, double watched) {
    result_.train_loss.push_back(train_loss);
    if (validation_) result_.validation_loss.push_back(watched);
    if (validation_ && watched >= best_loss_) return;
    best_loss_ = watched;
    result_.best_epoch = result_.epochs;
    best_.take(network_);
  }

  [[nodiscard]] bool is_out_of_patience() const {
    return validation_ && options_.patience > 0 &&
           result_.epochs - result_.best_epoch >= options_.patience;
  }

  void report(ProgressSink& sink) const {
    const double seconds = stopwatch_.seconds();
    const auto done = static_cast<double>(result_.epochs);
    std::array<Measure, 2> measures = {{{"training loss", result_.train_loss.back()}}};
    if (validation_) measures[1] = {"validation loss", result_.validation_loss.back()};
    sink.report({.phase = "train",
                 .unit = "epochs",
                 .done = result_.epochs,
                 .total = options_.epochs,
                 .best = best_loss_,
                 .wall_seconds = seconds,
                 .seconds_left = seconds / done * (static_cast<double>(options_.epochs) - done),
                 .measures = std::span(measures).first(validation_ ? 2 : 1)});
  }

  Network& network_;
  const TrainOptions& options_;
  Loss loss_;
  std::stop_token stop_;
  Stopwatch stopwatch_;
  std::vector<std::uint32_t> rows_;
  NetworkWorkspace workspace_;
  BatchLoader loader_;
  Optimiser optimiser_;
  AlignedVector<float> gradient_;
  std::optional<Evaluation> validation_;
  Snapshot best_;
  double best_loss_ = std::numeric_limits<double>::infinity();
  TrainingResult result_;
};

}  // namespace

void TrainOptions::validate() const {
  constexpr const char* kPositive = "a number above 0";
  constexpr const char* kShare = "a number of at least 0 and below 1";
  const auto is_share = [](double value) { return value >= 0.0 && value < 1.0; };
  require(is_positive_and_finite(learning_rate), "--learning-rate", learning_rate, kPositive);
  require(batch > 0, "--batch", 0.0, "a number of rows above 0");
  require(epochs > 0, "--epochs", 0.0, "a number of epochs above 0");
  require(step_epochs > 0, "--step-epochs", 0.0, "a number of epochs above 0");
  require(step_factor > 0.0 && step_factor <= 1.0,
          "--step-factor",
          step_factor,
          "a number above 0 and at most 1");
  if (minutes) require(is_positive_and_finite(*minutes), "--minutes", *minutes, kPositive);
  const double decay = optimiser.weight_decay.value_or(0.0);
  require(std::isfinite(decay) && decay >= 0.0, "--weight-decay", decay, "a number of at least 0");
  const double clip = optimiser.clip_norm.value_or(1.0);
  require(is_positive_and_finite(clip), "--clip-norm", clip, kPositive);
  require(is_share(optimiser.momentum), "--momentum", optimiser.momentum, kShare);
  require(is_share(optimiser.alpha), "--alpha", optimiser.alpha, kShare);
  require(is_share(optimiser.beta1), "--beta1", optimiser.beta1, kShare);
  require(is_share(optimiser.beta2), "--beta2", optimiser.beta2, kShare);
  require(is_positive_and_finite(optimiser.epsilon), "--epsilon", optimiser.epsilon, kPositive);
}

double TrainOptions::learning_rate_at(std::size_t epoch) const {
  switch (schedule) {
    case Schedule::Constant:
      break;
    case Schedule::Cosine:
      return learning_rate * cosine_decay(static_cast<double>(epoch) / static_cast<double>(epochs));
    case Schedule::Step:
      return learning_rate * std::pow(step_factor, static_cast<double>(epoch / step_epochs));
  }
  return learning_rate;
}

TrainingResult train(Network& network,
                     const Part& training,
                     const Part& validation,
                     Loss loss,
                     const TrainOptions& options,
                     ProgressSink* sink,
                     const std::stop_token& stop) {
  options.validate();
  NEURONSMITH_CHECK(training.n_rows() > 0, "no row to train on");
  check_part(training, network, loss);
  if (validation.n_rows() > 0) check_part(validation, network, loss);
  return Training(network, training, validation, loss, options, stop).run(sink);
}

double mean_loss(const Network& network, const Part& part, Loss loss) {
  NEURONSMITH_CHECK(part.n_rows() > 0, "no row to evaluate");
  check_part(part, network, loss);
  return Evaluation(network, part, loss).mean_loss();
}

}  // namespace neuronsmith::network
