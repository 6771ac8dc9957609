// Any text as model.json: what is read is written again and applied to a few rows.
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/table.hpp"
#include "neuronsmith/experiment/model.hpp"

namespace neuronsmith::fuzz {
namespace {

/// A number, one far outside, and a missing one; or a text that the model knows, one that it does
/// not, and a missing one.
Column column_for(const ColumnEncoding& encoding) {
  Column column;
  column.name = encoding.column;
  column.kind = encoding.kind;
  if (encoding.kind == ColumnKind::Numeric) {
    column.numbers = {0.5F, -3e38F, std::numeric_limits<float>::quiet_NaN()};
  } else {
    column.texts = {encoding.categories[0], encoding.categories[0] + " and more"};
    column.codes = {0, 1, kMissingCode};
  }
  return column;
}

Table table_for(const experiment::Model& model) {
  Table table;
  table.source = "fuzz";
  table.n_rows = 3;
  for (const ColumnEncoding& encoding : model.preprocessor.encodings()) {
    table.columns.push_back(column_for(encoding));
  }
  return table;
}

void predict(const experiment::Model& model) {
  const auto rows = experiment::rows_for(model, table_for(model), experiment::TargetUse::Ignore);
  const experiment::Prediction prediction = experiment::predict(model, rows.features.view());
  static_cast<void>(experiment::to_csv(model, prediction));
}

void exercise(std::string_view text) {
  static const ScratchFolder folder;
  try {
    const auto model = experiment::read_model(folder.write("model.json", text));
    const Json json = experiment::to_json(model);
    const auto again = experiment::read_model(folder.write("again.json", json.dump()));
    require(experiment::to_json(again) == json, "a model file is read back", json.dump());
    predict(model);
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace neuronsmith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neuronsmith::fuzz::exercise(neuronsmith::fuzz::as_text(data, size));
  return 0;
}
