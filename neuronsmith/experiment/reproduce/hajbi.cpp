#include "neuronsmith/experiment/reproduce/hajbi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/core/step_counter.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/experiment/reproduce/hajbi_protocol.hpp"
#include "neuronsmith/experiment/reproduce/hajbi_search.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/library.hpp"

namespace neuronsmith::experiment {
namespace {

using hajbi::DataSet;
using hajbi::Size;
using neuron::Activation;

constexpr std::size_t kMostSeeds = 1000;
/// Of the rows kept apart where validation rows choose an activation.
constexpr double kValidationShare = 0.2;

/// The activation of one arm, one a seed.
struct Arm {
  Size size = Size::Light;
  std::string name;
  std::vector<Activation> activations;
};

class Study {
 public:
  Study(const HajbiOptions& options,
        const Executor& executor,
        ProgressSink* progress,
        std::stop_token stop)
      : options_(options),
        executor_(executor),
        stop_(std::move(stop)),
        progress_(progress, "reproduce hajbi", "steps", count_steps(options)) {}

  HajbiStudy run() {
    const Stopwatch clock;
    study_.seeds = options_.seeds;
    study_.as_published = options_.as_published;
    for (std::size_t i = 0; i < hajbi::kDataSets && !stop_.stop_requested(); ++i) {
      study_data_set(hajbi::read_data_set(i, options_.data_dir));
    }
    study_.interrupted = stop_.stop_requested();
    study_.seconds = clock.seconds();
    return std::move(study_);
  }

 private:
  static std::size_t count_steps(const HajbiOptions& options) {
    constexpr std::size_t kTrainings = 17;  // five arms, and transfer on two of the sets
    const std::size_t beyond = options.beyond_paper ? 4 * hajbi::kDataSets : 0;
    return options.seeds.size() * (kTrainings + beyond + hajbi::kDataSets);
  }

  void study_data_set(const DataSet& set) {
    std::vector<Activation> found = specialists(set);
    if (stop_.stop_requested()) return;
    std::vector<Arm> arms = {fixed(Size::Heavy, "ReLU", "relu"),
                             fixed(Size::Light, "ReLU", "relu"),
                             fixed(Size::Light, "GELU", "gelu"),
                             fixed(Size::Light, "SiLU", "silu")};
    arms.push_back({Size::Light, "Hybrid (Specialist)", found});
    if (source_.empty()) {
      source_ = std::move(found);
    } else {
      arms.push_back({Size::Light, "Hybrid (Transfer)", source_});
    }
    if (options_.beyond_paper) {
      add_chosen(set, "Best of library", hajbi::best_of_library, arms);
      add_chosen(set, "Network search", hajbi::searched_activation, arms);
    }
    if (!stop_.stop_requested()) train(set, arms);
  }

  [[nodiscard]] Arm fixed(Size size, const char* name, const char* activation) const {
    return {size, name, {options_.seeds.size(), neuron::resolve_activation(activation)}};
  }

  /// What discovery finds on the set, one a seed.
  [[nodiscard]] std::vector<Activation> specialists(const DataSet& set) {
    const auto given = options_.formulas.find(set.name);
    if (given != options_.formulas.end()) return {options_.seeds.size(), given->second};
    const Stopwatch clock;
    std::vector<Activation> found(options_.seeds.size());
    const std::size_t n_searches = options_.as_published ? 1 : found.size();
    executor_.for_each(n_searches, [&](std::size_t i) {
      if (!stop_.stop_requested()) found[i] = discovered(set, options_.seeds[i]);
      progress_.add_one();
    });
    if (options_.as_published) std::ranges::fill(found, found[0]);
    study_.discovery_seconds += clock.seconds();
    return found;
  }

  [[nodiscard]] Activation discovered(const DataSet& set, std::uint64_t seed) const {
    const PreparedData data = hajbi::discovery_rows(set, seed, options_.as_published);
    DiscoverOptions options{.recipe = search::find_recipe("activation-gp"),
                            .driver = {},
                            .training_rows_only = true,
                            .seed = seed};
    options.driver.budget = options.recipe.budget();
    const DiscoveryResult result = discover(data, options, executor_, nullptr, stop_);
    return result.neuron.activation.value();
  }

  /// An arm whose activation validation rows choose.
  template <typename Choose>
  void add_chosen(const DataSet& set, const char* name, Choose choose, std::vector<Arm>& arms) {
    Arm arm{Size::Light, name, {}};
    for (const std::uint64_t seed : options_.seeds) {
      const PreparedData data = hajbi::split_of(set, seed, kValidationShare);
      const std::optional<Activation> activation = choose(data, seed, executor_, stop_);
      if (!activation) return;
      arm.activations.push_back(*activation);
      progress_.add_one();
    }
    arms.push_back(std::move(arm));
  }

  void train(const DataSet& set, const std::vector<Arm>& arms) {
    const std::size_t n_seeds = options_.seeds.size();
    std::vector<PreparedData> splits(n_seeds);
    executor_.for_each(n_seeds, [&](std::size_t s) {
      splits[s] = hajbi::split_of(set, options_.seeds[s]);
    });
    std::vector<std::optional<hajbi::Trained>> trained(arms.size() * n_seeds);
    executor_.for_each(trained.size(), [&](std::size_t i) {
      if (stop_.stop_requested()) return;
      const std::size_t s = i % n_seeds;
      const Arm& arm = arms[i / n_seeds];
      trained[i] = hajbi::train_and_test(
          splits[s], arm.size, arm.activations[s], options_.seeds[s], stop_);
      progress_.add_one();
    });
    if (!std::ranges::all_of(trained, [](const auto& t) { return t.has_value(); })) return;
    for (std::size_t a = 0; a < arms.size(); ++a) add_row(set, arms[a], &trained[a * n_seeds]);
  }

  void add_row(const DataSet& set, const Arm& arm, const std::optional<hajbi::Trained>* trained) {
    HajbiRow row{.data_set = set.name,
                 .architecture = arm.size == Size::Heavy ? "Heavy" : "Light",
                 .activation = arm.name,
                 .parameters = trained[0]->parameters};
    for (std::size_t s = 0; s < options_.seeds.size(); ++s) {
      row.accuracy.push_back(trained[s]->accuracy);
      row.auc.push_back(trained[s]->auc);
      row.seconds.push_back(trained[s]->seconds);
      row.formulas.push_back(formula::to_infix(arm.activations[s].formula));
    }
    study_.rows.push_back(std::move(row));
  }

  const HajbiOptions& options_;
  const Executor& executor_;
  std::stop_token stop_;
  StepCounter progress_;
  HajbiStudy study_;
  std::vector<Activation> source_;  ///< of the first set: what is transferred
};

}  // namespace

double HajbiRow::efficiency() const {
  return mean_of(auc) / std::log10(static_cast<double>(parameters));
}

void HajbiOptions::validate() const {
  if (seeds.empty() || seeds.size() > kMostSeeds) {
    throw ConfigError(fmt::format("--seeds: 1 to {} are possible, not {}", kMostSeeds, seeds.size()));
  }
  require_distinct(seeds, "--seeds");
  const std::vector<std::string> sets = hajbi_data_sets();
  for (const auto& [name, formula] : formulas) {
    if (std::ranges::find(sets, name) == sets.end()) {
      throw ConfigError(fmt::format(
          "--formula: no data set is called \"{}\"; known are {}", name, fmt::join(sets, ", ")));
    }
    if (const std::string objection = neuron::objection_to(formula); !objection.empty()) {
      throw ConfigError(
          fmt::format("--formula: \"{}\" {}", formula::to_infix(formula), objection));
    }
  }
}

HajbiStudy reproduce_hajbi(const HajbiOptions& options,
                           const Executor& executor,
                           ProgressSink* progress,
                           std::stop_token stop) {
  options.validate();
  return Study(options, executor, progress, std::move(stop)).run();
}

}  // namespace neuronsmith::experiment
