#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/experiment/comparison.hpp"
#include "neuronsmith/experiment/reproduce/hajbi.hpp"

namespace neuronsmith::experiment {
namespace {

/// final_efficiency_results.csv as published.
struct Published {
  const char* data_set;
  const char* architecture;
  const char* activation;
  double accuracy;
  double auc;
};

constexpr std::array<Published, 17> kPublished = {{
    {"HIGGS", "Heavy", "ReLU", 0.718, 0.791},
    {"HIGGS", "Light", "ReLU", 0.710, 0.784},
    {"HIGGS", "Light", "GELU", 0.709, 0.781},
    {"HIGGS", "Light", "SiLU", 0.701, 0.770},
    {"HIGGS", "Light", "Hybrid (Specialist)", 0.707, 0.777},
    {"FOREST_COVER", "Heavy", "ReLU", 0.834, 0.915},
    {"FOREST_COVER", "Light", "ReLU", 0.811, 0.894},
    {"FOREST_COVER", "Light", "GELU", 0.810, 0.893},
    {"FOREST_COVER", "Light", "SiLU", 0.801, 0.883},
    {"FOREST_COVER", "Light", "Hybrid (Specialist)", 0.786, 0.867},
    {"FOREST_COVER", "Light", "Hybrid (Transfer)", 0.824, 0.904},
    {"SPAMBASE", "Heavy", "ReLU", 0.931, 0.978},
    {"SPAMBASE", "Light", "ReLU", 0.919, 0.961},
    {"SPAMBASE", "Light", "GELU", 0.920, 0.961},
    {"SPAMBASE", "Light", "SiLU", 0.918, 0.959},
    {"SPAMBASE", "Light", "Hybrid (Specialist)", 0.920, 0.967},
    {"SPAMBASE", "Light", "Hybrid (Transfer)", 0.832, 0.898},
}};

std::optional<Published> published(const HajbiRow& row) {
  for (const Published& entry : kPublished) {
    if (row.data_set == entry.data_set && row.architecture == entry.architecture &&
        row.activation == entry.activation) {
      return entry;
    }
  }
  return std::nullopt;
}

std::string spread(const std::vector<double>& values) {
  return fmt::format("{:.3f} ± {:.3f}", mean_of(values), summarise(values).population_deviation());
}

std::vector<HajbiRow> by_efficiency(const HajbiStudy& study) {
  std::vector<HajbiRow> rows = study.rows;
  std::ranges::stable_sort(rows, [](const HajbiRow& a, const HajbiRow& b) {
    if (a.data_set != b.data_set) return a.data_set < b.data_set;
    return a.efficiency() > b.efficiency();
  });
  return rows;
}

const HajbiRow* find_row(const HajbiStudy& study,
                         const std::string& data_set,
                         const std::string& architecture,
                         const std::string& activation) {
  for (const HajbiRow& row : study.rows) {
    if (row.data_set == data_set && row.architecture == architecture &&
        row.activation == activation) {
      return &row;
    }
  }
  return nullptr;
}

/// Advantage in accuracy of a row over another, in points, and p of the corrected resampled t test;
/// empty where there are too few seeds.
std::string against(const HajbiRow& row, const HajbiRow& other) {
  if (&row == &other || row.accuracy.size() < 2) return "";
  std::vector<double> differences;
  for (std::size_t i = 0; i < row.accuracy.size(); ++i) {
    differences.push_back(row.accuracy[i] - other.accuracy[i]);
  }
  // One test row for four training rows, whatever the table's size.
  const ResampledT t = corrected_resampled_t_test(differences, 1, 4);
  return fmt::format("{:+.1f} ({:.2g})", 100.0 * mean_of(differences), t.p_value);
}

std::string formulas_text(const HajbiRow& row) {
  const std::vector<StructureCount> counts = count_texts(row.formulas);
  std::string text;
  for (const auto& [formula, count] : counts) {
    text += fmt::format("{}`{}`{}",
                        text.empty() ? "" : ", ",
                        formula,
                        counts.size() == 1 ? "" : fmt::format(" ({})", count));
  }
  return text;
}

std::string set_table(const HajbiStudy& study, const std::string& set) {
  std::string text = fmt::format(
      "### {}\n\n| architecture | activation | accuracy | AUC | published | parameters | E_param | "
      "against Light ReLU | against Heavy ReLU |\n| --- | --- | --- | --- | --- | ---: | ---: | --- "
      "| --- |\n",
      set);
  const HajbiRow* light = find_row(study, set, "Light", "ReLU");
  const HajbiRow* heavy = find_row(study, set, "Heavy", "ReLU");
  for (const HajbiRow& row : study.rows) {
    if (row.data_set != set) continue;
    const auto known = published(row);
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {:.3f} | {} | {} |\n",
                        row.architecture,
                        row.activation,
                        spread(row.accuracy),
                        spread(row.auc),
                        known ? fmt::format("{:.3f} / {:.3f}", known->accuracy, known->auc) : "",
                        row.parameters,
                        row.efficiency(),
                        against(row, *light),
                        against(row, *heavy));
  }
  text += "\n";
  for (const HajbiRow& row : study.rows) {
    const bool is_fixed = row.activation == "ReLU" || row.activation == "GELU" ||
                          row.activation == "SiLU";
    if (row.data_set != set || is_fixed) continue;
    text += fmt::format("- {}: {}\n", row.activation, formulas_text(row));
  }
  const HajbiRow* searched = find_row(study, set, "Light", "Network search");
  const HajbiRow* chosen = find_row(study, set, "Light", "Best of library");
  if (searched != nullptr && chosen != nullptr && study.seeds.size() > 1) {
    text += fmt::format("- Network search against Best of library: {} points of accuracy (p)\n",
                        against(*searched, *chosen));
  }
  return text + "\n";
}

}  // namespace

std::string results_csv(const HajbiStudy& study) {
  std::string text = "Dataset,Architecture,Activation,Acc,AUC,Params,Efficiency\n";
  for (const HajbiRow& row : by_efficiency(study)) {
    text += fmt::format("{},{},{},{},{},{},{:.3f}\n",
                        row.data_set,
                        row.architecture,
                        row.activation,
                        spread(row.accuracy),
                        spread(row.auc),
                        row.parameters,
                        row.efficiency());
  }
  return text;
}

std::string results_markdown(const HajbiStudy& study) {
  std::string text = fmt::format(
      "{} seeds; mean ± population standard deviation. Discovery on a tenth of {}. Published: accuracy "
      "/ AUC. Against: points of accuracy, and in brackets p of the corrected resampled t test over "
      "the seeds, not adjusted for the number of rows.\n\n",
      study.seeds.size(),
      study.as_published ? "all rows, later test rows among them, as published"
                         : "the training rows of each seed");
  for (const std::string& set : hajbi_data_sets()) {
    if (find_row(study, set, "Light", "ReLU") != nullptr) text += set_table(study, set);
  }
  return text;
}

Json to_json(const HajbiStudy& study) {
  Json rows = Json::array();
  for (const HajbiRow& row : study.rows) {
    const auto known = published(row);
    rows.push_back({{"data_set", row.data_set},
                    {"architecture", row.architecture},
                    {"activation", row.activation},
                    {"parameters", row.parameters},
                    {"accuracy", row.accuracy},
                    {"auc", row.auc},
                    {"efficiency", row.efficiency()},
                    {"formulas", row.formulas},
                    {"training_seconds", row.seconds},
                    {"published_accuracy", known ? Json(known->accuracy) : Json()},
                    {"published_auc", known ? Json(known->auc) : Json()}});
  }
  Json json;
  json["study"] = "hajbi";
  json["rows"] = std::move(rows);
  json["seeds"] = study.seeds;
  json["as_published"] = study.as_published;
  json["interrupted"] = study.interrupted;
  json["seconds"] = study.seconds;
  json["discovery_seconds"] = study.discovery_seconds;
  return json;
}

}  // namespace neuronsmith::experiment
