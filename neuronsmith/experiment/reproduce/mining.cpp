#include "neuronsmith/experiment/reproduce/mining.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/core/step_counter.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons_sources.hpp"
#include "neuronsmith/experiment/table_problem.hpp"
#include "neuronsmith/experiment/world_problems.hpp"
#include "neuronsmith/network/cohort.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kTrainingRows = 1024;

using network::TrialLosses;

/// Of a problem, none of which shares a seed with another.
std::vector<std::uint64_t> seeds_of(std::size_t problem, std::size_t n) {
  std::vector<std::uint64_t> seeds(n);
  std::iota(seeds.begin(), seeds.end(), std::uint64_t{problem * n + 1});
  return seeds;
}

/// Losses of one function with one learning rate, a seed each.
using Losses = std::vector<TrialLosses>;

bool is_failed(const TrialLosses& losses) { return losses.beyond == kInfinity; }

double mean_test_loss(const Losses& losses) {
  double sum = 0.0;
  for (const TrialLosses& l : losses) sum += l.test;
  return sum / static_cast<double>(losses.size());
}

/// Infinite losses become the worst that any function has with that seed; where all are, 1.
void replace_infinite(std::vector<Losses>& functions, double TrialLosses::*loss) {
  for (std::size_t seed = 0; seed < functions.front().size(); ++seed) {
    double worst = 0.0;
    for (const Losses& losses : functions) {
      const double value = losses[seed].*loss;
      if (value < kInfinity) worst = std::max(worst, value);
    }
    for (Losses& losses : functions) {
      double& value = losses[seed].*loss;
      if (value == kInfinity) value = worst > 0.0 ? worst : 1.0;
    }
  }
}

MeanRatio mean_ratio(std::span<const double> logs) {
  MeanRatio result{.n = logs.size()};
  if (logs.empty()) return result;
  const double mean = mean_of(logs);
  const double reach = mean_reach(logs);
  result.ratio = std::exp(mean);
  result.low = std::exp(mean - reach);
  result.high = std::exp(mean + reach);
  return result;
}

std::vector<std::string> tables_of(const MiningOptions& options) {
  if (options.data_dir.empty()) return {};
  if (!options.tables.empty()) return options.tables;
  std::vector<std::string> names;
  for (const task_neurons::Source& source : task_neurons::sources()) {
    names.emplace_back(source.name);
  }
  return names;
}

std::string path_of(const MiningOptions& options, const std::string& table) {
  return (std::filesystem::path(options.data_dir) / (table + ".csv.gz")).string();
}

/// Whether the numbers of a column are a range and not a few marks.
bool is_range(const Column& column) {
  constexpr std::size_t kLeastValues = 10;
  std::set<float> values;
  for (const float value : column.numbers) {
    if (!std::isnan(value)) values.insert(value);
    if (values.size() == kLeastValues) return true;
  }
  return false;
}

/// The study under way.
class Mining {
 public:
  Mining(const MiningOptions& options,
         const Executor& executor,
         ProgressSink* progress,
         std::stop_token stop)
      : options_(options),
        executor_(executor),
        stop_(std::move(stop)),
        tables_(tables_of(options)),
        steps_(progress,
               "problems",
               "problems",
               options.families.size() * options.worlds + tables_.size() * options.columns) {
    study_.functions = options_.functions;
    study_.rates = options_.rates;
    study_.seeds = options_.seeds;
    study_.activations = options_.activations();
  }

  MiningStudy run() && {
    const Stopwatch clock;
    for (const WorldFamily family : options_.families) {
      const WorldProblems worlds(
          worlds_of(std::span(&family, 1), options_.worlds, 1, kTrainingRows));
      for (const network::Problem& problem : worlds.problems()) {
        add(problem, problem.name, problem.family, true);
      }
    }
    for (const std::string& table : tables_) along_columns(table);
    study_.interrupted = stop_.stop_requested();
    study_.seconds = clock.seconds();
    return std::move(study_);
  }

 private:
  /// The table divided along its first numeric columns that can be.
  void along_columns(const std::string& name) {
    if (stop_.stop_requested()) return;
    const task_neurons::Source& source = task_neurons::find_source(name);
    DataOptions options;
    options.data = path_of(options_, name);
    options.rows = options_.rows;
    if (!source.drop.empty()) options.drop = {std::string(source.drop)};
    options.split = {.validation = 0.0, .test = 0.3, .seed = 1};
    const SourceTables tables = read_tables(options);
    std::size_t done = 0;
    for (std::size_t j = 0; j + 1 < tables.data.columns.size() && done < options_.columns; ++j) {
      const Column& column = tables.data.columns[j];
      if (!is_range(column) || column.name == source.drop) continue;
      options.shift = Shift{.column = column.name};
      const auto data = divided(tables, options);
      if (!data) continue;
      add(table_problem(*data, data->test()),
          fmt::format("{} along {}", name, column.name),
          name,
          false);
      ++done;
    }
    for (; done < options_.columns; ++done) steps_.add_one();
  }

  /// Absent where the column has too few values to be divided, or leaves too little to learn.
  static std::optional<PreparedData> divided(const SourceTables& tables,
                                             const DataOptions& options) {
    try {
      PreparedData data = prepare(tables, options);
      if (inner_rows(data) == 0) return std::nullopt;
      return data;
    } catch (const DataError&) {
      return std::nullopt;
    }
  }

  void add(const network::Problem& problem, std::string name, std::string group, bool is_world) {
    if (stop_.stop_requested()) return;
    std::vector<network::Cohort> cohorts;  // one a rate
    for (const double rate : options_.rates) {
      network::CohortOptions options;
      options.training.epochs = options_.epochs;
      options.training.batch = 128;
      options.training.learning_rate = rate;
      options.seeds = seeds_of(study_.problems.size(), options_.seeds);
      cohorts.emplace_back(std::vector{problem}, std::move(options));
    }
    const std::size_t n_rates = options_.rates.size();
    const std::size_t n_seeds = options_.seeds;
    const std::vector<neuron::Activation>& functions = study_.activations;
    std::vector<std::vector<Losses>> losses(functions.size(),
                                            std::vector<Losses>(n_rates, Losses(n_seeds)));
    executor_.for_each(functions.size() * n_rates * n_seeds, [&](std::size_t i) {
      if (stop_.stop_requested()) return;
      const std::size_t function = i / (n_rates * n_seeds);
      const std::size_t rate = i / n_seeds % n_rates;
      const std::size_t seed = i % n_seeds;
      losses[function][rate][seed] =
          cohorts[rate].train({.activation = functions[function]}, seed, stop_);
    });
    if (stop_.stop_requested()) return;
    study_.problems.push_back(
        judged(std::move(losses), std::move(name), std::move(group), is_world));
    steps_.add_one();
  }

  [[nodiscard]] MiningProblem judged(std::vector<std::vector<Losses>> losses,
                                     std::string name,
                                     std::string group,
                                     bool is_world) const {
    MiningProblem problem{.name = std::move(name), .group = std::move(group), .is_world = is_world};
    std::vector<Losses> chosen;
    for (std::vector<Losses>& of_rates : losses) {
      const auto best = std::ranges::min_element(of_rates, {}, mean_test_loss);
      MiningResult& result = problem.results.emplace_back();
      result.rate = options_.rates[static_cast<std::size_t>(best - of_rates.begin())];
      result.failed = static_cast<std::size_t>(std::ranges::count_if(*best, is_failed));
      chosen.push_back(std::move(*best));
    }
    replace_infinite(chosen, &TrialLosses::test);
    replace_infinite(chosen, &TrialLosses::beyond);
    const auto n_seeds = static_cast<double>(options_.seeds);
    for (std::size_t f = 0; f < chosen.size(); ++f) {
      for (std::size_t s = 0; s < options_.seeds; ++s) {
        problem.results[f].log_ratio +=
            network::log_loss_ratio(chosen[f][s].beyond, chosen[0][s].beyond) / n_seeds;
        problem.results[f].test_log_ratio +=
            network::log_loss_ratio(chosen[f][s].test, chosen[0][s].test) / n_seeds;
      }
    }
    return problem;
  }

  const MiningOptions& options_;
  const Executor& executor_;
  std::stop_token stop_;
  std::vector<std::string> tables_;
  StepCounter steps_;
  MiningStudy study_;
};

}  // namespace

std::vector<std::string> mining_functions() {
  return {"relu",
          "gelu",
          "silu",
          "tanh",
          "gelusine",
          "gelu-sinc-perturbation",
          "gmtu",
          "turbulent",
          "mined"};
}

void MiningOptions::validate() const {
  require_option(functions.size() >= 2, "--activations", "two at least");
  require_option(
      !families.empty() || !data_dir.empty(), "--worlds", "one family at least without --data-dir");
  require_option(worlds >= 2, "--worlds-per-family", "at least 2");
  require_option(seeds > 0, "--seeds", "at least 1");
  require_option(!rates.empty() && std::ranges::all_of(rates, is_positive_and_finite),
                 "--learning-rates",
                 "above 0 and finite, one at least");
  require_option(epochs > 0, "--epochs", "at least 1");
  require_option(rows >= 50, "--rows", "at least 50");
  require_option(columns > 0, "--columns", "at least 1");
  require_option(tables.empty() || !data_dir.empty(), "--tables", "given with --data-dir");
  static_cast<void>(activations());
  for (const std::string& table : tables_of(*this)) {
    static_cast<void>(task_neurons::find_source(table));
    if (std::filesystem::exists(path_of(*this, table))) continue;
    throw IoError(fmt::format("--data-dir: there is no {}", path_of(*this, table)));
  }
}

std::vector<neuron::Activation> MiningOptions::activations() const {
  std::vector<neuron::Activation> result;
  for (const std::string& function : functions) {
    result.push_back(neuron::with_learnable_literals(
        neuron::resolve_activation(function, "--activations", {}), learnable));
  }
  return result;
}

MeanRatio MiningStudy::on_worlds(std::size_t function,
                                 std::size_t other,
                                 const std::string& family) const {
  std::vector<double> logs;
  for (const MiningProblem& problem : problems) {
    if (!problem.is_world || (!family.empty() && problem.group != family)) continue;
    logs.push_back(problem.results[function].log_ratio - problem.results[other].log_ratio);
  }
  return mean_ratio(logs);
}

MeanRatio MiningStudy::on_tables(std::size_t function, std::size_t other) const {
  std::map<std::string, std::vector<double>> tables;
  for (const MiningProblem& problem : problems) {
    if (problem.is_world) continue;
    tables[problem.group].push_back(problem.results[function].log_ratio -
                                    problem.results[other].log_ratio);
  }
  std::vector<double> logs;
  for (const auto& [table, values] : tables) logs.push_back(mean_of(values));
  return mean_ratio(logs);
}

std::vector<std::string> MiningStudy::families() const {
  std::vector<std::string> families;
  for (const MiningProblem& problem : problems) {
    if (!problem.is_world || std::ranges::find(families, problem.group) != families.end()) continue;
    families.push_back(problem.group);
  }
  return families;
}

MiningStudy reproduce_mining(const MiningOptions& options,
                             const Executor& executor,
                             ProgressSink* progress,
                             std::stop_token stop) {
  options.validate();
  return Mining(options, executor, progress, std::move(stop)).run();
}

}  // namespace neuronsmith::experiment
