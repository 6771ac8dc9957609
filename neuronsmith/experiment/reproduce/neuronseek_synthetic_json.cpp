#include "neuronsmith/experiment/reproduce/neuronseek_synthetic.hpp"

namespace neuronsmith::experiment {
namespace {

Json to_json(const RecoveryOutcome& outcome) {
  return {{"problem", name(outcome.law)},
          {"dimension", outcome.dimension},
          {"seed", outcome.seed},
          {"method", outcome.method},
          {"orders", neuron::to_json(recovery::true_orders(outcome.law))},
          {"found", outcome.found ? neuron::to_json(*outcome.found) : Json()},
          {"verdict", recovery::name(outcome.verdict)},
          {"formula", outcome.formula},
          {"search_seconds", outcome.seconds},
          {"test_error", outcome.test_error ? Json(*outcome.test_error) : Json()}};
}

Json to_json(const RecoverySummary& row) {
  return {{"method", row.method},
          {"dimension", row.dimension},
          {"perfect", row.perfect},
          {"superset", row.superset},
          {"missing", row.missing},
          {"median_search_seconds", row.median_seconds},
          {"median_test_error", row.median_test_error ? Json(*row.median_test_error) : Json()}};
}

Json to_json(const RecoveryShares& row) {
  return {{"problem", name(row.law)},
          {"dimension", row.dimension},
          {"terms", row.terms},
          {"noise", row.noise}};
}

Json to_json(const RecoveryStability& row) {
  Json structures = Json::array();
  for (const auto& [structure, count] : row.structures) {
    structures.push_back({{"orders", structure}, {"count", count}});
  }
  return {{"problem", name(row.law)},
          {"dimension", row.dimension},
          {"truth", recovery::text_of(recovery::true_orders(row.law))},
          {"method", row.method},
          {"structures", std::move(structures)}};
}

template <typename Rows>
Json list_of(const Rows& rows) {
  Json list = Json::array();
  for (const auto& row : rows) list.push_back(to_json(row));
  return list;
}

}  // namespace

Json to_json(const NeuronSeekSyntheticStudy& study) {
  const NeuronSeekSyntheticOptions& options = study.options;
  Json problems = Json::array();
  for (const OrderLaw& law : options.laws) problems.push_back(name(law));
  Json json;
  json["study"] = "neuronseek-synthetic";
  json["problems"] = std::move(problems);
  json["dimensions"] = options.dimensions;
  json["seeds"] = options.seeds;
  json["methods"] = options.methods;
  json["training_rows"] = options.rows;
  json["test_rows"] = options.test_rows;
  json["noise"] = options.noise;
  json["limit_seconds"] = options.seconds ? Json(*options.seconds) : Json();
  json["summary"] = list_of(study.summaries);
  json["outcomes"] = list_of(study.outcomes);
  json["stability"] = list_of(study.stability);
  json["shares"] = list_of(study.shares);
  json["interrupted"] = study.interrupted;
  json["seconds"] = study.seconds;
  return json;
}

}  // namespace neuronsmith::experiment
