#include "neuronsmith/experiment/comparison.hpp"

#include <algorithm>
#include <optional>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::experiment {
namespace {

double worse(std::string_view metric, double a, double b) {
  return is_gain(metric) ? std::min(a, b) : std::max(a, b);
}

/// Positive when `value` is better than `other`.
double advantage(std::string_view metric, double value, double other) {
  return is_gain(metric) ? value - other : other - value;
}

/// The worst value of any result that did not fail; absent when all failed.
std::optional<double> worst_value(const Comparison& comparison, std::string_view metric) {
  std::optional<double> worst;
  for (const ComparisonRow& row : comparison.rows) {
    for (const RepeatResult& result : row.results) {
      if (result.failed()) continue;
      const double value = value_of(result.metrics, metric);
      worst = worst ? worse(metric, *worst, value) : value;
    }
  }
  return worst;
}

std::vector<double> values_of(const Comparison& comparison,
                              const ComparisonRow& row,
                              std::string_view metric) {
  const std::optional<double> worst = worst_value(comparison, metric);
  std::vector<double> values;
  for (std::size_t r = 0; r < row.results.size(); ++r) {
    if (!row.results[r].failed()) {
      values.push_back(value_of(row.results[r].metrics, metric));
      continue;
    }
    const double chance = value_of(comparison.chance[r], metric);
    values.push_back(worst ? worse(metric, *worst, chance) : chance);
  }
  return values;
}

std::vector<double> advantages(const Comparison& comparison,
                               const ComparisonRow& row,
                               const ComparisonRow& reference) {
  std::vector<double> result;
  for (std::size_t r = 0; r < row.values.size(); ++r) {
    result.push_back(advantage(comparison.metric, row.values[r], reference.values[r]));
  }
  return result;
}

std::size_t wins_over(const Comparison& comparison,
                      const ComparisonRow& row,
                      const ComparisonRow& other) {
  const auto gained = advantages(comparison, row, other);
  return static_cast<std::size_t>(std::ranges::count_if(gained, [](double a) { return a > 0.0; }));
}

/// Repeats in which `row` is better than every other.
std::size_t wins_over_all(const Comparison& comparison, const ComparisonRow& row) {
  std::size_t wins = 0;
  for (std::size_t r = 0; r < row.values.size(); ++r) {
    wins += std::ranges::all_of(comparison.rows, [&](const ComparisonRow& other) {
      return &other == &row || advantage(comparison.metric, row.values[r], other.values[r]) > 0.0;
    });
  }
  return wins;
}

AgainstReference against(const Comparison& comparison,
                         const ComparisonRow& row,
                         const ComparisonRow& reference) {
  const std::vector<double> gained = advantages(comparison, row, reference);
  return {.t = corrected_resampled_t_test(gained, comparison.n_test, comparison.n_training),
          .rank = signed_rank_test(gained),
          .advantage = mean_of(gained),
          .cohens_d = cohens_d(gained)};
}

ComparisonRow& find_reference(Comparison& comparison) {
  const auto found =
      std::ranges::find(comparison.rows, comparison.reference, &ComparisonRow::neuron);
  NEURONSMITH_CHECK(found != comparison.rows.end(), "the reference is no row");
  return *found;
}

void summarise_row(const Comparison& comparison, ComparisonRow& row) {
  row.values = values_of(comparison, row, comparison.metric);
  row.summary = summarise(row.values);
  row.means.clear();
  for (const std::string_view metric : metrics_for(comparison.task)) {
    row.means.push_back({metric, mean_of(values_of(comparison, row, metric))});
  }
}

template <typename T>
T median_of(const ComparisonRow& row, T RepeatResult::*member) {
  std::vector<T> values;
  for (const RepeatResult& result : row.results) values.push_back(result.*member);
  return lower_median(std::move(values));
}

double mean_of_results(const ComparisonRow& row, double RepeatResult::*member) {
  std::vector<double> values;
  for (const RepeatResult& result : row.results) values.push_back(result.*member);
  return mean_of(values);
}

Json json_of(const Metrics& metrics) {
  Json json = Json::object();
  for (const Metric& metric : metrics) json[std::string(metric.name)] = json_number(metric.value);
  return json;
}

Json json_of_repeats(const ComparisonRow& row) {
  Json results = Json::array();
  for (std::size_t r = 0; r < row.results.size(); ++r) {
    const RepeatResult& result = row.results[r];
    results.push_back({{"seed", result.seed},
                       {"value", json_number(row.values[r])},
                       {"failed", result.failed()},
                       {"formula", result.formula},
                       {"hidden", result.hidden},
                       {"parameters", result.parameters},
                       {"multiply_adds", result.multiply_adds},
                       {"basis_operations", result.basis_operations},
                       {"learning_rate", result.learning_rate},
                       {"seconds", result.seconds},
                       {"search_seconds", result.search_seconds}});
  }
  return results;
}

Json json_of_structures(const ComparisonRow& row) {
  Json structures = Json::array();
  for (const StructureCount& count : count_structures(row)) {
    structures.push_back({{"formula", count.structure}, {"repeats", count.repeats}});
  }
  return structures;
}

void add_against(Json& json, const std::optional<AgainstReference>& against) {
  const auto number = [&](auto value) {
    return against ? json_number(value(*against)) : Json(nullptr);
  };
  using A = const AgainstReference&;
  json["p_value"] = number([](A a) { return a.t_holm; });
  json["t_p"] = number([](A a) { return a.t.p_value; });
  json["wilcoxon_p_holm"] = number([](A a) { return a.rank_holm; });
  json["wilcoxon_p"] = number([](A a) { return a.rank.p_value; });
  json["advantage"] = number([](A a) { return a.advantage; });
  json["advantage_low"] = number([](A a) { return a.t.low; });
  json["advantage_high"] = number([](A a) { return a.t.high; });
  json["cohens_d"] = number([](A a) { return a.cohens_d; });
  json["rank_biserial"] = number([](A a) { return a.rank.rank_biserial; });
}

Json json_of_row(const Comparison& comparison, const ComparisonRow& row) {
  Json json;
  json["neuron"] = row.neuron;
  json["formula"] = row.is_discovered || row.is_control ? count_structures(row)[0].structure
                                                        : row.results[0].formula;
  json["parameters"] = median_parameters(row);
  json["multiply_adds"] = median_multiply_adds(row);
  json["basis_operations"] = median_basis_operations(row);
  json["metric"] = comparison.metric;
  json["mean"] = json_number(row.summary.mean);
  json["std"] = json_number(row.summary.deviation);
  json["median"] = json_number(row.summary.median);
  add_against(json, row.against);
  json["wins"] = row.wins;
  json["metrics"] = json_of(row.means);
  json["failed"] = failed_repeats(row);
  json["diverged"] = diverged_trainings(row);
  json["seconds"] = mean_seconds(row);
  json["search_seconds"] = mean_of_results(row, &RepeatResult::search_seconds);
  json["structures"] = json_of_structures(row);
  json["per_repeat"] = json_of_repeats(row);
  return json;
}

}  // namespace

std::vector<std::string_view> metrics_for(TaskKind task) {
  if (task == TaskKind::Regression) return {"r2", "rmse", "mse", "mae"};
  return {"accuracy", "balanced_accuracy", "log_loss", "roc_auc", "f1"};
}

bool is_gain(std::string_view metric) {
  return metric != "mse" && metric != "rmse" && metric != "mae" && metric != "log_loss";
}

void judge(Comparison& comparison) {
  for (ComparisonRow& row : comparison.rows) summarise_row(comparison, row);
  ComparisonRow& reference = find_reference(comparison);
  for (ComparisonRow& row : comparison.rows) {
    if (&row == &reference) continue;
    row.against = against(comparison, row, reference);
    row.wins = wins_over(comparison, row, reference);
  }
  reference.wins = wins_over_all(comparison, reference);
  adjust_p_values({&comparison, 1});
}

void adjust_p_values(std::span<Comparison> comparisons) {
  std::vector<AgainstReference*> tested;
  std::vector<double> t, rank;
  for (Comparison& comparison : comparisons) {
    for (ComparisonRow& row : comparison.rows) {
      if (!row.against) continue;
      tested.push_back(&*row.against);
      t.push_back(row.against->t.p_value);
      rank.push_back(row.against->rank.p_value);
    }
  }
  const std::vector<double> t_holm = holm(t);
  const std::vector<double> rank_holm = holm(rank);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->t_holm = t_holm[i];
    tested[i]->rank_holm = rank_holm[i];
  }
}

std::vector<StructureCount> count_texts(std::span<const std::string> texts) {
  std::vector<StructureCount> counts;
  for (const std::string& text : texts) {
    const auto known = std::ranges::find(counts, text, &StructureCount::structure);
    if (known == counts.end()) {
      counts.push_back({text, 1});
    } else {
      ++known->repeats;
    }
  }
  std::ranges::stable_sort(counts, std::ranges::greater{}, &StructureCount::repeats);
  return counts;
}

std::vector<StructureCount> count_structures(const ComparisonRow& row) {
  std::vector<std::string> structures;
  for (const RepeatResult& result : row.results) structures.push_back(result.structure);
  return count_texts(structures);
}

std::size_t median_parameters(const ComparisonRow& row) {
  return median_of(row, &RepeatResult::parameters);
}

std::uint64_t median_multiply_adds(const ComparisonRow& row) {
  return median_of(row, &RepeatResult::multiply_adds);
}

std::uint64_t median_basis_operations(const ComparisonRow& row) {
  return median_of(row, &RepeatResult::basis_operations);
}

std::size_t diverged_trainings(const ComparisonRow& row) {
  std::size_t count = 0;
  for (const RepeatResult& result : row.results) count += result.diverged;
  return count;
}

std::size_t failed_repeats(const ComparisonRow& row) {
  return static_cast<std::size_t>(std::ranges::count_if(row.results, &RepeatResult::failed));
}

double mean_seconds(const ComparisonRow& row) {
  return mean_of_results(row, &RepeatResult::seconds);
}

Metrics mean_chance(const Comparison& comparison) {
  Metrics means;
  for (const std::string_view metric : metrics_for(comparison.task)) {
    std::vector<double> values;
    for (const Metrics& chance : comparison.chance) values.push_back(value_of(chance, metric));
    means.push_back({metric, mean_of(values)});
  }
  return means;
}

Json to_json(const Comparison& comparison) {
  Json json;
  json["data"] = comparison.source;
  json["target"] = comparison.target;
  json["task"] = name(comparison.task);
  json["metric"] = comparison.metric;
  json["reference"] = comparison.reference;
  json["match"] = comparison.match;
  json["learning_rates"] = comparison.learning_rates;
  json["repeats"] = comparison.repeats();
  json["repeats_wanted"] = comparison.repeats_wanted;
  json["interrupted"] = comparison.interrupted;
  json["rows_training"] = comparison.n_training;
  json["rows_validation"] = comparison.n_validation;
  json["rows_test"] = comparison.n_test;
  if (comparison.task == TaskKind::Regression) {
    json["target_deviations"] = comparison.target_deviations;
  }
  json["chance"] = comparison.rows.empty() ? Json::object() : json_of(mean_chance(comparison));
  json["rows"] = Json::array();
  for (const ComparisonRow& row : comparison.rows) {
    json["rows"].push_back(json_of_row(comparison, row));
  }
  json["seconds"] = comparison.seconds;
  json["seed"] = comparison.seed;
  return json;
}

}  // namespace neuronsmith::experiment
