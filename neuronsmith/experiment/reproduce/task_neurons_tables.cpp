#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "neuronsmith/data/write_table.hpp"
#include "neuronsmith/experiment/comparison.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons_sources.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr double kLevel = 0.05;

bool is_regression(const TaskNeuronsTable& table) { return table.task == TaskKind::Regression; }

std::string spread(std::span<const double> values) {
  const Summary summary = summarise(values);
  return fmt::format("{:.4g} ± {:.2g}", summary.mean, summary.deviation);
}

/// Better (+) or worse (-) than the reference at 5 %, adjusted.
const char* mark_of(const TaskNeuronsRow& row) {
  if (row.p_holm >= kLevel) return "";
  return row.advantage > 0.0 ? " +" : " -";
}

std::string against(const TaskNeuronsRow& row, const TaskNeuronsRow& reference) {
  if (&row == &reference) return "reference";
  return fmt::format("{:+.2g} ({:.2g}){}", row.advantage, row.p_holm, mark_of(row));
}

std::string published_text(const TaskNeuronsTable& table, const TaskNeuronsRow& row) {
  const auto known = task_neurons::published(table.name, row.network, table.signed_variance);
  if (!known) return "";
  const std::string parameters =
      known->parameters ? fmt::format(" ({} p.)", *known->parameters) : "";
  if (known->printed == known->converted)
    return fmt::format("{:.4g}{}", known->printed, parameters);
  if (!known->converted) return fmt::format("printed {:.4g}{}", known->printed, parameters);
  return fmt::format("{:.4g}, from {:.4g}{}", *known->converted, known->printed, parameters);
}

/// The structure found most often, and how often; empty for what was not discovered.
std::string structure_text(const TaskNeuronsRow& row) {
  if (!row.network.starts_with("discover:")) return "";
  const StructureCount most = count_texts(row.structures)[0];
  return fmt::format("`{}` ({} of {})", most.structure, most.repeats, row.structures.size());
}

std::string row_line(const TaskNeuronsTable& table, const TaskNeuronsRow& row) {
  std::string line = fmt::format("| {} | {} |", row.network, spread(row.values));
  if (is_regression(table)) line += fmt::format(" {} |", spread(row.own_mse));
  return line + fmt::format(" {} | {} | {} | {} | {} | {:.2f} | {:.3f} |\n",
                            against(row, table.rows[0]),
                            published_text(table, row),
                            lower_median(row.parameters),
                            lower_median(row.multiply_adds),
                            lower_median(row.basis_operations),
                            mean_of(row.search_seconds),
                            mean_of(row.training_seconds));
}

std::string table_section(const TaskNeuronsTable& table) {
  const bool has_unit = is_regression(table);
  std::string text = fmt::format(
      "### {}\n\n{} of {} rows a run: {} training, {} validation, {} test.\n\n| network | {} | {}"
      "against {} (p) | published | parameters | multiply-adds | basis operations | search s | "
      "training s |\n| --- | --- | {}--- | --- | ---: | ---: | ---: | ---: | ---: |\n",
      table.name,
      table.n_training + table.n_validation + table.n_test,
      table.n_table_rows,
      table.n_training,
      table.n_validation,
      table.n_test,
      has_unit ? "MSE, unit variance" : "accuracy",
      has_unit ? "MSE, own unit | " : "",
      table.rows[0].network,
      has_unit ? "--- | " : "");
  for (const TaskNeuronsRow& row : table.rows) text += row_line(table, row);
  text += "\n";
  for (const TaskNeuronsRow& row : table.rows) {
    const std::string structure = structure_text(row);
    if (!structure.empty()) text += fmt::format("- {}: {}\n", row.network, structure);
    if (row.failed == 0) continue;
    text += fmt::format(
        "- {}: no usable network in {} runs, which count as the worst\n", row.network, row.failed);
  }
  return text + "\n";
}

/// Every network on every table.
std::string overview(const TaskNeuronsStudy& study, TaskKind task, const char* title) {
  std::string body;
  for (const TaskNeuronsTable& table : study.tables) {
    if (table.task != task) continue;
    body += fmt::format("| {} |", table.name);
    for (const TaskNeuronsRow& row : table.rows) {
      body += fmt::format(" {:.4g}{} |", mean_of(row.values), mark_of(row));
    }
    body += "\n";
  }
  if (body.empty()) return "";
  std::string text = fmt::format("| {} |", title);
  std::string line = "\n| --- |";
  for (const std::string& network : study.networks) {
    text += fmt::format(" {} |", network);
    line += " ---: |";
  }
  return text + line + "\n" + body + "\n";
}

/// Tables on which a network is better and worse than the reference, and where that is left open.
struct Verdicts {
  std::size_t better = 0;
  std::size_t worse = 0;
  std::size_t open = 0;
};

Verdicts verdicts_of(const TaskNeuronsStudy& study, std::size_t network) {
  Verdicts verdicts;
  for (const TaskNeuronsTable& table : study.tables) {
    const TaskNeuronsRow& row = table.rows[network];
    if (row.p_holm >= kLevel) {
      ++verdicts.open;
    } else {
      ++(row.advantage > 0.0 ? verdicts.better : verdicts.worse);
    }
  }
  return verdicts;
}

/// How often it has the best mean of all.
std::size_t firsts_of(const TaskNeuronsStudy& study, std::size_t network) {
  return static_cast<std::size_t>(
      std::ranges::count_if(study.tables, [&](const TaskNeuronsTable& table) {
        const double sign = is_regression(table) ? 1.0 : -1.0;
        const double own = sign * mean_of(table.rows[network].values);
        return std::ranges::all_of(table.rows, [&](const TaskNeuronsRow& row) {
          return sign * mean_of(row.values) >= own;
        });
      }));
}

std::string groups_text(const TaskNeuronsStudy& study, const TaskNeuronsRanking& ranking) {
  if (ranking.groups.empty()) return "All networks are told apart.\n\n";
  std::string text = "Not told apart by mean rank: ";
  for (std::size_t g = 0; g < ranking.groups.size(); ++g) {
    if (g > 0) text += "; ";
    for (std::size_t i = 0; i < ranking.groups[g].size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : ", ", study.networks[ranking.groups[g][i]]);
    }
  }
  return text + ".\n\n";
}

std::string ranking_section(const TaskNeuronsStudy& study, const TaskNeuronsRanking& ranking) {
  std::string text = fmt::format(
      "## Over {} tables\n\n| network | mean rank | best mean | better than {} | worse | left open "
      "|\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
      study.tables.size(),
      study.networks[0]);
  std::vector<std::size_t> order(study.networks.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return ranking.test.ranks[i]; });
  for (const std::size_t i : order) {
    const Verdicts verdicts = verdicts_of(study, i);
    const std::string judged =
        i == 0 ? "reference | | "
               : fmt::format("{} | {} | {} ", verdicts.better, verdicts.worse, verdicts.open);
    text += fmt::format("| {} | {:.2f} | {} | {}|\n",
                        study.networks[i],
                        ranking.test.ranks[i],
                        firsts_of(study, i),
                        judged);
  }
  text += fmt::format(
      "\nFriedman test: chi squared {:.2f}, p {:.2g}; after Iman and Davenport F {:.2f}, p {:.2g}. "
      "Critical difference of mean ranks after Nemenyi at 5 %: {:.2f}. ",
      ranking.test.chi_squared,
      ranking.test.p_value,
      ranking.test.f,
      ranking.test.f_p_value,
      ranking.difference);
  return text + groups_text(study, ranking);
}

constexpr const char* kNotes =
    "+ and - : better and worse than {0} at 5 %, by the corrected resampled t test over the runs, "
    "adjusted after Holm over all networks and tables; in brackets that p. MSE is of the target "
    "scaled "
    "to unit variance of the training rows, and beside it in the square of the target's own unit. "
    "Multiply-adds and basis operations are those of one row, basis operations as the cost of each "
    "operator has them; middle ones where runs differ. Mean ± standard deviation.\n\n"
    "Published numbers are not like for like. KAN rows are as printed: targets of unit variance, "
    "fixed "
    "widths 6 and 3. That of discover:vsr is the published task-based network, of a shape of its "
    "own; its "
    "MSE is of a target in [-1, 1] and is divided here by the variance that the target of our "
    "table has "
    "there (\"from\" tells the printed one); where that would be worse than a constant, the "
    "published target "
    "had another range and only what was printed is given. Splits, optimisers and, for some "
    "tables, rows and columns "
    "differ too.\n\n";

std::string field_of(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : "";
}

std::string csv_line(const TaskNeuronsTable& table, const TaskNeuronsRow& row) {
  const Summary value = summarise(row.values);
  const auto known = task_neurons::published(table.name, row.network, table.signed_variance);
  std::string own = ",";
  if (is_regression(table)) {
    const Summary mse = summarise(row.own_mse);
    own = fmt::format("{},{}", mse.mean, mse.deviation);
  }
  const StructureCount most = count_texts(row.structures)[0];
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                     table.name,
                     name(table.task),
                     csv_field(row.network),
                     row.values.size(),
                     value.mean,
                     value.deviation,
                     own,
                     row.advantage,
                     row.p_holm,
                     lower_median(row.parameters),
                     lower_median(row.multiply_adds),
                     lower_median(row.basis_operations),
                     mean_of(row.search_seconds),
                     mean_of(row.training_seconds),
                     known ? field_of(known->printed) : "",
                     known ? field_of(known->converted) : "",
                     csv_field(most.structure),
                     most.repeats);
}

}  // namespace

std::string results_csv(const TaskNeuronsStudy& study) {
  std::string text =
      "table,task,network,runs,mean,std,own_mse_mean,own_mse_std,advantage,p_holm,parameters,"
      "multiply_adds,basis_operations,search_seconds,training_seconds,published,"
      "published_converted,structure,structure_runs\n";
  for (const TaskNeuronsTable& table : study.tables) {
    for (const TaskNeuronsRow& row : table.rows) text += csv_line(table, row);
  }
  return text;
}

std::string results_markdown(const TaskNeuronsStudy& study) {
  if (study.tables.empty()) return "No table is finished.\n";
  std::string text = fmt::format(
      "{} runs, samples of at most {} rows, seed {}; every network has at least as many parameters "
      "as "
      "the largest one of hidden widths 6 and 3.\n\n",
      study.repeats,
      study.rows,
      study.seed);
  text += fmt::format(fmt::runtime(kNotes), study.networks[0]);
  if (const auto ranking = ranking_of(study)) text += ranking_section(study, *ranking);
  text += "## Every network on every table\n\n";
  text += overview(study, TaskKind::Regression, "MSE, unit variance");
  text += overview(study, TaskKind::Classification, "accuracy");
  text += "## Table by table\n\n";
  for (const TaskNeuronsTable& table : study.tables) text += table_section(table);
  return text;
}

}  // namespace neuronsmith::experiment
