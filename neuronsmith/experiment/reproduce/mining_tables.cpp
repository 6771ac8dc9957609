#include <fmt/format.h>

#include <cmath>

#include "neuronsmith/data/write_table.hpp"
#include "neuronsmith/experiment/reproduce/mining.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::experiment {
namespace {

std::string text_of(const MeanRatio& ratio) {
  return fmt::format("{:.3g} ({:.3g} to {:.3g})", ratio.ratio, ratio.low, ratio.high);
}

/// Better than the other (**) or worse (!) with the whole interval.
std::string marked(const MeanRatio& ratio) {
  const std::string text = text_of(ratio);
  if (ratio.n < 2) return text;
  return ratio.high < 1.0 ? "**" + text + "**" : ratio.low > 1.0 ? text + " !" : text;
}

std::string heading(const std::vector<std::string>& columns) {
  std::string line = "| function |";
  std::string rule = "\n| --- |";
  for (const std::string& column : columns) {
    line += fmt::format(" {} |", column);
    rule += " --- |";
  }
  return line + rule + "\n";
}

bool has_worlds(const MiningStudy& study) { return !study.families().empty(); }
bool has_tables(const MiningStudy& study) { return study.on_tables(0, 0).n > 0; }

/// Every function against the first, on all worlds, on each family and on the tables.
std::string against_first(const MiningStudy& study) {
  std::vector<std::string> columns;
  if (has_worlds(study)) columns.emplace_back("all worlds");
  for (const std::string& family : study.families()) columns.push_back(family);
  if (has_tables(study)) columns.emplace_back("tables");
  std::string text = heading(columns);
  for (std::size_t f = 0; f < study.functions.size(); ++f) {
    text += fmt::format("| {} |", study.functions[f]);
    if (has_worlds(study)) text += fmt::format(" {} |", marked(study.on_worlds(f, 0)));
    for (const std::string& family : study.families()) {
      text += fmt::format(" {} |", marked(study.on_worlds(f, 0, family)));
    }
    if (has_tables(study)) text += fmt::format(" {} |", marked(study.on_tables(f, 0)));
    text += "\n";
  }
  return text;
}

/// The last function against every other.
std::string last_against_all(const MiningStudy& study) {
  const std::size_t last = study.functions.size() - 1;
  std::vector<std::string> columns;
  if (has_worlds(study)) columns.emplace_back("all worlds");
  for (const std::string& family : study.families()) columns.push_back(family);
  if (has_tables(study)) columns.emplace_back("tables");
  std::string text = heading(columns);
  for (std::size_t f = 0; f < last; ++f) {
    text += fmt::format("| over {} |", study.functions[f]);
    if (has_worlds(study)) text += fmt::format(" {} |", marked(study.on_worlds(last, f)));
    for (const std::string& family : study.families()) {
      text += fmt::format(" {} |", marked(study.on_worlds(last, f, family)));
    }
    if (has_tables(study)) text += fmt::format(" {} |", marked(study.on_tables(last, f)));
    text += "\n";
  }
  return text;
}

std::string each_problem(const MiningStudy& study) {
  std::string text = heading(study.functions);
  text.replace(0, std::string_view("| function").size(), "| problem");
  for (const MiningProblem& problem : study.problems) {
    text += fmt::format("| {} |", problem.name);
    for (const MiningResult& result : problem.results) {
      text += fmt::format(" {:.3g} ({:.3g}){} |",
                          std::exp(result.log_ratio),
                          std::exp(result.test_log_ratio),
                          result.failed > 0 ? fmt::format(", {} failed", result.failed) : "");
    }
    text += "\n";
  }
  return text;
}

/// With learnable constants as they start.
std::string formula_text(const neuron::Activation& activation) {
  return formula::to_infix(neuron::with_literal_parameters(activation));
}

Json to_json(const MeanRatio& ratio) {
  return {{"ratio", ratio.ratio}, {"low", ratio.low}, {"high", ratio.high}, {"n", ratio.n}};
}

}  // namespace

std::string results_markdown(const MiningStudy& study) {
  if (study.problems.empty()) return "No problem was finished.\n";
  std::string text = fmt::format(
      "## Losses out of the distribution, over those of {}\n\n"
      "Geometric means over problems, {} trainings of each function on each, with 95 % intervals "
      "(Student's t; "
      "each world and each table counts once). **Bold**: the whole interval is below 1. !: above "
      "1.\n\n{}\n",
      study.functions[0],
      study.seeds,
      against_first(study));
  if (study.functions.size() > 2) {
    text += fmt::format(
        "## {} over each of the others\n\n{}\n", study.functions.back(), last_against_all(study));
  }
  text += "## Functions\n\n";
  for (std::size_t f = 0; f < study.functions.size(); ++f) {
    const neuron::Activation& activation = study.activations[f];
    text += fmt::format("- {}: `{}`{}\n",
                        study.functions[f],
                        formula_text(activation),
                        activation.learnable == neuron::Learnable::None
                            ? ""
                            : fmt::format(", its constants learnt by each {}, from these on",
                                          neuron::name(activation.learnable)));
  }
  text += fmt::format(
      "\n## Each problem\n\nRatios to {} out of the distribution, in brackets within it.\n\n{}",
      study.functions[0],
      each_problem(study));
  return text;
}

std::string results_csv(const MiningStudy& study) {
  std::string text = "problem,group,function,rate,ratio,test_ratio,failed\n";
  for (const MiningProblem& problem : study.problems) {
    for (std::size_t f = 0; f < problem.results.size(); ++f) {
      const MiningResult& result = problem.results[f];
      text += fmt::format("{},{},{},{},{},{},{}\n",
                          csv_field(problem.name),
                          csv_field(problem.group),
                          csv_field(study.functions[f]),
                          result.rate,
                          std::exp(result.log_ratio),
                          std::exp(result.test_log_ratio),
                          result.failed);
    }
  }
  return text;
}

Json to_json(const MiningStudy& study) {
  Json functions = Json::array();
  const std::size_t last = study.functions.size() - 1;
  for (std::size_t f = 0; f < study.functions.size(); ++f) {
    Json item = {{"function", study.functions[f]},
                 {"formula", formula_text(study.activations[f])},
                 {"learnable", neuron::name(study.activations[f].learnable)}};
    if (has_worlds(study)) {
      item["worlds"] = to_json(study.on_worlds(f, 0));
      item["last_over_this_on_worlds"] = to_json(study.on_worlds(last, f));
      for (const std::string& family : study.families()) {
        item["families"][family] = to_json(study.on_worlds(f, 0, family));
      }
    }
    if (has_tables(study)) {
      item["tables"] = to_json(study.on_tables(f, 0));
      item["last_over_this_on_tables"] = to_json(study.on_tables(last, f));
    }
    functions.push_back(std::move(item));
  }
  Json problems = Json::array();
  for (const MiningProblem& problem : study.problems) {
    Json results = Json::array();
    for (const MiningResult& result : problem.results) {
      results.push_back({{"rate", result.rate},
                         {"ratio", std::exp(result.log_ratio)},
                         {"test_ratio", std::exp(result.test_log_ratio)},
                         {"failed", result.failed}});
    }
    problems.push_back({{"problem", problem.name},
                        {"group", problem.group},
                        {"world", problem.is_world},
                        {"results", results}});
  }
  return {{"study", "mining"},
          {"reference", study.functions[0]},
          {"functions", functions},
          {"problems", problems},
          {"rates", study.rates},
          {"seeds", study.seeds},
          {"interrupted", study.interrupted},
          {"seconds", study.seconds}};
}

}  // namespace neuronsmith::experiment
