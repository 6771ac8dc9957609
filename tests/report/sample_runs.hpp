#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "neuronsmith/experiment/store.hpp"

/// Runs made by hand that have all that a report shows.
namespace neuronsmith::report::testing {

using experiment::RunRecord;
using experiment::RunStatus;

inline RunRecord bare_run(experiment::RunId id, const std::string& command) {
  RunRecord run;
  run.id = id;
  run.start = {
      .command = command, .data = "folder/wing.csv", .data_hash = "0123456789abcdef", .seed = 3};
  run.start.options = {{"generations", 80}, {"split", {0.7, 0.1, 0.2}}, {"target", "noise"}};
  run.status = RunStatus::Done;
  run.version = "0.1.0";
  run.machine = "a processor, 2 cores";
  run.started_at = "2025-01-02T03:04:05.006Z";
  run.finished_at = "2025-01-02T03:05:05.006Z";
  return run;
}

inline RunRecord discovery_run() {
  RunRecord run = bare_run(7, "discover");
  Json front = Json::array();
  front.push_back({{"formula", "x"},
                   {"error", 0.8},
                   {"complexity", 1},
                   {"criterion", -10.0},
                   {"chosen", false}});
  front.push_back({{"formula", "0.25*x^3 - 1.5*x"},
                   {"error", 0.05},
                   {"complexity", 7},
                   {"criterion", -90.0},
                   {"chosen", true}});
  front.push_back({{"formula", "0.3*x^3 - 1.5*x + 0.01*sin(x)"},
                   {"error", 0.04},
                   {"complexity", 11},
                   {"criterion", -80.0},
                   {"chosen", false}});
  run.result = {{"formula", "0.25*x^3 - 1.5*x"},
                {"terms",
                 {{{"factors", {"x^3"}}, {"exponents", {3}}, {"rank", 1}, {"coefficient", 0.25}},
                  {{"factors", {"x"}}, {"exponents", {1}}, {"rank", 1}, {"coefficient", -1.5}}}},
                {"bias", 0.0},
                {"score", 0.05},
                {"criterion", -90.0},
                {"complexity", 7},
                {"front", front},
                {"candidates", 40000},
                {"generations", 80},
                {"seconds", 1.25}};
  for (int i = 0; i < 60; ++i) {
    run.scores.push_back({"error", std::pow(1.2, i), 0.04 + std::exp(-0.1 * i)});
    run.scores.push_back({"criterion", std::pow(1.2, i), -90.0 + 80.0 * std::exp(-0.1 * i)});
  }
  run.artefacts = {{"neuron.json", "{\"format\": \"neuronsmith-neuron\"}"}};
  return run;
}

inline RunRecord regression_run() {
  RunRecord run = bare_run(8, "train");
  run.result = {{"formula", "dot(w0, x)*dot(w1, x) + x^2 + x"},
                {"task", "regression"},
                {"evaluated_on", "test"},
                {"metrics", {{"mse", 0.25}, {"rmse", 0.5}, {"mae", 0.4}, {"r2", 0.9}}},
                {"parameters", 623},
                {"multiply_adds", 690},
                {"rows", 120},
                {"epochs", 50},
                {"best_epoch", 40},
                {"seconds", 0.5}};
  std::string csv = "true,prediction\n";
  for (int i = 0; i < 120; ++i) csv += fmt::format("{},{}\n", i, i + 5.0 * std::sin(i));
  run.artefacts = {{"predictions.csv", csv}};
  for (int i = 1; i <= 50; ++i) {
    run.scores.push_back({"training loss", static_cast<double>(i), std::exp(-0.1 * i)});
    run.scores.push_back({"validation loss", static_cast<double>(i), 0.02 + std::exp(-0.1 * i)});
  }
  return run;
}

inline RunRecord classification_run() {
  RunRecord run = bare_run(9, "train");
  run.result = {{"formula", "x"},
                {"task", "classification"},
                {"evaluated_on", "test"},
                {"metrics", {{"accuracy", 0.75}, {"balanced_accuracy", 0.7}, {"log_loss", 0.6}}},
                {"parameters", 41},
                {"rows", 8}};
  run.artefacts = {{"predictions.csv",
                    "true,prediction\nbus,bus\nbus,bus\nbus,bus\nbus,van\nvan,van\nvan,van\nvan,"
                    "van\nvan,bus\n"}};
  return run;
}

inline RunRecord comparison_run() {
  RunRecord run = bare_run(10, "compare");
  Json rows = Json::array();
  for (const auto& [name, mean] : {std::pair("linear", 0.8), std::pair("quadratic", 0.9)}) {
    Json repeats = Json::array();
    for (int r = 0; r < 5; ++r) repeats.push_back({{"seed", r}, {"value", mean + 0.01 * (r - 2)}});
    rows.push_back(
        {{"neuron", name},
         {"formula", std::string(name) == "linear" ? "x" : "dot(w0, x)*dot(w1, x) + x^2 + x"},
         {"parameters", 500},
         {"multiply_adds", 480},
         {"metric", "r2"},
         {"mean", mean},
         {"std", 0.0158},
         {"median", mean},
         {"low", mean - 0.02},
         {"high", mean + 0.02},
         {"p_value", nullptr},
         {"wins", 3},
         {"per_repeat", repeats}});
  }
  rows[1]["p_value"] = 0.03;
  rows[1]["advantage"] = 0.1;
  rows[1]["advantage_low"] = 0.05;
  rows[1]["advantage_high"] = 0.15;
  run.result = {{"task", "regression"},
                {"metric", "r2"},
                {"reference", "linear"},
                {"repeats", 5},
                {"rows_test", 120},
                {"chance", {{"r2", -0.01}}},
                {"rows", rows}};
  return run;
}

inline RunRecord recovery_run() {
  RunRecord run = bare_run(11, "reproduce neuronseek-synthetic");
  const auto stability = [](const char* method, Json structures) -> Json {
    return {{"problem", "pure-2"},
            {"truth", "S1 + S2"},
            {"method", method},
            {"structures", std::move(structures)}};
  };
  const Json one = Json::array({{{"orders", "S1 + S2"}, {"count", 20}}});
  const Json two =
      Json::array({{{"orders", "S1"}, {"count", 15}}, {{"orders", "S1 + S2"}, {"count", 5}}});
  run.result = {{"study", "neuronseek-synthetic"},
                {"summary",
                 {{{"method", "vsr"},
                   {"dimension", 10},
                   {"perfect", {5, 6}},
                   {"superset", {1, 0}},
                   {"missing", {9, 9}},
                   {"median_test_error", 0.25},
                   {"median_search_seconds", 0.08}}}},
                {"stability", {stability("vsr", one), stability("scalar-gp", two)}}};
  return run;
}

inline std::vector<RunRecord> sample_runs() {
  return {
      discovery_run(), regression_run(), classification_run(), comparison_run(), recovery_run()};
}

}  // namespace neuronsmith::report::testing
