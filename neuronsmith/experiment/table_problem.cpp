#include "neuronsmith/experiment/table_problem.hpp"

namespace neuronsmith::experiment {

std::size_t inner_rows(const PreparedData& data) {
  return static_cast<std::size_t>(kInnerShare * static_cast<double>(data.n_training));
}

network::Problem table_problem(const PreparedData& data, const network::Part& judged) {
  network::Problem problem{
      .name = data.source, .family = "table", .training = {}, .test = {}, .beyond = {}};
  if (data.is_shifted) {
    const std::size_t n_inner = inner_rows(data);
    problem.training = data.block.rows(0, data.n_training - n_inner);
    problem.test = data.block.rows(data.n_training - n_inner, n_inner);
    problem.beyond = judged;
  } else {
    problem.training = data.training();
    problem.test = judged;
  }
  if (data.task.kind != TaskKind::Regression) {
    problem.loss = network::classification_loss(data.task.n_classes());
    problem.n_outputs = network::logits_for(data.task.n_classes());
  }
  return problem;
}

}  // namespace neuronsmith::experiment
