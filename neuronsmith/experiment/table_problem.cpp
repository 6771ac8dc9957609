#include "neuronsmith/experiment/table_problem.hpp"

#include <utility>

namespace neuronsmith::experiment {
namespace {

network::Problem problem_of(const PreparedData& data,
                            network::Part training,
                            network::Part test,
                            network::Part beyond) {
  network::Problem problem{.name = data.source,
                           .family = "table",
                           .training = std::move(training),
                           .test = std::move(test),
                           .beyond = std::move(beyond)};
  if (data.task.kind != TaskKind::Regression) {
    problem.loss = network::classification_loss(data.task.n_classes());
    problem.n_outputs = network::logits_for(data.task.n_classes());
  }
  return problem;
}

network::Problem with_inner_test(const PreparedData& data, network::Part beyond) {
  const std::size_t n_inner = inner_rows(data);
  const std::size_t n_outer = data.n_training - n_inner;
  return problem_of(
      data, data.block.rows(0, n_outer), data.block.rows(n_outer, n_inner), std::move(beyond));
}

}  // namespace

std::size_t inner_rows(const PreparedData& data) {
  return static_cast<std::size_t>(kInnerShare * static_cast<double>(data.n_training));
}

network::Problem table_problem(const PreparedData& data, const network::Part& judged) {
  if (data.is_shifted) return with_inner_test(data, judged);
  return problem_of(data, data.training(), judged, {});
}

network::Problem inner_problem(const PreparedData& data) { return with_inner_test(data, {}); }

}  // namespace neuronsmith::experiment
