#include <fmt/format.h>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/comparison.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons_sources.hpp"

namespace neuronsmith::experiment {
namespace {

Json to_json(const TaskNeuronsRow& row) {
  return {{"neuron", row.network},
          {"values", row.values},
          {"own_mse", row.own_mse},
          {"parameters", row.parameters},
          {"multiply_adds", row.multiply_adds},
          {"basis_operations", row.basis_operations},
          {"training_seconds", row.training_seconds},
          {"search_seconds", row.search_seconds},
          {"structures", row.structures},
          {"advantage", json_number(row.advantage)},
          {"p", json_number(row.p_value)},
          {"failed", row.failed}};
}

TaskNeuronsRow row_from_json(const Json& json, const std::string& source) {
  TaskNeuronsRow row{
      .network = json_get<std::string>(json, "neuron", source),
      .values = json_get<std::vector<double>>(json, "values", source),
      .own_mse = json_get<std::vector<double>>(json, "own_mse", source),
      .parameters = json_get<std::vector<std::size_t>>(json, "parameters", source),
      .multiply_adds = json_get<std::vector<std::uint64_t>>(json, "multiply_adds", source),
      .basis_operations = json_get<std::vector<std::uint64_t>>(json, "basis_operations", source),
      .training_seconds = json_get<std::vector<double>>(json, "training_seconds", source),
      .search_seconds = json_get<std::vector<double>>(json, "search_seconds", source),
      .structures = json_get<std::vector<std::string>>(json, "structures", source),
      .advantage = json_get<double>(json, "advantage", source),
      .p_value = json_get<double>(json, "p", source),
      .failed = json_get<std::size_t>(json, "failed", source)};
  const std::size_t n = row.values.size();
  const bool is_whole = n > 0 && row.parameters.size() == n && row.multiply_adds.size() == n &&
                        row.basis_operations.size() == n && row.training_seconds.size() == n &&
                        row.search_seconds.size() == n && row.structures.size() == n &&
                        (row.own_mse.empty() || row.own_mse.size() == n);
  if (!is_whole) {
    throw ParseError(fmt::format("{}: the lists of \"{}\" differ in length", source, row.network));
  }
  return row;
}

/// What a row says of all its runs, and what was published.
void add_summary(const TaskNeuronsTable& table, const TaskNeuronsRow& row, Json& json) {
  const Summary summary = summarise(row.values);
  json["mean"] = json_number(summary.mean);
  json["std"] = json_number(summary.deviation);
  json["p_value"] = json_number(row.p_holm);
  const auto known = task_neurons::published(table.name, row.network, table.signed_variance);
  json["published"] = known ? Json(known->printed) : Json();
  json["published_converted"] = known && known->converted ? Json(*known->converted) : Json();
}

Json to_json(const TaskNeuronsRanking& ranking) {
  return {{"ranks", ranking.test.ranks},
          {"chi_squared", json_number(ranking.test.chi_squared)},
          {"p", json_number(ranking.test.p_value)},
          {"f", json_number(ranking.test.f)},
          {"f_p", json_number(ranking.test.f_p_value)},
          {"critical_difference", json_number(ranking.difference)},
          {"groups", ranking.groups}};
}

}  // namespace

Json to_json(const TaskNeuronsTable& table) {
  Json rows = Json::array();
  for (const TaskNeuronsRow& row : table.rows) rows.push_back(to_json(row));
  return {{"data", table.name},
          {"task", name(table.task)},
          {"metric", table.task == TaskKind::Regression ? "mse_unit_variance" : "accuracy"},
          {"reference", table.rows.empty() ? "" : table.rows[0].network},
          {"data_hash", table.data_hash},
          {"rows_table", table.n_table_rows},
          {"rows_training", table.n_training},
          {"rows_validation", table.n_validation},
          {"rows_test", table.n_test},
          {"signed_variance", table.signed_variance},
          {"rows", rows}};
}

TaskNeuronsTable task_neurons_table_from_json(const Json& json, const std::string& source) {
  const auto task = json_get<std::string>(json, "task", source);
  TaskNeuronsTable table{
      .name = json_get<std::string>(json, "data", source),
      .task = task == name(TaskKind::Regression) ? TaskKind::Regression : TaskKind::Classification,
      .data_hash = json_get<std::string>(json, "data_hash", source),
      .n_table_rows = json_get<std::size_t>(json, "rows_table", source),
      .n_training = json_get<std::size_t>(json, "rows_training", source),
      .n_validation = json_get<std::size_t>(json, "rows_validation", source),
      .n_test = json_get<std::size_t>(json, "rows_test", source),
      .signed_variance = json_get<double>(json, "signed_variance", source)};
  const Json rows = json_get<Json>(json, "rows", source);
  if (!rows.is_array() || rows.empty()) {
    throw ParseError(fmt::format("{}: \"rows\" must be a list that is not empty", source));
  }
  for (const Json& row : rows) table.rows.push_back(row_from_json(row, source));
  return table;
}

Json to_json(const TaskNeuronsStudy& study) {
  Json tables = Json::array();
  for (const TaskNeuronsTable& table : study.tables) {
    Json json = to_json(table);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      add_summary(table, table.rows[i], json["rows"][i]);
    }
    tables.push_back(std::move(json));
  }
  const auto ranking = ranking_of(study);
  Json json;
  json["study"] = "task-neurons";
  json["networks"] = study.networks;
  json["tables"] = std::move(tables);
  json["ranking"] = ranking ? to_json(*ranking) : Json();
  json["repeats"] = study.repeats;
  json["rows"] = study.rows;
  json["seed"] = study.seed;
  json["interrupted"] = study.interrupted;
  json["seconds"] = study.seconds;
  return json;
}

}  // namespace neuronsmith::experiment
