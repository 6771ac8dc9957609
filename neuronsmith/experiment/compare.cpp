#include "neuronsmith/experiment/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/core/step_counter.hpp"
#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/experiment/model.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::experiment {
namespace {

/// Repeats are worked through in waves of about so many trainings a thread: few enough that memory
/// holds them and an interruption loses little, many enough that no thread waits long at the end.
constexpr std::size_t kTrainingsPerThread = 12;

/// One row's part in a repeat: its neuron, its network and what that learns from.
struct Entry {
  neuron::Neuron neuron;
  network::Architecture architecture;
  network::Part training;
  network::Part validation;
  double search_seconds = 0.0;
};

/// One training at one learning rate.
struct Trial {
  bool is_done = false;
  bool diverged = false;
  double validation_loss = std::numeric_limits<double>::infinity();
  Metrics metrics;  ///< on the test rows; empty without usable weights
  std::uint64_t multiply_adds = 0;
  std::uint64_t basis_operations = 0;
  double seconds = 0.0;
};

struct Repeat {
  std::uint64_t seed = 0;
  PreparedData data;
  std::vector<float> shuffled_target;
  std::vector<std::uint32_t> shuffled_classes;
  std::vector<Entry> entries;  ///< one a row; empty when a stop came before all were ready
  std::vector<Trial> trials;   ///< [entries][learning rates]

  [[nodiscard]] bool is_finished() const {
    return !trials.empty() && std::ranges::all_of(trials, &Trial::is_done);
  }
};

/// The targets of a part in random order, the training rows' among themselves and the validation
/// rows' too: stopping by true validation targets would let some skill in again.
template <typename T>
std::vector<T> shuffled(std::span<const T> known, std::size_t n_training, std::uint64_t seed) {
  std::vector<T> result(known.begin(), known.end());
  if (result.empty()) return result;
  Random random(seed, Purpose::Control, 1);
  random.shuffle(std::span(result).first(n_training));
  random.shuffle(std::span(result).subspan(n_training));
  return result;
}

network::Part with_targets(network::Part part,
                           std::span<const float> target,
                           std::span<const std::uint32_t> classes,
                           std::size_t first) {
  if (!target.empty()) part.target = target.subspan(first, part.n_rows());
  if (!classes.empty()) part.classes = classes.subspan(first, part.n_rows());
  return part;
}

std::vector<double> in_own_unit(std::span<const float> scaled, const Affine& scale) {
  std::vector<double> values;
  for (const float value : scaled) values.push_back(scale.invert(static_cast<double>(value)));
  return values;
}

/// What the mean of the training rows, or their shares of the classes, are worth on the test rows.
Metrics chance_of(const PreparedData& data) {
  const network::Part test = data.test();
  if (data.task.kind == TaskKind::Regression) {
    const double mean = mean_of(in_own_unit(data.training().target, data.task.scale));
    return regression_metrics(in_own_unit(test.target, data.task.scale),
                              std::vector<double>(test.n_rows(), mean));
  }
  std::vector<float> probabilities;
  for (std::uint32_t c = 0; c < data.task.n_classes(); ++c) {
    const auto count = std::ranges::count(data.training().classes, c);
    const float share = static_cast<float>(count) / static_cast<float>(data.n_training);
    probabilities.insert(probabilities.end(), test.n_rows(), share);
  }
  return classification_metrics(test.classes, probabilities, data.task.n_classes());
}

/// Of the training rows, in the target's own unit.
double target_deviation(const PreparedData& data) {
  const Summary summary = summarise(in_own_unit(data.training().target, data.task.scale));
  return summary.population_deviation();
}

void require_parts(const PreparedData& data) {
  if (data.n_test > 0 && data.n_validation > 0) return;
  throw ConfigError(fmt::format("--split: compare needs {} rows, and there are none",
                                data.n_test == 0 ? "test" : "validation"));
}

/// All repeats of one comparison.
class Comparing {
 public:
  Comparing(const SourceTables& tables,
            const DataOptions& data,
            const CompareOptions& options,
            const Executor& executor,
            ProgressSink* progress,
            const std::stop_token& stop)
      : tables_(tables),
        data_(data),
        options_(options),
        executor_(executor),
        stop_(stop),
        n_rows_(options.contenders.size() + (options.null_control ? 2 : 0)),
        progress_(progress, "compare", "trainings", options.repeats * trials_per_repeat()) {}

  /// Adds rows and results to a comparison that knows its task, metric and reference.
  void run(Comparison& comparison) {
    add_rows(comparison);
    for (std::size_t first = 0; first < options_.repeats && !stop_.stop_requested();) {
      const std::size_t count = std::min(wave_size(), options_.repeats - first);
      for (const Repeat& repeat : wave(first, count)) {
        if (repeat.is_finished()) add_results(repeat, comparison);
      }
      first += count;
    }
    comparison.interrupted = comparison.repeats() < options_.repeats;
  }

 private:
  [[nodiscard]] std::size_t n_rates() const { return options_.learning_rates.size(); }
  [[nodiscard]] std::size_t trials_per_repeat() const { return n_rows_ * n_rates(); }

  [[nodiscard]] std::size_t wave_size() const {
    const std::size_t wanted = kTrainingsPerThread * executor_.n_threads();
    return (wanted + trials_per_repeat() - 1) / trials_per_repeat();
  }

  void add_rows(Comparison& comparison) const {
    for (const Contender& contender : options_.contenders) {
      comparison.rows.push_back(
          {.neuron = contender.name, .is_discovered = contender.recipe.has_value()});
    }
    if (!options_.null_control) return;
    for (const std::string_view control : {kShuffledTarget, kRandomNeuron}) {
      comparison.rows.push_back({.neuron = std::string(control), .is_control = true});
    }
  }

  [[nodiscard]] std::vector<Repeat> wave(std::size_t first, std::size_t count) {
    std::vector<Repeat> repeats(count);
    executor_.for_each(count, [&](std::size_t i) { set_up(repeats[i], first + i); });
    // Each call takes the next training, so that repeats are finished one after the other whatever
    // order the calls come in: an interruption then loses few of them.
    std::atomic<std::size_t> next = 0;
    executor_.for_each(count * trials_per_repeat(), [&](std::size_t) {
      const std::size_t i = next++;
      train(repeats[i / trials_per_repeat()], i % trials_per_repeat());
    });
    return repeats;
  }

  void set_up(Repeat& repeat, std::size_t index) const {
    repeat.seed = data_.split.seed + index;
    DataOptions data_options = data_;
    data_options.split.seed = repeat.seed;
    repeat.data = prepare(tables_, data_options);
    require_parts(repeat.data);
    std::vector<Entry> entries;
    for (const Contender& contender : options_.contenders) {
      auto entry = entry_of(contender, repeat, data_options);
      if (!entry) return;
      entries.push_back(std::move(*entry));
    }
    match_sizes(entries);
    if (options_.null_control) add_controls(repeat, entries);
    repeat.entries = std::move(entries);
    repeat.trials.resize(trials_per_repeat());
  }

  [[nodiscard]] Entry make_entry(neuron::Neuron neuron, const Repeat& repeat) const {
    network::Architecture architecture = architecture_of(repeat.data, neuron, options_.model);
    return {.neuron = std::move(neuron),
            .architecture = std::move(architecture),
            .training = repeat.data.training(),
            .validation = repeat.data.validation()};
  }

  /// Absent when a stop came before the search had anything.
  [[nodiscard]] std::optional<Entry> entry_of(const Contender& contender,
                                              const Repeat& repeat,
                                              const DataOptions& data_options) const {
    if (contender.neuron) return make_entry(*contender.neuron, repeat);
    if (stop_.stop_requested()) return std::nullopt;
    try {
      return discovered(*contender.recipe, repeat, data_options);
    } catch (const DataError&) {
      if (stop_.stop_requested()) return std::nullopt;  // a search stopped at once finds nothing
      throw;
    }
  }

  [[nodiscard]] Entry discovered(const search::Recipe& recipe,
                                 const Repeat& repeat,
                                 DataOptions data_options) const {
    data_options.target_scaling = search_target_scaling(recipe);  // as `discover` has it
    const PreparedData data = prepare(tables_, for_search(data_options, recipe));
    DiscoverOptions options{
        .recipe = recipe, .driver = {}, .training_rows_only = true, .seed = repeat.seed};
    options.driver.budget = recipe.budget();
    // Of a small table a comparison asks for no other options.
    options.recipe.tensor.batch = std::min(recipe.tensor.batch, data.n_training);
    DiscoveryResult result = discover(data, options, executor_, nullptr, stop_);
    Entry entry = make_entry(std::move(result.neuron), repeat);
    entry.search_seconds = result.search.seconds;
    return entry;
  }

  /// Widens the reference to as many parameters as any network has, then its rivals to as many as
  /// it came to: widths are whole, and a rival must not be the smaller for that.
  void match_sizes(std::vector<Entry>& entries) const {
    std::size_t most = 0;
    for (const Entry& entry : entries) most = std::max(most, entry.architecture.parameter_count());
    Entry& reference = entries[reference_index()];
    widen(reference, most);
    for (Entry& entry : entries) widen(entry, reference.architecture.parameter_count());
  }

  void widen(Entry& entry, std::size_t n_parameters) const {
    if (options_.match != Match::Parameters) return;
    if (entry.architecture.parameter_count() >= n_parameters) return;
    entry.architecture.hidden = network::matched_widths(entry.architecture, n_parameters);
  }

  [[nodiscard]] std::size_t reference_index() const {
    const auto found =
        std::ranges::find(options_.contenders, options_.reference, &Contender::name);
    return static_cast<std::size_t>(found - options_.contenders.begin());
  }

  void add_controls(Repeat& repeat, std::vector<Entry>& entries) const {
    Entry control = entries[reference_index()];
    Entry random = make_entry(random_neuron(control.neuron.aggregation, repeat.seed), repeat);
    widen(random, control.architecture.parameter_count());
    const network::Part known = repeat.data.known();
    const std::size_t n = repeat.data.n_training;
    repeat.shuffled_target = shuffled(known.target, n, repeat.seed);
    repeat.shuffled_classes = shuffled(known.classes, n, repeat.seed);
    control.training =
        with_targets(control.training, repeat.shuffled_target, repeat.shuffled_classes, 0);
    control.validation =
        with_targets(control.validation, repeat.shuffled_target, repeat.shuffled_classes, n);
    entries.push_back(std::move(control));
    entries.push_back(std::move(random));
  }

  void train(Repeat& repeat, std::size_t index) {
    if (repeat.entries.empty() || stop_.stop_requested()) return;
    const Entry& entry = repeat.entries[index / n_rates()];
    TrainModelOptions options = options_.model;
    options.seed = repeat.seed;
    options.training.learning_rate = options_.learning_rates[index % n_rates()];
    FittedNetwork fitted = fit_network(entry.architecture,
                                       entry.training,
                                       entry.validation,
                                       repeat.data.task,
                                       options,
                                       nullptr,
                                       stop_);
    const network::TrainingResult& result = fitted.training;
    if (result.end == network::TrainingEnd::Stopped) return;
    Trial& trial = repeat.trials[index];
    trial.diverged = result.diverged;
    trial.seconds = result.seconds;
    trial.multiply_adds = fitted.network.multiply_adds();
    trial.basis_operations = fitted.network.basis_operations();
    if (result.best_epoch > 0) {
      trial.validation_loss = result.validation_loss[result.best_epoch - 1];
      trial.metrics = test_metrics(repeat.data, std::move(fitted.network));
    }
    trial.is_done = true;
    progress_.add_one();
  }

  /// The learning rate is chosen here, by the validation rows alone; the first of equals.
  [[nodiscard]] RepeatResult result_of(const Repeat& repeat, std::size_t row) const {
    const auto trials = std::span(repeat.trials).subspan(row * n_rates(), n_rates());
    const auto chosen = std::ranges::min_element(trials, {}, &Trial::validation_loss);
    const Entry& entry = repeat.entries[row];
    RepeatResult result{
        .seed = repeat.seed,
        .formula = formula_text(entry.neuron),
        .structure = structure_text(entry.neuron),
        .hidden = entry.architecture.hidden,
        .parameters = entry.architecture.parameter_count(),
        .multiply_adds = chosen->multiply_adds,
        .basis_operations = chosen->basis_operations,
        .learning_rate = options_.learning_rates[static_cast<std::size_t>(chosen - trials.begin())],
        .metrics = chosen->metrics,
        .seconds = chosen->seconds,
        .search_seconds = entry.search_seconds};
    result.diverged = static_cast<std::size_t>(std::ranges::count_if(trials, &Trial::diverged));
    return result;
  }

  void add_results(const Repeat& repeat, Comparison& comparison) const {
    const Metrics chance = chance_of(repeat.data);
    if (!std::isfinite(value_of(chance, comparison.metric))) {
      throw DataError(fmt::format(
          "--metric {} is not defined on the test rows of seed {} (one value or class only)",
          comparison.metric,
          repeat.seed));
    }
    comparison.n_training = repeat.data.n_training;
    comparison.n_validation = repeat.data.n_validation;
    comparison.n_test = repeat.data.n_test;
    comparison.chance.push_back(chance);
    if (comparison.task == TaskKind::Regression) {
      comparison.target_deviations.push_back(target_deviation(repeat.data));
    }
    for (std::size_t row = 0; row < n_rows_; ++row) {
      comparison.rows[row].results.push_back(result_of(repeat, row));
    }
  }

  const SourceTables& tables_;
  const DataOptions& data_;
  const CompareOptions& options_;
  const Executor& executor_;
  std::stop_token stop_;
  std::size_t n_rows_;
  StepCounter progress_;
};

const Column& target_of(const SourceTables& tables, const DataOptions& data) {
  return tables.data.columns[find_target(tables.data, data.target)];
}

TaskKind task_of(const SourceTables& tables, const DataOptions& data) {
  return decide_task(target_of(tables, data), data.task);
}

std::string resolved_metric(const std::string& metric, TaskKind task) {
  const std::vector<std::string_view> known = metrics_for(task);
  if (metric.empty()) return std::string(known[0]);
  if (std::ranges::find(known, metric) != known.end()) return metric;
  throw ConfigError(fmt::format("--metric: \"{}\" is no metric of a {}; known are {}",
                                metric,
                                name(task),
                                fmt::join(known, ", ")));
}

std::vector<std::string> names_of(const std::vector<Contender>& contenders) {
  std::vector<std::string> names;
  for (const Contender& contender : contenders) names.push_back(contender.name);
  return names;
}

void require_learning_rates(const std::vector<double>& rates) {
  if (rates.empty()) throw ConfigError("--learning-rates: at least one is needed");
  for (const double rate : rates) {
    if (is_positive_and_finite(rate)) continue;
    throw ConfigError(fmt::format("--learning-rates: {} is not a number above 0", rate));
  }
}

}  // namespace

std::string_view name(Match match) {
  switch (match) {
    case Match::Parameters:
      return "parameters";
    case Match::Width:
      return "width";
    case Match::None:
      break;
  }
  return "none";
}

Match parse_match(std::string_view text) {
  for (const Match match : {Match::Parameters, Match::Width, Match::None}) {
    if (text == name(match)) return match;
  }
  throw ConfigError(fmt::format("--match must be parameters, width or none, not \"{}\"", text));
}

void CompareOptions::validate() const {
  if (repeats < 2) {
    throw ConfigError(fmt::format("--repeats must be at least 2, not {}", repeats));
  }
  if (contenders.size() < 2 && !(contenders.size() == 1 && null_control)) {
    throw ConfigError("--neurons: at least two are needed, or one with --null");
  }
  const std::vector<std::string> names = names_of(contenders);
  if (!reference.empty() && std::ranges::find(names, reference) == names.end()) {
    throw ConfigError(fmt::format(
        "--reference: \"{}\" is none of the neurons {}", reference, fmt::join(names, ", ")));
  }
  if (model.hidden.empty() && !model.task_based_output) {
    throw ConfigError(
        "--hidden none leaves a linear output layer, the same for all neurons: add "
        "--task-based-output");
  }
  if (match == Match::Parameters && model.hidden.empty()) {
    throw ConfigError(
        "--match parameters needs hidden layers to widen, and --hidden is none: give --match none");
  }
  require_learning_rates(learning_rates);
  model.training.validate();
}

void validate(const SourceTables& tables, const DataOptions& data, const CompareOptions& options) {
  options.validate();
  data.split.validate();
  static_cast<void>(resolved_metric(options.metric, task_of(tables, data)));
  require_parts(prepare(tables, data));
}

Comparison compare(const SourceTables& tables,
                   const DataOptions& data,
                   const CompareOptions& options,
                   const Executor& executor,
                   ProgressSink* progress,
                   std::stop_token stop) {
  options.validate();
  data.split.validate();
  const Stopwatch clock;
  CompareOptions resolved = options;
  if (resolved.reference.empty()) resolved.reference = resolved.contenders[0].name;
  Comparison comparison{.source = data.data,
                        .target = target_of(tables, data).name,
                        .task = task_of(tables, data),
                        .reference = resolved.reference,
                        .match = std::string(name(resolved.match)),
                        .learning_rates = resolved.learning_rates,
                        .seed = data.split.seed,
                        .repeats_wanted = resolved.repeats};
  comparison.metric = resolved_metric(resolved.metric, comparison.task);
  Comparing(tables, data, resolved, executor, progress, stop).run(comparison);
  if (comparison.repeats() < 2) {
    comparison.rows.clear();
  } else {
    judge(comparison);
  }
  comparison.seconds = clock.seconds();
  return comparison;
}

}  // namespace neuronsmith::experiment
