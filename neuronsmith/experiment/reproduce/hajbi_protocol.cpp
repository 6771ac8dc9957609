#include "neuronsmith/experiment/reproduce/hajbi_protocol.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/model.hpp"
#include "neuronsmith/experiment/reproduce/hajbi.hpp"

namespace neuronsmith::experiment::hajbi {
namespace {

struct Source {
  const char* name;
  const char* file;
  const char* more_rows;  ///< a second file whose rows are added if it is there, or null
  float positive;         ///< the class, as the file numbers it, that is told from the others
  std::size_t most_rows;  ///< the first so many are taken
};

constexpr std::size_t kAllRows = std::numeric_limits<std::size_t>::max();

/// Of Forest Cover the second cover type, lodgepole pine: 1 where types count from 0.
constexpr std::array<Source, kDataSets> kSources = {
    Source{"HIGGS", "higgs.csv.gz", "higgs_extra.csv.gz", 1.0F, kAllRows},
    Source{"FOREST_COVER", "covertype.csv.gz", nullptr, 1.0F, 100'000},
    Source{"SPAMBASE", "spambase.csv.gz", nullptr, 1.0F, kAllRows},
};

void append(Table& table, const Table& more) {
  if (table.columns.size() != more.columns.size()) {
    throw DataError(fmt::format("{} and {} have different columns", table.source, more.source));
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    Column& column = table.columns[i];
    const Column& added = more.columns[i];
    if (column.name != added.name || column.kind != ColumnKind::Numeric ||
        added.kind != ColumnKind::Numeric) {
      throw DataError(fmt::format("{} and {} have different columns", table.source, more.source));
    }
    column.numbers.insert(column.numbers.end(), added.numbers.begin(), added.numbers.end());
    column.n_missing += added.n_missing;
  }
  table.n_rows += more.n_rows;
}

void keep_first_rows(Table& table, std::size_t n) {
  if (table.n_rows <= n) return;
  table.n_rows = n;
  for (Column& column : table.columns) {
    if (!column.numbers.empty()) column.numbers.resize(n);
    if (!column.codes.empty()) column.codes.resize(n);
  }
}

/// The target as 0 and 1; texts as read would no longer be true of it.
void make_binary(Table& table, float positive) {
  Column& target = table.columns.back();
  target.codes.clear();
  target.texts.clear();
  for (float& value : target.numbers) value = value == positive ? 1.0F : 0.0F;
}

Table read(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    throw IoError(fmt::format("--data-dir: {} is not there", path));
  }
  return read_table(path);
}

}  // namespace

DataSet read_data_set(std::size_t index, const std::string& folder) {
  const Source& source = kSources.at(index);
  const auto path_of = [&](const char* file) {
    return (std::filesystem::path(folder) / file).string();
  };
  DataSet set{.name = source.name, .tables = {}, .options = {}};
  Table& table = set.tables.data;
  table = read(path_of(source.file));
  const bool has_more = source.more_rows != nullptr;
  if (has_more && std::filesystem::exists(path_of(source.more_rows))) {
    append(table, read(path_of(source.more_rows)));
  }
  keep_first_rows(table, source.most_rows);
  make_binary(table, source.positive);
  set.tables.hash = table.hash();
  set.options.data = path_of(source.file);
  set.options.task = TaskChoice::Classification;
  set.options.scaling = Scaling::Standard;
  set.options.clip = false;
  set.options.keep_constants = true;
  return set;
}

PreparedData split_of(const DataSet& set, std::uint64_t seed, double validation) {
  DataOptions options = set.options;
  options.split = {
      .validation = validation * (1.0 - kTestShare), .test = kTestShare, .seed = seed};
  return prepare(set.tables, options);
}

PreparedData discovery_rows(const DataSet& set, std::uint64_t seed, bool of_all_rows) {
  if (!of_all_rows) return split_of(set, seed, 1.0 - kDiscoveryShare);
  DataOptions options = set.options;
  options.split = {.validation = 1.0 - kDiscoveryShare, .test = 0.0, .seed = seed};
  return prepare(set.tables, options);
}

network::Architecture architecture(Size size,
                                   std::size_t n_inputs,
                                   const neuron::Activation& activation) {
  network::Architecture architecture;
  architecture.n_inputs = n_inputs;
  architecture.n_outputs = 1;
  architecture.hidden = size == Size::Light ? std::vector<std::size_t>{64, 32}
                                            : std::vector<std::size_t>{200, 100};
  architecture.activation = activation;
  architecture.batch_norm = true;
  architecture.dropout = 0.3;
  return architecture;
}

network::TrainOptions training_options(std::uint64_t seed) {
  network::TrainOptions options;
  options.scale_steps = false;
  options.learning_rate = 1e-3;
  options.batch = 1024;
  options.epochs = 15;
  options.patience = 0;
  options.schedule = network::Schedule::Constant;
  options.seed = seed;
  return options;
}

std::optional<Trained> train_and_test(const PreparedData& data,
                                      Size size,
                                      const neuron::Activation& activation,
                                      std::uint64_t seed,
                                      const std::stop_token& stop) {
  network::Network network(architecture(size, data.preprocessor.n_features(), activation));
  network.initialise(data.training().features, seed, network::Initialisation::Torch);
  const auto result = network::train(network,
                                     data.training(),
                                     {},
                                     network::Loss::SaturatingCrossEntropy,
                                     training_options(seed),
                                     nullptr,
                                     stop);
  if (result.end == network::TrainingEnd::Stopped) return std::nullopt;
  Trained trained{.parameters = network.parameter_count(), .seconds = result.seconds};
  const Metrics metrics = test_metrics(data, std::move(network));
  if (metrics.empty()) return trained;
  trained.accuracy = value_of(metrics, "accuracy");
  trained.auc = value_of(metrics, "roc_auc");
  return trained;
}

}  // namespace neuronsmith::experiment::hajbi

namespace neuronsmith::experiment {

std::vector<std::string> hajbi_data_sets() {
  std::vector<std::string> names;
  for (const hajbi::Source& source : hajbi::kSources) names.emplace_back(source.name);
  return names;
}

}  // namespace neuronsmith::experiment
