#include "neuronsmith/experiment/reproduce/neuronseek_synthetic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/core/step_counter.hpp"
#include "neuronsmith/experiment/reproduce/order_methods.hpp"
#include "neuronsmith/experiment/reproduce/order_refit.hpp"

namespace neuronsmith::experiment {
namespace {

using recovery::OrderFinding;
using recovery::Verdict;

constexpr std::size_t kMostSeeds = 1000;
constexpr std::size_t kMostInputs = 1000;

/// One search of the table of verdicts or of the stability.
struct Search {
  OrderLaw law;
  std::size_t dimension;
  std::uint64_t data_seed;
  std::uint64_t search_seed;
  std::string method;
};

class Study {
 public:
  Study(const NeuronSeekSyntheticOptions& options,
        const Executor& executor,
        ProgressSink* progress,
        std::stop_token stop)
      : options_(options),
        executor_(executor),
        stop_(std::move(stop)),
        recoveries_(recovery_searches(options)),
        repetitions_(stability_searches(options)),
        progress_(progress,
                  "reproduce neuronseek-synthetic",
                  "searches",
                  recoveries_.size() + repetitions_.size()) {}

  NeuronSeekSyntheticStudy run() {
    const Stopwatch clock;
    study_.options = options_;
    measure_shares();
    recover();
    repeat();
    summarise_all();
    study_.interrupted = stop_.stop_requested();
    study_.seconds = clock.seconds();
    return std::move(study_);
  }

 private:
  static std::vector<Search> recovery_searches(const NeuronSeekSyntheticOptions& options) {
    std::vector<Search> searches;
    for (const std::size_t dimension : options.dimensions) {
      for (const OrderLaw& law : options.laws) {
        for (const std::uint64_t seed : options.seeds) {
          for (const std::string& method : options.methods) {
            searches.push_back({law, dimension, seed, seed, method});
          }
        }
      }
    }
    return searches;
  }

  static std::vector<Search> stability_searches(const NeuronSeekSyntheticOptions& options) {
    std::vector<Search> searches;
    for (const OrderLaw& law : options.stability_laws) {
      for (const std::string& method : options.methods) {
        for (std::uint64_t seed = 1; seed <= options.stability; ++seed) {
          searches.push_back({law, options.dimensions[0], options.seeds[0], seed, method});
        }
      }
    }
    return searches;
  }

  [[nodiscard]] OrderLawOptions law_options(const OrderLaw& law,
                                            std::size_t dimension,
                                            std::uint64_t seed) const {
    return {.law = law,
            .noise = options_.noise,
            .rows = options_.rows,
            .test_rows = options_.test_rows,
            .features = dimension,
            .seed = seed};
  }

  [[nodiscard]] PreparedData data_of(const Search& search) const {
    return recovery::prepared(
        synthesize(law_options(search.law, search.dimension, search.data_seed)));
  }

  [[nodiscard]] OrderFinding found_by(const Search& search, const PreparedData& data) const {
    return recovery::find_orders(
        {.method = search.method, .seed = search.search_seed, .seconds = options_.seconds},
        data,
        one_thread_,
        stop_);
  }

  void measure_shares() {
    for (const std::size_t dimension : options_.dimensions) {
      for (const OrderLaw& law : options_.laws) study_.shares.push_back({law, dimension, {}, 0.0});
    }
    executor_.for_each(study_.shares.size(), [&](std::size_t i) {
      if (!stop_.stop_requested()) measure(study_.shares[i]);
    });
    std::erase_if(study_.shares, [](const RecoveryShares& row) { return row.terms.empty(); });
  }

  void measure(RecoveryShares& row) const {
    row.terms.resize(terms_of(row.law).size());
    const double weight = 1.0 / static_cast<double>(options_.seeds.size());
    for (const std::uint64_t seed : options_.seeds) {
      const std::vector<double> shares = recovery::variance_shares(
          synthesize(law_options(row.law, row.dimension, seed)), options_.noise);
      for (std::size_t t = 0; t < row.terms.size(); ++t) row.terms[t] += weight * shares[t];
      row.noise += weight * shares.back();
    }
  }

  /// Problem by problem, each with all methods.
  void recover() {
    const std::size_t n_methods = options_.methods.size();
    std::vector<std::optional<RecoveryOutcome>> outcomes(recoveries_.size());
    executor_.for_each(outcomes.size() / n_methods, [&](std::size_t problem) {
      const PreparedData data = data_of(recoveries_[problem * n_methods]);
      std::map<std::string, std::optional<double>> errors;
      for (std::size_t i = problem * n_methods; i < (problem + 1) * n_methods; ++i) {
        if (stop_.stop_requested()) return;
        RecoveryOutcome outcome = recovered(recoveries_[i], data, errors);
        if (stop_.stop_requested()) return;  // what was under way is no outcome
        outcomes[i] = std::move(outcome);
        progress_.add_one();
      }
    });
    for (auto& outcome : outcomes) {
      if (outcome) study_.outcomes.push_back(std::move(*outcome));
    }
  }

  /// `errors` keeps what the refit of each set came to: methods that found the same share it.
  [[nodiscard]] RecoveryOutcome recovered(
      const Search& search,
      const PreparedData& data,
      std::map<std::string, std::optional<double>>& errors) const {
    OrderFinding finding = found_by(search, data);
    RecoveryOutcome outcome{.law = search.law,
                            .dimension = search.dimension,
                            .seed = search.data_seed,
                            .method = search.method,
                            .found = std::move(finding.orders),
                            .formula = std::move(finding.formula),
                            .seconds = finding.seconds};
    outcome.verdict = recovery::verdict_of(outcome.found, recovery::true_orders(search.law));
    if (!outcome.found) return outcome;
    const auto [error, is_new] = errors.try_emplace(recovery::text_of(outcome.found));
    if (is_new) {
      error->second =
          recovery::refitted_test_error(*outcome.found, data, search.data_seed, stop_);
    }
    outcome.test_error = error->second;
    return outcome;
  }

  void repeat() {
    std::vector<std::string> found(repetitions_.size());
    executor_.for_each(found.size(), [&](std::size_t i) {
      if (stop_.stop_requested()) return;
      found[i] = recovery::text_of(found_by(repetitions_[i], data_of(repetitions_[i])).orders);
      progress_.add_one();
    });
    if (stop_.stop_requested()) return;
    for (std::size_t first = 0; first < found.size(); first += options_.stability) {
      const Search& search = repetitions_[first];
      study_.stability.push_back(
          {search.law,
           search.dimension,
           search.method,
           count_texts(std::span(found).subspan(first, options_.stability))});
    }
  }

  void summarise_all() {
    for (const std::size_t dimension : options_.dimensions) {
      for (const std::string& method : options_.methods) {
        study_.summaries.push_back(summary_of(method, dimension));
      }
    }
  }

  [[nodiscard]] RecoverySummary summary_of(const std::string& method, std::size_t dimension) const {
    const std::vector<std::size_t> zeros(options_.seeds.size());
    RecoverySummary summary{method, dimension, zeros, zeros, zeros, 0.0, std::nullopt};
    std::vector<double> seconds;
    std::vector<double> errors;
    for (const RecoveryOutcome& outcome : study_.outcomes) {
      if (outcome.method != method || outcome.dimension != dimension) continue;
      ++count_of(outcome.verdict, summary)[place_of(outcome.seed)];
      seconds.push_back(outcome.seconds);
      if (outcome.test_error) errors.push_back(*outcome.test_error);
    }
    if (!seconds.empty()) summary.median_seconds = summarise(seconds).median;
    if (!errors.empty()) summary.median_test_error = summarise(errors).median;
    return summary;
  }

  static std::vector<std::size_t>& count_of(Verdict verdict, RecoverySummary& summary) {
    if (verdict == Verdict::Perfect) return summary.perfect;
    return verdict == Verdict::Superset ? summary.superset : summary.missing;
  }

  [[nodiscard]] std::size_t place_of(std::uint64_t seed) const {
    return static_cast<std::size_t>(std::ranges::find(options_.seeds, seed) -
                                    options_.seeds.begin());
  }

  const NeuronSeekSyntheticOptions& options_;
  const Executor& executor_;
  const Executor one_thread_{1};
  std::stop_token stop_;
  std::vector<Search> recoveries_;
  std::vector<Search> repetitions_;
  StepCounter progress_;
  NeuronSeekSyntheticStudy study_;
};

std::vector<std::string> names_of(const std::vector<OrderLaw>& laws) {
  std::vector<std::string> names;
  for (const OrderLaw& law : laws) names.push_back(name(law));
  return names;
}

}  // namespace

void NeuronSeekSyntheticOptions::validate() const {
  require_distinct(names_of(laws), "--modes, --variants");
  require_distinct(dimensions, "--dimensions");
  require_distinct(seeds, "--seeds");
  require_distinct(methods, "--methods");
  for (const std::string& method : methods) recovery::require_method(method);
  if (seeds.size() > kMostSeeds || stability > kMostSeeds) {
    throw ConfigError(fmt::format("--repeats, --stability: {} at most are possible", kMostSeeds));
  }
  for (const std::size_t dimension : dimensions) {
    if (dimension >= 2 && dimension <= kMostInputs) continue;
    throw ConfigError(
        fmt::format("--dimensions: 2 to {} are possible, not {}; of one input S_k and "
                    "I_k are the same",
                    kMostInputs,
                    dimension));
  }
  if (seconds && !(*seconds > 0.0)) {
    throw ConfigError(fmt::format("--seconds: a number above 0 is wanted, not {}", *seconds));
  }
  if (stability > 0) require_distinct(names_of(stability_laws), "--stability-problems");
  OrderLawOptions{.noise = noise, .rows = rows}.validate();
}

NeuronSeekSyntheticStudy reproduce_neuronseek_synthetic(const NeuronSeekSyntheticOptions& options,
                                                        const Executor& executor,
                                                        ProgressSink* progress,
                                                        std::stop_token stop) {
  options.validate();
  return Study(options, executor, progress, std::move(stop)).run();
}

}  // namespace neuronsmith::experiment
