#include "neuronsmith/experiment/model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/train.hpp"
#include "temporary_table.hpp"

namespace neuronsmith::experiment {
namespace {

using testing::TemporaryTable;

std::string table_text() {
  std::string text = "a,colour,kind\n";
  for (int i = 0; i < 90; ++i) {
    text += std::to_string(std::sin(i)) + "," + (i % 3 ? "red" : "blue") + "," + (i % 2 ? "up" : "down") +
            "\n";
  }
  return text;
}

TrainedModel trained(const std::string& path) {
  TrainModelOptions options{.hidden = {4}};
  options.training.epochs = 3;
  return train_model(prepare({.data = path}), neuron::resolve_neuron("quadratic"), options);
}

TEST(Model, FileKeepsEveryPrediction) {
  const TemporaryTable table(table_text());
  const Model model = trained(table.path()).model;
  const TemporaryTable file(to_json(model).dump());
  const Model back = read_model(file.path());
  EXPECT_EQ(to_json(back), to_json(model));
  const auto rows = rows_for(
      model, read_table_for(model, table.path(), {}, TargetUse::Ignore), TargetUse::Ignore);
  EXPECT_EQ(predict(back, rows.features.view()).probabilities,
            predict(model, rows.features.view()).probabilities);
}

TEST(Model, AFileWithADefectIsAnErrorAndNeverACrash) {
  const TemporaryTable table(table_text());
  const Json good = to_json(trained(table.path()).model);
  for (const char* key : {"format", "version", "task", "preprocessing", "network", "formula"}) {
    Json bad = good;
    bad.erase(key);
    const TemporaryTable file(bad.dump());
    EXPECT_THROW(static_cast<void>(read_model(file.path())), ParseError) << key;
    bad[key] = 17;
    const TemporaryTable spoiled(bad.dump());
    EXPECT_THROW(static_cast<void>(read_model(spoiled.path())), ParseError) << key;
  }
  for (const char* key : {"task", "preprocessing", "network"}) {
    for (const auto& item : good[key].items()) {
      Json bad = good;
      bad[key].erase(item.key());
      const TemporaryTable file(bad.dump());
      EXPECT_THROW(static_cast<void>(read_model(file.path())), ParseError) << item.key();
    }
  }
}

TEST(MatchedWidths, AreTheNarrowestThatSuffice) {
  network::Architecture shape{.n_inputs = 7, .n_outputs = 1, .hidden = {12, 5}};
  for (const std::size_t wanted : {1u, 30u, 167u, 500u, 4000u}) {
    shape.hidden = network::matched_widths({.n_inputs = 7, .n_outputs = 1, .hidden = {12, 5}}, wanted);
    EXPECT_GE(shape.parameter_count(), wanted);
    EXPECT_EQ(shape.parameter_count(), network::Network(shape).parameter_count());
    if (shape.hidden[0] == 1) continue;
    --shape.hidden[0];  // one unit less in the wider layer is too few, or the proportions are off
    shape.hidden[1] = std::min(shape.hidden[1], std::max<std::size_t>(1, shape.hidden[0] * 5 / 12));
    EXPECT_LT(shape.parameter_count(), wanted);
  }
  EXPECT_THROW(static_cast<void>(network::matched_widths({.n_inputs = 7, .n_outputs = 1}, 10)), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::experiment
