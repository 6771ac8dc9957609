#include "neuronsmith/experiment/internal/tensor_discovery.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/internal/strategies.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/neuron/composite.hpp"
#include "neuronsmith/neuron/orders.hpp"

namespace neuronsmith::experiment::internal {
namespace {

using formula::Formula;
using search::tensor::Restart;
using search::tensor::TensorDiscovery;
using search::tensor::TensorRows;
using search::tensor::TensorTerm;

bool is_regression(const PreparedData& data) { return data.task.kind == TaskKind::Regression; }

network::Part rows_searched(const PreparedData& data, const DiscoverOptions& options) {
  return options.training_rows_only ? data.training() : data.known();
}

std::size_t n_outputs(const PreparedData& data) {
  return is_regression(data) ? 1 : network::logits_for(data.task.n_classes());
}

double physical_memory() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

TensorRows tensor_rows(const PreparedData& data, const DiscoverOptions& options) {
  const network::Loss loss = is_regression(data)
                                 ? network::Loss::MeanSquaredError
                                 : network::classification_loss(data.task.n_classes());
  try {
    return {rows_searched(data, options), loss, n_outputs(data), options.recipe.tensor.max_order};
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}: {}", data.source, error.what()));
  }
}

neuron::OrderSet orders_of(const std::vector<TensorTerm>& terms) {
  return neuron::orders_of(search::tensor::to_aggregation(terms)).value();
}

/// Restarts that found the same orders.
struct Group {
  std::vector<TensorTerm> terms;
  std::vector<const Restart*> restarts;

  [[nodiscard]] double mean(double Restart::*value) const {
    double sum = 0.0;
    for (const Restart* restart : restarts) sum += restart->*value;
    return sum / static_cast<double>(restarts.size());
  }
};

std::vector<Group> grouped(const TensorDiscovery& discovery) {
  std::vector<Group> groups;
  for (const Restart& restart : discovery.restarts) {
    if (restart.terms.empty()) continue;
    const auto same = std::ranges::find_if(groups, [&](const Group& group) {
      return orders_of(group.terms) == orders_of(restart.terms);
    });
    Group& group = same == groups.end() ? groups.emplace_back() : *same;
    group.terms = restart.terms;
    group.restarts.push_back(&restart);
  }
  return groups;
}

bool is_chosen(const Group& group, const TensorDiscovery& discovery) {
  return orders_of(group.terms) == orders_of(discovery.terms);
}

/// The structures that restarts found; the chosen one as it was fitted to all rows.
std::vector<FrontEntry> front_of(const std::vector<Group>& groups,
                                 const TensorDiscovery& discovery,
                                 const DiscoveryResult& result,
                                 double unit) {
  std::vector<FrontEntry> front = {{result.neuron.formula, result.score, true}};
  for (const Group& group : groups) {
    if (is_chosen(group, discovery)) continue;
    const formula::Formula formula =
        neuron::to_formula(search::tensor::to_aggregation(group.terms));
    front.push_back({formula,
                     {.error = unit * group.mean(&Restart::loss),
                      .complexity = static_cast<double>(formula.size()),
                      .criterion = unit * group.mean(&Restart::holdout_loss)},
                     false});
  }
  std::ranges::stable_sort(front, {}, [](const FrontEntry& e) { return e.score.complexity; });
  return front;
}

/// x + x^2 of the orders 1 and 2.
Formula powers_of(const neuron::OrderSet& orders) {
  std::set<int> exponents(orders.pure.begin(), orders.pure.end());
  exponents.insert(orders.interaction.begin(), orders.interaction.end());
  const Formula x = Formula::input(formula::Shape::Scalar);
  Formula sum;
  for (const int exponent : exponents) {
    const Formula power = exponent == 1 ? x : Formula::power(x, exponent);
    sum = sum.empty() ? power : Formula::apply(formula::Op::Add, sum, power);
  }
  return sum;
}

/// Mean loss on rows held out, over the restarts that found what was chosen; without one, of all.
double holdout_loss(const std::vector<Group>& groups, const TensorDiscovery& discovery) {
  const auto chosen = std::ranges::find_if(
      groups, [&](const Group& group) { return is_chosen(group, discovery); });
  if (chosen != groups.end()) return chosen->mean(&Restart::holdout_loss);
  Group all;
  for (const Restart& restart : discovery.restarts) all.restarts.push_back(&restart);
  return all.mean(&Restart::holdout_loss);
}

}  // namespace

void require_tensor_rows(const PreparedData& data, const DiscoverOptions& options) {
  const search::TensorOptions& tensor = options.recipe.tensor;
  const std::size_t n_rows = rows_searched(data, options).n_rows();
  if (n_rows < tensor.batch) {
    throw ConfigError(
        fmt::format("--batch {}: {} has only {} rows for the search; a batch must not be larger",
                    tensor.batch,
                    data.source,
                    n_rows));
  }
  const std::size_t n_inputs = data.preprocessor.n_features();
  const double needed = search::tensor::memory_needed(tensor, n_rows, n_inputs, n_outputs(data));
  const double available = physical_memory();
  if (needed <= available) return;
  constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
  throw DataError(
      fmt::format("{}: a search of rank {} over {} inputs and {} rows needs {:.1f} GiB of memory, "
                  "and the machine has "
                  "{:.1f}; lower --rank, --max-order or --rows",
                  data.source,
                  tensor.rank,
                  n_inputs,
                  n_rows,
                  needed / kGiB,
                  available / kGiB));
}

TensorDiscovery tensor_discovery_of(const PreparedData& data,
                                    const DiscoverOptions& options,
                                    const Executor& executor,
                                    ProgressSink* progress,
                                    const std::stop_token& stop) {
  return search::tensor::run_tensor_search(tensor_rows(data, options),
                                           options.recipe.tensor,
                                           options.seed,
                                           executor,
                                           options.driver,
                                           progress,
                                           stop);
}

DiscoveryResult by_tensor_decomposition(const PreparedData& data,
                                        const DiscoverOptions& options,
                                        const Executor& executor,
                                        ProgressSink* progress,
                                        const std::stop_token& stop) {
  const TensorRows rows = tensor_rows(data, options);
  TensorDiscovery discovery = search::tensor::run_tensor_search(
      rows, options.recipe.tensor, options.seed, executor, options.driver, progress, stop);
  const std::vector<Group> groups = grouped(discovery);
  const double unit = is_regression(data) ? 1.0 : rows.constant_loss();
  DiscoveryResult result;
  if (!is_regression(data)) result.error_kind = ErrorKind::LogLoss;
  result.neuron.aggregation = search::tensor::to_aggregation(discovery.fit, rows);
  result.neuron.formula = neuron::to_formula(result.neuron.aggregation);
  result.score = {.error = unit * discovery.fit.loss,
                  .complexity = static_cast<double>(result.neuron.formula.size()),
                  .criterion = unit * holdout_loss(groups, discovery)};
  result.front = front_of(groups, discovery, result, unit);
  result.search.seconds = discovery.seconds;
  result.search.interrupted = discovery.interrupted;
  result.tensor = std::move(discovery);
  return result;
}

std::vector<Formula> structures_of(const TensorDiscovery& discovery, search::Role role) {
  std::vector<neuron::Aggregation> structures = {search::tensor::to_aggregation(discovery.terms)};
  for (const Group& group : grouped(discovery)) {
    if (!is_chosen(group, discovery)) {
      structures.push_back(search::tensor::to_aggregation(group.terms));
    }
  }
  std::vector<Formula> formulas;
  for (const neuron::Aggregation& structure : structures) {
    if (role == search::Role::Activation) {
      formulas.push_back(powers_of(neuron::orders_of(structure).value()));
      continue;
    }
    const Formula aggregation = neuron::to_formula(structure);
    if (role == search::Role::Aggregation) formulas.push_back(aggregation);
    if (role != search::Role::Neuron) continue;
    for (const Formula& function : published_functions()) {
      formulas.push_back(neuron::compose({aggregation, function}));
    }
  }
  return formulas;
}

Json to_json(const TensorDiscovery& discovery) {
  Json agreement = Json::array();
  for (const search::tensor::TermVotes& vote : discovery.votes) {
    const bool is_pure = vote.term.stream == search::tensor::Stream::Pure;
    agreement.push_back({{"stream", is_pure ? "pure" : "interaction"},
                         {"order", vote.term.order},
                         {"rank", vote.term.rank},
                         {"restarts", vote.votes}});
  }
  return {{"restarts", discovery.restarts.size()},
          {"agreement", agreement},
          {"fallback", discovery.is_fallback}};
}

}  // namespace neuronsmith::experiment::internal
