#include "neuronsmith/search/tensor/internal/descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/optimiser.hpp"
#include "neuronsmith/search/tensor/internal/kernels.hpp"

namespace neuronsmith::search::tensor::internal {
namespace {

constexpr float kClip = 1.0F;

class Descent {
 public:
  Descent(const TensorModel& model,
          const DescentTask& task,
          const DescentOptions& options,
          std::span<float> parameters)
      : model_(model),
        task_(task),
        options_(options),
        parameters_(parameters),
        workspace_(model, task.rows),
        gradient_(parameters.size()),
        outputs_(model.n_outputs() * model.batch()),
        d_outputs_(outputs_.size()),
        targets_(model.batch()),
        labels_(model.batch()),
        order_(task.fit.begin(), task.fit.end()),
        next_(order_.size()),
        optimiser_(network::OptimiserOptions{}, parameters.size()) {}

  double run() {
    const std::size_t n_tail = std::max<std::size_t>(options_.steps / 5, 1);
    double tail = 0.0;
    for (std::size_t step = 0; step < options_.steps; ++step) {
      const double loss = evaluate(next_batch());
      if (!std::isfinite(loss)) return std::numeric_limits<double>::infinity();
      if (step + n_tail >= options_.steps) tail += loss / static_cast<double>(n_tail);
      move(static_cast<double>(step) / static_cast<double>(options_.steps));
    }
    return tail;
  }

 private:
  std::span<const std::uint32_t> next_batch() {
    if (next_ + model_.batch() > order_.size()) {
      Random(options_.seed, Purpose::Shuffle, options_.stream, epoch_++).shuffle(std::span(order_));
      next_ = 0;
    }
    const auto batch = std::span<const std::uint32_t>(order_).subspan(next_, model_.batch());
    next_ += model_.batch();
    return batch;
  }

  double evaluate(std::span<const std::uint32_t> batch) {
    workspace_.load(batch);
    model_.forward(parameters_, workspace_);
    sum_up();
    take_targets(batch);
    return network::evaluate_loss(
        task_.rows.loss(), outputs_, {.values = targets_, .classes = labels_}, d_outputs_);
  }

  void sum_up() {
    const std::size_t n = model_.batch();
    for (std::size_t c = 0; c < model_.n_outputs(); ++c) {
      const auto out = std::span(outputs_).subspan(c * n, n);
      std::ranges::fill(out, parameters_[model_.parameter_count() + c]);
      for (std::size_t t = 0; t < model_.terms().size(); ++t) {
        const auto values = workspace_.values().subspan((t * model_.n_outputs() + c) * n, n);
        for (std::size_t i = 0; i < n; ++i) out[i] += values[i];
      }
    }
  }

  /// Numbers to predict lose their offset and take the unit; to logits the offset is added.
  void take_targets(std::span<const std::uint32_t> batch) {
    const bool has_offsets = !task_.offsets.empty();
    const std::size_t n_rows = task_.rows.n_rows();
    task_.rows.copy_targets(batch, targets_, labels_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::uint32_t row = batch[i];
      if (task_.rows.is_regression()) {
        const float left = targets_[i] - (has_offsets ? task_.offsets[row] : 0.0F);
        targets_[i] = static_cast<float>(static_cast<double>(left) / task_.unit);
        continue;
      }
      for (std::size_t c = 0; c < model_.n_outputs() && has_offsets; ++c) {
        outputs_[c * model_.batch() + i] += task_.offsets[c * n_rows + row];
      }
    }
  }

  void move(double done) {
    const std::size_t n = model_.batch();
    for (std::size_t c = 0; c < model_.n_outputs(); ++c) {
      const auto d_out = std::span<const float>(d_outputs_).subspan(c * n, n);
      gradient_[model_.parameter_count() + c] = std::accumulate(d_out.begin(), d_out.end(), 0.0F);
      for (std::size_t t = 0; t < model_.terms().size(); ++t) {
        std::ranges::copy(d_out,
                          workspace_.d_values().begin() +
                              static_cast<std::ptrdiff_t>((t * model_.n_outputs() + c) * n));
      }
    }
    model_.backward(parameters_, workspace_, std::span(gradient_).first(model_.parameter_count()));
    limit_norm(gradient_, kClip);
    const double rate = options_.rate * network::cosine_decay(done);
    optimiser_.step(rate, gradient_, parameters_);
  }

  const TensorModel& model_;
  const DescentTask& task_;
  const DescentOptions& options_;
  std::span<float> parameters_;
  TensorWorkspace workspace_;
  AlignedVector<float> gradient_;
  AlignedVector<float> outputs_;
  AlignedVector<float> d_outputs_;
  std::vector<float> targets_;
  std::vector<std::uint32_t> labels_;
  std::vector<std::uint32_t> order_;
  std::size_t next_;
  std::uint32_t epoch_ = 0;
  network::Optimiser optimiser_;
};

}  // namespace

double descend(const TensorModel& model,
               const DescentTask& task,
               const DescentOptions& options,
               std::span<float> parameters) {
  return Descent(model, task, options, parameters).run();
}

}  // namespace neuronsmith::search::tensor::internal
