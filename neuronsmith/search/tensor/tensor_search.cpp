#include "neuronsmith/search/tensor/tensor_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "neuronsmith/core/budget.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/step_counter.hpp"
#include "neuronsmith/formula/polynomial.hpp"
#include "neuronsmith/search/checkpoint.hpp"
#include "neuronsmith/search/tensor/gated_search.hpp"
#include "neuronsmith/search/tensor/proof.hpp"

namespace neuronsmith::search::tensor {
namespace {

using formula::Formula;

constexpr double kHoldoutShare = 0.2;

bool is_pure(const TensorTerm& term) { return term.stream == Stream::Pure || term.order == 1; }

/// Pure terms first, orders rising.
bool comes_before(const TensorTerm& a, const TensorTerm& b) {
  return is_pure(a) != is_pure(b) ? is_pure(a) : a.order < b.order;
}

bool is_same_kind(const TensorTerm& a, const TensorTerm& b) {
  return is_pure(a) == is_pure(b) && a.order == b.order;
}

/// One term an order and stream: ranks of products add up, a product of order 1 is a pure term.
std::vector<TensorTerm> merged(std::span<const TensorTerm> terms) {
  std::vector<TensorTerm> result;
  for (TensorTerm term : terms) {
    if (is_pure(term)) term = {Stream::Pure, term.order};
    const auto same = std::ranges::find_if(
        result, [&](const TensorTerm& other) { return is_same_kind(term, other); });
    if (same == result.end()) {
      result.push_back(term);
    } else if (!is_pure(term)) {
      same->rank += term.rank;
    }
  }
  std::ranges::sort(result, comes_before);
  return result;
}

/// With rank 1 each: a proof adds what more it takes.
std::vector<TensorTerm> of_rank_one(std::vector<TensorTerm> terms) {
  for (TensorTerm& term : terms) term.rank = 1;
  return terms;
}

FitRows drawn_rows(std::size_t n_rows, std::uint64_t seed) {
  std::vector<std::uint32_t> order(n_rows);
  std::iota(order.begin(), order.end(), 0U);
  Random(seed, Purpose::Split).shuffle(std::span(order));
  const auto n_holdout = std::max<std::size_t>(
      static_cast<std::size_t>(kHoldoutShare * static_cast<double>(n_rows)), 1);
  return {.fit = {order.begin() + static_cast<std::ptrdiff_t>(n_holdout), order.end()},
          .holdout = {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n_holdout)}};
}

std::uint64_t seed_of(std::uint64_t seed, std::uint32_t restart) {
  Random random(seed, Purpose::Restart, restart);
  const std::uint64_t high = random();
  return high << 32U | random();
}

Json to_json(const Restart& restart) {
  Json terms = Json::array();
  for (const TensorTerm& term : restart.terms) {
    terms.push_back({static_cast<int>(term.stream), term.order, term.rank});
  }
  return {{"index", restart.index},
          {"terms", terms},
          {"loss", json_number(restart.loss)},
          {"holdout_loss", json_number(restart.holdout_loss)}};
}

TensorTerm term_from_json(const Json& json, const std::string& source) {
  const bool is_triple = json.is_array() && json.size() == 3 && json[0].is_number_unsigned() &&
                         json[1].is_number_unsigned() && json[2].is_number_unsigned();
  const TensorTerm term = is_triple ? TensorTerm{static_cast<Stream>(json[0].get<std::uint8_t>()),
                                                 json[1].get<int>(),
                                                 json[2].get<std::size_t>()}
                                    : TensorTerm{.order = 0};
  if (term.order >= 1 && term.order <= kMaxOrder && term.stream <= Stream::Tucker &&
      term.rank >= 1 && term.rank <= TensorOptions::kMaxRank) {
    return term;
  }
  throw ParseError(fmt::format("{}: a term is stream, order and rank", source));
}

Restart restart_from_json(const Json& json, const std::string& source) {
  Restart restart{.index = json_get<std::uint32_t>(json, "index", source),
                  .terms = {},
                  .loss = json_get<double>(json, "loss", source),
                  .holdout_loss = json_get<double>(json, "holdout_loss", source)};
  for (const Json& term : json_get<Json>(json, "terms", source)) {
    restart.terms.push_back(term_from_json(term, source));
  }
  return restart;
}

/// All restarts of one search.
class Restarts {
 public:
  Restarts(const TensorRows& rows,
           const TensorOptions& options,
           std::uint64_t seed,
           const DriverOptions& driver,
           ProgressSink* progress,
           const std::stop_token& stop)
      : rows_(rows),
        options_(options),
        seed_(seed),
        driver_(driver),
        stop_(stop),
        progress_(progress, "search", "epochs", options.restarts * epochs_of_a_restart()) {
    if (has_checkpoint(driver)) load();
  }

  std::vector<Restart> run(const Executor& executor) {
    std::vector<std::uint32_t> open;
    for (std::uint32_t r = 0; r < options_.restarts; ++r) {
      if (!is_finished(r)) open.push_back(r);
    }
    executor.for_each(open.size(), [&](std::size_t i) {
      if (stop_.stop_requested() || is_out_of_time()) return;
      if (auto restart = searched(open[i])) keep(std::move(*restart));
    });
    std::ranges::sort(finished_, {}, &Restart::index);
    return std::move(finished_);
  }

  [[nodiscard]] double seconds() const { return seconds_before_ + clock_.seconds(); }

 private:
  /// For the progress: a proof counts as much as the gated search before it.
  [[nodiscard]] std::uint64_t epochs_of_a_restart() const {
    return options_.epochs * (options_.as_published ? 1 : 2);
  }

  [[nodiscard]] bool is_finished(std::uint32_t index) const {
    return std::ranges::find(finished_, index, &Restart::index) != finished_.end();
  }

  [[nodiscard]] bool is_out_of_time() {
    const std::scoped_lock lock(mutex_);
    return driver_.budget.minutes && !finished_.empty() &&
           seconds() >= *driver_.budget.minutes * 60.0;
  }

  [[nodiscard]] std::optional<Restart> searched(std::uint32_t index) {
    const std::uint64_t seed = seed_of(seed_, index);
    const auto gated = run_gated_search(
        rows_, options_, seed, [this] { progress_.add_one(); }, stop_);
    if (!gated) return std::nullopt;
    if (options_.as_published) {
      return Restart{index, merged(gated->kept), gated->loss, gated->loss};
    }
    const StructureFitter fitter(rows_, drawn_rows(rows_.n_rows(), seed), options_.batch, seed);
    const auto proven =
        prove(fitter,
              of_rank_one(gated->kept),
              {.candidates = of_rank_one(options_.terms()), .max_rank = options_.rank},
              stop_);
    if (!proven) return std::nullopt;
    progress_.add(options_.epochs);
    return Restart{index, merged(terms_of(*proven)), proven->loss, proven->holdout_loss()};
  }

  void keep(Restart restart) {
    const std::scoped_lock lock(mutex_);
    finished_.push_back(std::move(restart));
    save();
  }

  void save() const {
    Json restarts = Json::array();
    for (const Restart& restart : finished_) restarts.push_back(to_json(restart));
    write_checkpoint(driver_, {{"restarts", restarts}, {"seconds", seconds()}});
  }

  void load() {
    const std::string& source = driver_.checkpoint;
    const Json checkpoint = read_checkpoint(driver_);
    seconds_before_ = json_get<double>(checkpoint, "seconds", source);
    for (const Json& json : json_get<Json>(checkpoint, "restarts", source)) {
      finished_.push_back(restart_from_json(json, source));
      progress_.add(epochs_of_a_restart());
    }
  }

  const TensorRows& rows_;
  const TensorOptions& options_;
  std::uint64_t seed_;
  const DriverOptions& driver_;
  std::stop_token stop_;
  StepCounter progress_;
  std::vector<Restart> finished_;
  std::mutex mutex_;
  Stopwatch clock_;
  double seconds_before_ = 0.0;
};

std::vector<TermVotes> count_votes(const std::vector<Restart>& restarts) {
  std::vector<TermVotes> votes;
  std::vector<std::vector<std::size_t>> ranks;
  for (const Restart& restart : restarts) {
    for (const TensorTerm& term : restart.terms) {
      const auto same = std::ranges::find_if(
          votes, [&](const TermVotes& other) { return is_same_kind(term, other.term); });
      if (same == votes.end()) {
        votes.push_back({term, 1});
        ranks.push_back({term.rank});
      } else {
        ++same->votes;
        ranks[static_cast<std::size_t>(same - votes.begin())].push_back(term.rank);
      }
    }
  }
  for (std::size_t v = 0; v < votes.size(); ++v) {
    std::ranges::sort(ranks[v]);
    votes[v].term.rank = ranks[v][(ranks[v].size() - 1) / 2];
  }
  std::ranges::sort(votes, comes_before, &TermVotes::term);
  return votes;
}

/// To all rows, term by term.
StructureFit fitted_to_all(const TensorRows& rows,
                           const std::vector<TensorTerm>& terms,
                           const TensorOptions& options,
                           std::uint64_t seed) {
  std::vector<std::uint32_t> all(rows.n_rows());
  std::iota(all.begin(), all.end(), 0U);
  const StructureFitter fitter(rows, {.fit = all, .holdout = all}, options.batch, seed);
  StructureFit fit = fitter.constant();
  for (const TensorTerm& term : terms) fit = fitter.with(fit, term);
  return fit;
}

neuron::Term term_form(const TensorTerm& term, double coefficient) {
  if (is_pure(term)) {
    return {.factors = {formula::power_of_x(term.order)}, .rank = 1, .coefficient = coefficient};
  }
  return {.factors = std::vector<Formula>(static_cast<std::size_t>(term.order), formula::power_of_x(1)),
          .rank = term.rank,
          .coefficient = 1.0};
}

double mean_weight(const FittedTerm& fitted, const TensorRows& rows) {
  double sum = 0.0;
  for (std::size_t j = 0; j < rows.n_inputs(); ++j) {
    sum += static_cast<double>(fitted.weights[j]) * rows.power_scales(fitted.term.order)[j] *
           std::pow(rows.input_scale(j), fitted.term.order);
  }
  return sum / static_cast<double>(rows.n_inputs()) * rows.target_deviation();
}

}  // namespace

TensorDiscovery run_tensor_search(const TensorRows& rows,
                                  const TensorOptions& options,
                                  std::uint64_t seed,
                                  const Executor& executor,
                                  const DriverOptions& driver,
                                  ProgressSink* progress,
                                  const std::stop_token& stop) {
  Restarts restarts(rows, options, seed, driver, progress, stop);
  TensorDiscovery result;
  result.restarts = restarts.run(executor);
  result.interrupted = stop.stop_requested() && result.restarts.size() < options.restarts;
  if (result.restarts.empty()) throw DataError("no restart of the search was finished");
  result.votes = count_votes(result.restarts);
  for (const TermVotes& vote : result.votes) {
    if (2 * vote.votes > result.restarts.size()) result.terms.push_back(vote.term);
  }
  result.is_fallback = result.terms.empty();
  if (result.is_fallback) result.terms.push_back({Stream::Pure, 1});
  result.fit = fitted_to_all(rows, result.terms, options, seed);
  result.seconds = restarts.seconds();
  return result;
}

neuron::Aggregation to_aggregation(const StructureFit& fit, const TensorRows& rows) {
  neuron::Aggregation aggregation;
  for (const FittedTerm& fitted : fit.terms) {
    const double coefficient = is_pure(fitted.term) ? mean_weight(fitted, rows) : 1.0;
    aggregation.terms.push_back(term_form(fitted.term, coefficient));
  }
  aggregation.bias = fit.bias[0] * rows.target_deviation() + rows.target_mean();
  return aggregation;
}

neuron::Aggregation to_aggregation(const std::vector<TensorTerm>& terms) {
  neuron::Aggregation aggregation;
  for (const TensorTerm& term : terms) aggregation.terms.push_back(term_form(term, 1.0));
  return aggregation;
}

double memory_needed(const TensorOptions& options,
                     std::size_t n_rows,
                     std::size_t n_inputs,
                     std::size_t n_outputs) {
  double weights = 0.0;
  for (const TensorTerm& term : options.terms()) {
    const double factors =
        term.stream == Stream::Pure ? 1.0 : static_cast<double>(term.rank) * term.order;
    weights += factors * static_cast<double>(n_inputs) * static_cast<double>(n_outputs);
  }
  constexpr double kCopies = 4.0;  // gradient and both moments
  const double batch = static_cast<double>(options.batch) * static_cast<double>(n_inputs);
  return TensorRows::bytes(n_rows, n_inputs) + (kCopies * weights + batch) * sizeof(float);
}

}  // namespace neuronsmith::search::tensor
