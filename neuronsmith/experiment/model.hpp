#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/data/metrics.hpp"
#include "neuronsmith/data/preprocess.hpp"
#include "neuronsmith/data/read_table.hpp"
#include "neuronsmith/data/table.hpp"
#include "neuronsmith/data/task.hpp"
#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/network/network.hpp"
#include "neuronsmith/network/trainer.hpp"

namespace neuronsmith::experiment {

/// A trained network with all it takes to apply it to a table: model.json.
struct Model {
  Task task;
  Preprocessor preprocessor;
  network::Network network;
  std::string formula;              ///< of the neuron's aggregation, for readers
  Json provenance = Json::object();  ///< data hash, options, seed
};

/// What a model says of some rows.
struct Prediction {
  std::vector<double> values;               ///< regression: in the target's own unit
  std::vector<float> probabilities;         ///< classification: [n_classes][n_rows]
  std::vector<std::uint32_t> classes;       ///< classification: the most probable one
};

/// How good the predictions for some rows are.
struct Evaluation {
  Metrics metrics;         ///< regression: in the target's own unit
  Metrics metrics_scaled;  ///< regression: of the scaled target; classification: the same as metrics
  std::size_t n_rows = 0;
};

[[nodiscard]] Prediction predict(const Model& model, const FeatureView& features);

/// `truth` are rows of the model's task, scaled as its training rows were.
[[nodiscard]] Evaluation evaluate(const Model& model, const network::Part& truth);

/// What a network comes to on the test part; empty when an output is not finite.
[[nodiscard]] Metrics test_metrics(const PreparedData& data, network::Network network);

/// Whether a table that a model is applied to must hold the target.
enum class TargetUse : std::uint8_t { Ignore, Require };

/// Reads a table for a model: its inputs must be there and of the kinds that it was trained with.
/// Throws like read_table, and DataError naming what is missing.
[[nodiscard]] Table read_table_for(const Model& model,
                                   const std::string& path,
                                   ReadOptions options,
                                   TargetUse target);

/// Inputs, and with TargetUse::Require scaled targets or classes, of all rows in their order.
struct ModelRows {
  FeatureMatrix features;
  std::vector<float> target;
  std::vector<std::uint32_t> classes;

  [[nodiscard]] network::Part part() const { return {features.view(), target, classes}; }
};
[[nodiscard]] ModelRows rows_for(const Model& model, Table&& table, TargetUse target);

/// "prediction" and, for classes, "probability_LABEL" per class; one line per row, in order.
[[nodiscard]] std::string to_csv(const Model& model, const Prediction& prediction);

/// model.json, docs/files.md. Reading throws IoError, or ParseError naming `path` and the key.
[[nodiscard]] Json to_json(const Model& model);
[[nodiscard]] Model read_model(const std::string& path);

}  // namespace neuronsmith::experiment
