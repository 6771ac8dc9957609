#include "neuronsmith/search/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/search/checkpoint.hpp"

namespace neuronsmith::search {
namespace {

using formula::Formula;

/// Scores remembered before the memory starts anew; a score that is needed again is the same again,
/// unless the objective compares what is scored together.
constexpr std::size_t kMostKnown = 1'000'000;

TracePoint trace_point_from_json(const Json& json, const std::string& source) {
  if (!json.is_array() || json.size() != 3 || !json[0].is_number_unsigned() ||
      !json[1].is_number() || !json[2].is_number()) {
    throw ParseError(fmt::format("{}: a trace point has three numbers", source));
  }
  return {json[0].get<std::uint64_t>(), json[1].get<double>(), json[2].get<double>()};
}

/// One search from start to end.
class Driver {
 public:
  Driver(Strategy& strategy,
         const Objective& objective,
         const Executor& executor,
         const DriverOptions& options,
         ProgressSink* progress)
      : strategy_(strategy),
        objective_(objective),
        executor_(executor),
        options_(options),
        progress_(progress) {
    options_.budget.validate();
  }

  Discovery run(const std::stop_token& stop) {
    if (has_checkpoint(options_)) {
      load();
    } else if (options_.store != nullptr) {
      save();  // whose search it is, before anything is kept in the store
    }
    if (result_.generations > 0) report();  // also where nothing is left to do
    while (!any(is_spent() || stop.stop_requested())) {
      if (!step()) break;
      report();
      const bool is_due = clock_.seconds() - saved_at_ >= options_.checkpoint_seconds;
      if (is_due || options_.store != nullptr) save();
    }
    result_.interrupted = any(stop.stop_requested()) && !is_spent();
    result_.seconds = seconds();
    save();
    return std::move(result_);
  }

 private:
  double seconds() const { return seconds_before_ + clock_.seconds(); }

  bool is_spent() const {
    const Budget& budget = options_.budget;
    return (budget.generations && result_.generations >= *budget.generations) ||
           (budget.candidates && result_.candidates >= *budget.candidates) ||
           (budget.minutes && seconds() >= *budget.minutes * 60.0);
  }

  /// Of all ranks.
  bool any(bool mine) const { return options_.ranks != nullptr ? options_.ranks->any(mine) : mine; }

  /// One generation; false when it was cut short on any rank, and is as if it had not begun.
  bool step() {
    std::vector<Formula> proposals = strategy_.ask();
    const std::optional<std::vector<Score>> known = scores_of(proposals);
    if (any(!known)) return false;
    const std::vector<Score>& scores = *known;
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      ++result_.candidates;
      if (!result_.archive.wants(scores[i])) continue;
      result_.archive.add({proposals[i], scores[i]});
      note_improvement();
    }
    strategy_.tell(std::move(proposals), scores);
    ++result_.generations;
    return true;
  }

  std::optional<std::vector<Score>> scores_of(const std::vector<Formula>& proposals) {
    if (known_.size() > kMostKnown) known_.clear();
    std::vector<Score*> places;  // an entry stays where it is when others join
    std::vector<Formula> fresh;
    std::vector<Score*> fresh_places;
    places.reserve(proposals.size());
    for (const Formula& proposal : proposals) {
      const auto [entry, is_new] = known_.try_emplace(objective_.key(proposal));
      places.push_back(&entry->second);
      if (!is_new) continue;
      fresh.push_back(proposal);
      fresh_places.push_back(&entry->second);
    }
    const std::vector<Score> fresh_scores = objective_.score(fresh, executor_);
    if (fresh_scores.size() < fresh.size()) {
      for (const Formula& formula : fresh) known_.erase(objective_.key(formula));
      return std::nullopt;
    }
    for (std::size_t i = 0; i < fresh.size(); ++i) *fresh_places[i] = fresh_scores[i];
    std::vector<Score> scores;
    scores.reserve(proposals.size());
    for (const Score* place : places) scores.push_back(*place);
    return scores;
  }

  void note_improvement() {
    const Score& best = result_.archive.best()->score;
    if (!result_.trace.empty() && result_.trace.back().criterion <= best.criterion) return;
    result_.trace.push_back({result_.candidates, best.error, best.criterion});
  }

  void report() const {
    if (progress_ == nullptr) return;
    ProgressEvent event{.phase = "search",
                        .unit = "candidates",
                        .done = result_.candidates,
                        .total = std::nullopt,
                        .best = std::nullopt,
                        .wall_seconds = seconds(),
                        .seconds_left = std::nullopt,
                        .measures = {}};
    std::array<Measure, 2> measures;
    if (const auto& best = result_.archive.best()) {
      event.best = best->score.error;
      measures = {{{"error", best->score.error}, {"criterion", best->score.criterion}}};
      event.measures = measures;
    }
    const double share = share_done();
    if (share > 0.0) {
      event.total = static_cast<std::uint64_t>(static_cast<double>(event.done) / share);
      event.seconds_left = seconds() * (1.0 - share) / share;
    }
    progress_->report(event);
  }

  /// The largest share of any limit that is used up; 0 without limits.
  double share_done() const {
    const Budget& budget = options_.budget;
    double share = 0.0;
    const auto consider = [&share](double done, double limit) {
      share = std::max(share, std::min(1.0, done / limit));
    };
    if (budget.generations) {
      consider(static_cast<double>(result_.generations), static_cast<double>(*budget.generations));
    }
    if (budget.candidates) {
      consider(static_cast<double>(result_.candidates), static_cast<double>(*budget.candidates));
    }
    if (budget.minutes) consider(seconds(), *budget.minutes * 60.0);
    return share;
  }

  void save() {
    saved_at_ = clock_.seconds();
    if (!has_place(options_)) return;
    Json front = Json::array();
    for (const Candidate& candidate : result_.archive.front()) {
      front.push_back(to_json(candidate));
    }
    Json best;
    if (result_.archive.best()) best = to_json(*result_.archive.best());
    Json trace = Json::array();
    for (const TracePoint& point : result_.trace) {
      trace.push_back({point.candidates, point.error, point.criterion});
    }
    Json state = {{"candidates", result_.candidates},
                  {"generations", result_.generations},
                  {"seconds", seconds()},
                  {"best", best},
                  {"front", front},
                  {"trace", trace},
                  {"strategy", strategy_.save()}};
    if (needs_known()) state["known"] = known_to_json();
    write_checkpoint(options_, state);
  }

  /// Scored anew in other company, a formula would get another score than it had.
  bool needs_known() const { return objective_.compares() && !strategy_.never_repeats(); }

  Json known_to_json() const {
    const std::map<std::uint64_t, Score> sorted(known_.begin(), known_.end());
    Json known = Json::array();
    for (const auto& [key, score] : sorted) known.push_back({key, to_json(score)});
    return known;
  }

  void load_known(const Json& checkpoint, const std::string& source) {
    for (const Json& item : json_get<Json>(checkpoint, "known", source)) {
      if (!item.is_array() || item.size() != 2 || !item[0].is_number_unsigned()) {
        throw ParseError(fmt::format("{}: a known score has a key and a score", source));
      }
      known_[item[0].get<std::uint64_t>()] = score_from_json(item[1], source);
    }
  }

  void load() {
    const std::string source = checkpoint_source(options_);
    const Json checkpoint = read_checkpoint(options_);
    result_.candidates = json_get<std::uint64_t>(checkpoint, "candidates", source);
    result_.generations = json_get<std::uint64_t>(checkpoint, "generations", source);
    seconds_before_ = json_get<double>(checkpoint, "seconds", source);
    std::vector<Candidate> front;
    for (const Json& item : json_get<Json>(checkpoint, "front", source)) {
      front.push_back(candidate_from_json(item, source));
    }
    std::optional<Candidate> best;
    const Json best_json = json_get<Json>(checkpoint, "best", source);
    if (!best_json.is_null()) best = candidate_from_json(best_json, source);
    result_.archive = Archive(std::move(front), std::move(best));
    for (const Json& item : json_get<Json>(checkpoint, "trace", source)) {
      result_.trace.push_back(trace_point_from_json(item, source));
    }
    if (needs_known()) load_known(checkpoint, source);
    strategy_.load(json_get<Json>(checkpoint, "strategy", source), source);
  }

  Strategy& strategy_;
  const Objective& objective_;
  const Executor& executor_;
  DriverOptions options_;
  ProgressSink* progress_;
  Discovery result_;
  std::unordered_map<std::uint64_t, Score> known_;
  Stopwatch clock_;
  double seconds_before_ = 0.0;
  double saved_at_ = 0.0;
};

}  // namespace

void validate(const DriverOptions& options) {
  options.budget.validate();
  if (has_checkpoint(options)) static_cast<void>(read_checkpoint(options));
}

Discovery run_search(Strategy& strategy,
                     const Objective& objective,
                     const Executor& executor,
                     const DriverOptions& options,
                     ProgressSink* progress,
                     std::stop_token stop) {
  return Driver(strategy, objective, executor, options, progress).run(stop);
}

}  // namespace neuronsmith::search
