#include "neuronsmith/experiment/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/write_table.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr const char* kFormat = "neuronsmith-model";
constexpr int kVersion = 1;

bool is_regression(const Model& model) { return model.task.kind == TaskKind::Regression; }

std::vector<float> raw_outputs(const Model& model, const FeatureView& features) {
  std::vector<float> outputs(features.n_rows * model.network.architecture().n_outputs);
  model.network.predict(features, outputs);
  return outputs;
}

/// Two classes share one logit.
std::vector<float> sigmoid_pair(std::span<const float> logits) {
  const std::size_t n = logits.size();
  std::vector<float> probabilities(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    const float small = std::exp(-std::abs(logits[i]));
    const float likely = 1.0F / (1.0F + small);
    const float unlikely = small / (1.0F + small);
    probabilities[i] = logits[i] < 0.0F ? likely : unlikely;
    probabilities[n + i] = logits[i] < 0.0F ? unlikely : likely;
  }
  return probabilities;
}

void softmax(std::vector<float>& logits, std::size_t n_classes) {
  const std::size_t n = logits.size() / n_classes;
  for (std::size_t i = 0; i < n; ++i) {
    float largest = logits[i];
    for (std::size_t c = 1; c < n_classes; ++c) largest = std::max(largest, logits[c * n + i]);
    float total = 0.0F;
    for (std::size_t c = 0; c < n_classes; ++c) {
      total += logits[c * n + i] = std::exp(logits[c * n + i] - largest);
    }
    for (std::size_t c = 0; c < n_classes; ++c) logits[c * n + i] /= total;
  }
}

std::vector<std::uint32_t> most_probable(std::span<const float> probabilities,
                                         std::size_t n_classes) {
  const std::size_t n = probabilities.size() / n_classes;
  std::vector<std::uint32_t> classes(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::uint32_t c = 1; c < n_classes; ++c) {
      if (probabilities[c * n + i] > probabilities[classes[i] * n + i]) classes[i] = c;
    }
  }
  return classes;
}

std::vector<double> in_own_unit(const Affine& scale, std::span<const float> scaled) {
  std::vector<double> values;
  values.reserve(scaled.size());
  for (const float value : scaled) values.push_back(scale.invert(static_cast<double>(value)));
  return values;
}

void require_finite(std::span<const float> values) {
  const auto bad = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
  if (bad == values.end()) return;
  throw DataError(fmt::format("the model has no finite prediction for row {}: its inputs lie too far "
                              "outside of what it was trained on",
                              bad - values.begin() + 1));
}

Metrics regression_metrics_of(std::span<const float> truth,
                              std::span<const float> prediction,
                              const Affine& scale) {
  return regression_metrics(in_own_unit(scale, truth), in_own_unit(scale, prediction));
}

}  // namespace

Prediction predict(const Model& model, const FeatureView& features) {
  std::vector<float> outputs = raw_outputs(model, features);
  require_finite(outputs);
  Prediction prediction;
  if (is_regression(model)) {
    prediction.values = in_own_unit(model.task.scale, outputs);
    return prediction;
  }
  const std::size_t n_classes = model.task.n_classes();
  if (n_classes == 2) {
    prediction.probabilities = sigmoid_pair(outputs);
  } else {
    softmax(outputs, n_classes);
    prediction.probabilities = std::move(outputs);
  }
  prediction.classes = most_probable(prediction.probabilities, n_classes);
  return prediction;
}

Evaluation evaluate(const Model& model, const network::Part& truth) {
  Evaluation evaluation{.metrics = {}, .metrics_scaled = {}, .n_rows = truth.n_rows()};
  if (is_regression(model)) {
    const std::vector<float> outputs = raw_outputs(model, truth.features);
    require_finite(outputs);
    evaluation.metrics = regression_metrics_of(truth.target, outputs, model.task.scale);
    evaluation.metrics_scaled = regression_metrics_of(truth.target, outputs, {});
    return evaluation;
  }
  const Prediction prediction = predict(model, truth.features);
  evaluation.metrics =
      classification_metrics(truth.classes, prediction.probabilities, model.task.n_classes());
  evaluation.metrics_scaled = evaluation.metrics;
  return evaluation;
}

Table read_table_for(const Model& model,
                     const std::string& path,
                     ReadOptions options,
                     TargetUse target) {
  options.kinds = model.preprocessor.kinds();
  if (target == TargetUse::Require) {
    if (is_regression(model)) options.kinds[model.task.target] = ColumnKind::Numeric;
    options.label_column = model.task.target;
  }
  Table table = read_table(path, options);
  if (target == TargetUse::Require) {
    static_cast<void>(table.require(model.task.target, "the model's target"));
  }
  return table;
}

ModelRows rows_for(const Model& model, Table&& table, TargetUse target) {
  ModelRows result;
  std::vector<std::uint32_t> rows(table.n_rows);
  std::iota(rows.begin(), rows.end(), 0U);
  if (target == TargetUse::Require) {
    const std::size_t place = table.require(model.task.target, "the model's target");
    if (is_regression(model)) {
      require_regression_target(table, place, {});
      for (const float value : table.columns[place].numbers) {
        result.target.push_back(
            static_cast<float>(model.task.scale.apply(static_cast<double>(value))));
      }
    } else {
      result.classes = classes_of(table, place, model.task);
    }
  }
  result.features = model.preprocessor.transform(std::move(table), rows);
  return result;
}

Metrics test_metrics(const PreparedData& data, network::Network network) {
  const network::Part test = data.test();
  std::vector<float> outputs(network.architecture().n_outputs * test.n_rows());
  network.predict(test.features, outputs);
  if (!std::ranges::all_of(outputs, [](float v) { return std::isfinite(v); })) return {};
  const Model model{
      .task = data.task, .preprocessor = data.preprocessor, .network = std::move(network)};
  return evaluate(model, test).metrics;
}

std::string to_csv(const Model& model, const Prediction& prediction) {
  fmt::memory_buffer text;
  auto out = std::back_inserter(text);
  fmt::format_to(out, "prediction");
  if (is_regression(model)) {
    for (const double value : prediction.values) fmt::format_to(out, "\n{}", value);
    fmt::format_to(out, "\n");
    return fmt::to_string(text);
  }
  const std::size_t n_classes = model.task.n_classes();
  for (const std::string& label : model.task.labels) {
    fmt::format_to(out, ",{}", csv_field("probability_" + label));
  }
  const std::size_t n = prediction.classes.size();
  for (std::size_t i = 0; i < n; ++i) {
    fmt::format_to(out, "\n{}", csv_field(model.task.labels[prediction.classes[i]]));
    for (std::size_t c = 0; c < n_classes; ++c) {
      fmt::format_to(out, ",{}", prediction.probabilities[c * n + i]);
    }
  }
  fmt::format_to(out, "\n");
  return fmt::to_string(text);
}

Json to_json(const Model& model) {
  Json json;
  json["format"] = kFormat;
  json["version"] = kVersion;
  json["formula"] = model.formula;
  json["task"] = to_json(model.task);
  json["preprocessing"] = to_json(model.preprocessor);
  json["network"] = network::to_json(model.network);
  json["provenance"] = model.provenance;
  return json;
}

Model read_model(const std::string& path) {
  const Json json = read_json_file(path);
  require_format(json, kFormat, kVersion, path);
  Model model{
      .task = task_from_json(json_get<Json>(json, "task", path), path),
      .preprocessor = preprocessor_from_json(json_get<Json>(json, "preprocessing", path), path),
      .network = network::network_from_json(json_get<Json>(json, "network", path), path),
      .formula = json_get<std::string>(json, "formula", path),
      .provenance = json_get<Json>(json, "provenance", path)};
  const network::Architecture& architecture = model.network.architecture();
  const std::size_t n_outputs =
      is_regression(model) ? 1 : network::logits_for(std::max<std::size_t>(2, model.task.n_classes()));
  if (architecture.n_inputs != model.preprocessor.n_features() ||
      architecture.n_outputs != n_outputs) {
    throw ParseError(fmt::format(
        "{}: the network has {} inputs and {} outputs, preprocessing and task need {} and {}",
        path,
        architecture.n_inputs,
        architecture.n_outputs,
        model.preprocessor.n_features(),
        n_outputs));
  }
  return model;
}

}  // namespace neuronsmith::experiment
