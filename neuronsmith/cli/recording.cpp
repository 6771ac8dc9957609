#include "neuronsmith/cli/recording.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace neuronsmith::cli {
namespace {

using experiment::RunId;
using experiment::RunStart;
using experiment::RunStatus;
using experiment::RunStore;

constexpr double kBatchSeconds = 2.0;
/// So many points are kept of a series before every second one is left out, and again after as
/// many.
constexpr std::uint64_t kPointsPerStride = 1000;

/// Numbers as numbers, lists as lists, all else as the text that it is.
Json value_of(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_number() || json.is_array() ? json : Json(text);
}

Json value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return option.count() > 0;  // a flag
  const std::vector<std::string>& given = option.results();
  if (given.empty()) {
    const std::string text = option.get_default_str();
    return text.empty() ? Json() : value_of(text);
  }
  if (given.size() == 1) return value_of(given[0]);
  Json values = Json::array();
  for (const std::string& text : given) values.push_back(value_of(text));
  return values;
}

RunId begun(RunStore& store, const RunStart& start, RunOrigin origin) {
  if (origin == RunOrigin::MayResume) {
    const auto earlier = store.find_resumable(start);
    if (earlier && store.resume(*earlier, start)) return *earlier;
  }
  return store.begin(start);
}

/// "train", "reproduce hajbi".
std::string name_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  const bool is_nested = parent != nullptr && parent->get_parent() != nullptr;
  return is_nested ? name_of(*parent) + " " + command.get_name() : command.get_name();
}

}  // namespace

void add_store_flags(CLI::App& command, StoreFlags& flags) {
  const std::string group = "Record";
  flags.command = &command;
  CLI::Option* store =
      command.add_option("--store", flags.store, "Run store that the run is recorded in")
          ->capture_default_str()
          ->group(group);
  command.add_flag("--no-store", flags.no_store, "Record nothing")->excludes(store)->group(group);
}

Json options_of(const CLI::App& command) {
  constexpr std::array<std::string_view, 5> kOther = {"help", "json", "quiet", "store", "no-store"};
  Json json = Json::object();
  for (const CLI::Option* option : command.get_options()) {
    const std::string& name = option->get_single_name();
    if (std::ranges::find(kOther, name) == kOther.end()) json[name] = value_of(*option);
  }
  return json;
}

Recording::Recording(const StoreFlags& flags,
                     const Context& context,
                     RunStart start,
                     RunOrigin origin,
                     ProgressSink* next)
    : context_(context), next_(next) {
  if (flags.no_store) return;
  start.command = name_of(*flags.command);
  start.options = options_of(*flags.command);
  try {
    store_.emplace(flags.store);
    run_ = begun(*store_, start, origin);
  } catch (const Error& error) {
    // A record that nobody asked for must not stand in the way of the work.
    if (flags.command->count("--store") > 0) throw;
    store_.reset();
    context.note("this run is not recorded: {}", error.what());
  }
}

Recording::~Recording() { end(RunStatus::Failed, nullptr, "it ended without a result"); }

void Recording::report(const ProgressEvent& event) {
  if (next_ != nullptr) next_->report(event);
  if (!store_) return;
  for (const Measure& measure : event.measures) keep(measure, static_cast<double>(event.done));
  const bool is_time = clock_.seconds() - written_at_ >= kBatchSeconds;
  // A store that has failed once is tried again at the end only: each try may wait for a lock.
  if (is_time && trouble_.empty()) write_pending();
}

void Recording::keep(const Measure& measure, double x) {
  const auto found = series_.find(measure.name);
  Series& series = found != series_.end() ? found->second : series_[std::string(measure.name)];
  const bool is_kept = series.seen++ % series.stride == 0;
  experiment::ScorePoint point{std::string(measure.name), x, measure.value};
  if (!is_kept) {
    series.last = std::move(point);
    return;
  }
  series.last.reset();
  pending_.push_back(std::move(point));
  if (++series.kept % kPointsPerStride == 0) series.stride *= 2;
}

void Recording::write_pending() {
  written_at_ = clock_.seconds();
  attempt([this] {
    store_->add_scores(run_, pending_);
    pending_.clear();
  });
}

void Recording::end(RunStatus status, const Json& result, const std::string& message) {
  if (!store_ || has_ended_) return;
  has_ended_ = true;
  for (auto& [name, series] : series_) {
    if (series.last) pending_.push_back(std::move(*series.last));
  }
  attempt([&] {
    store_->add_scores(run_, pending_);
    for (const experiment::Artefact& artefact : artefacts_) store_->put_artefact(run_, artefact);
    store_->finish(run_, status, result, message);
  });
  if (!trouble_.empty()) context_.note("the run is not recorded in full: {}", trouble_);
}

}  // namespace neuronsmith::cli
