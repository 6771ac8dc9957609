#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/experiment/prepare.hpp"
#include "neuronsmith/network/trainer.hpp"
#include "neuronsmith/neuron/activation.hpp"

/// What is fixed in the study of Hajbi: data sets, splits, networks, training.
namespace neuronsmith::experiment::hajbi {

/// A data set as it was read.
struct DataSet {
  std::string name;
  SourceTables tables;
  DataOptions options;
};

inline constexpr std::size_t kDataSets = 3;
inline constexpr double kTestShare = 0.2;
inline constexpr double kDiscoveryShare = 0.1;

/// HIGGS, FOREST_COVER or SPAMBASE, by place. Throws IoError naming the file looked for.
[[nodiscard]] DataSet read_data_set(std::size_t index, const std::string& folder);

/// Training and test rows of a seed; with `validation` that share of the training rows is kept apart.
[[nodiscard]] PreparedData split_of(const DataSet& set, std::uint64_t seed, double validation = 0.0);
/// Its training part is what discovery sees: a tenth of the seed's training rows, or of all rows.
[[nodiscard]] PreparedData discovery_rows(const DataSet& set, std::uint64_t seed, bool of_all_rows);

/// Light: 64 and 32 units; Heavy: 200 and 100.
enum class Size : std::uint8_t { Light, Heavy };
[[nodiscard]] network::Architecture architecture(Size size,
                                                 std::size_t n_inputs,
                                                 const neuron::Activation& activation);
/// Adam, 15 epochs, batches of 1024.
[[nodiscard]] network::TrainOptions training_options(std::uint64_t seed);

/// A network trained on the training part, judged on the test part. One whose outputs are not finite
/// is as good as tossing a coin.
struct Trained {
  double accuracy = 0.5;
  double auc = 0.5;
  std::size_t parameters = 0;
  double seconds = 0.0;
};
/// Absent after a stop request.
[[nodiscard]] std::optional<Trained> train_and_test(const PreparedData& data,
                                                    Size size,
                                                    const neuron::Activation& activation,
                                                    std::uint64_t seed,
                                                    const std::stop_token& stop);

}  // namespace neuronsmith::experiment::hajbi
