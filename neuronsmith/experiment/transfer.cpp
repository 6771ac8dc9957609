#include "neuronsmith/experiment/transfer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/experiment/internal/table_progress.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr const char* kSpecialistRecipe = "activation-gp";

std::vector<std::string> files_of(std::span<const TransferTable> tables) {
  std::vector<std::string> files;
  for (const TransferTable& table : tables) files.push_back(table.options.data);
  return files;
}

}  // namespace

std::vector<Contender> transfer_contenders(std::string_view list,
                                           bool with_specialist,
                                           const neuron::UserLibrary& library) {
  std::vector<Contender> contenders = parse_contenders(list, library);
  const auto is_there = [&](const std::string& name) {
    return std::ranges::find(contenders, name, &Contender::name) != contenders.end();
  };
  for (const std::string ordinary : {"relu", "gelu", "silu"}) {
    if (is_there(ordinary)) continue;
    contenders.push_back({.name = ordinary, .neuron = neuron::resolve_neuron(ordinary)});
  }
  if (!with_specialist) return contenders;
  if (is_there(kSpecialist)) {
    throw ConfigError(fmt::format("--neurons: \"{}\" is the table's own discovery", kSpecialist));
  }
  contenders.push_back({.name = kSpecialist, .recipe = search::find_recipe(kSpecialistRecipe)});
  return contenders;
}

Transfer transfer(std::span<const TransferTable> tables,
                  const CompareOptions& options,
                  const Executor& executor,
                  ProgressSink* progress,
                  std::stop_token stop) {
  const Stopwatch clock;
  require_distinct(files_of(tables), "--data");
  Transfer transfer;
  for (std::size_t i = 0; i < tables.size() && !stop.stop_requested(); ++i) {
    internal::TableProgress sink(progress, i, tables.size());
    Comparison comparison =
        compare(tables[i].tables, tables[i].options, options, executor, &sink, stop);
    if (!comparison.rows.empty()) transfer.comparisons.push_back(std::move(comparison));
  }
  const auto is_cut = [](const Comparison& comparison) { return comparison.interrupted; };
  transfer.interrupted = transfer.comparisons.size() < tables.size() ||
                         std::ranges::any_of(transfer.comparisons, is_cut);
  adjust_p_values(transfer.comparisons);
  transfer.seconds = clock.seconds();
  return transfer;
}

Json to_json(const Transfer& transfer) {
  Json tables = Json::array();
  for (const Comparison& comparison : transfer.comparisons) tables.push_back(to_json(comparison));
  Json json;
  json["tables"] = std::move(tables);
  json["interrupted"] = transfer.interrupted;
  json["seconds"] = transfer.seconds;
  return json;
}

}  // namespace neuronsmith::experiment
