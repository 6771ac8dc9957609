#include <algorithm>
#include <filesystem>
#include <optional>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/experiment/store.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::cli {
namespace {

using experiment::Artefact;
using experiment::RunDetail;
using experiment::RunId;
using experiment::RunRecord;
using experiment::RunStore;
using experiment::ScorePoint;

constexpr const char* kListExamples = R"(
Examples:
  neuronsmith runs list
  neuronsmith runs list --store results.db --json)";

constexpr const char* kShowExamples = R"(
Examples:
  neuronsmith runs show         # the latest
  neuronsmith runs show 7)";

constexpr const char* kExportExamples = R"(
Examples:
  neuronsmith runs export 7 --out run7.json
  neuronsmith runs export 7 --artefact model.json --out model7.json
  neuronsmith runs export --all --out runs.json)";

struct RunsFlags {
  std::string store = experiment::kDefaultStore;
  std::optional<RunId> id;
  bool all = false;
  std::string artefact;
  std::string out;

  [[nodiscard]] RunStore open() const { return RunStore(store, StoreAccess::Existing); }
};

/// At most `width` characters, cut between two of them.
std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  std::size_t end = width - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string formula_text(const std::string& text) {
  const auto parsed = formula::parse(text, formula::Shape::Vector);
  const auto* formula = std::get_if<formula::Formula>(&parsed);
  return formula == nullptr ? text : formula::to_infix(*formula, 4);
}

/// What a run came to in a few words: its metric, else its formula, else why there is none.
std::string outcome_of(const RunRecord& run) {
  if (!run.message.empty()) return run.message;
  if (!run.result.is_object()) return {};
  const Json metrics = run.result.value("metrics", Json::object());
  for (const char* metric : {"r2", "accuracy"}) {
    if (metrics.contains(metric) && metrics[metric].is_number()) {
      return fmt::format("{} {:.5g}", metric, metrics[metric].get<double>());
    }
  }
  const Json activation = run.result.value("activation", Json());
  if (activation.is_string()) return activation.get<std::string>();
  if (activation.is_object()) return activation.value("formula", "");
  const Json formula = run.result.value("formula", Json());
  return formula.is_string() ? formula_text(formula.get<std::string>()) : "";
}

/// 2024-05-06T07:08:09.012Z as 2024-05-06 07:08:09.
std::string clock_text(const std::string& time) {
  std::string text = time.substr(0, 19);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string seconds_text(const RunRecord& run) {
  const auto seconds = run.seconds();
  return seconds ? fmt::format("{:.2f}", *seconds) : "-";
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

void print_list(const Context& context, const std::vector<RunRecord>& runs) {
  constexpr const char* kRow = "{:>5}  {:<11}  {:<9}  {:<24}  {:<44}  {:<19}  {:>9}";
  context.say(
      kRow, "id", "status", "command", "data", "formula or metric", "started (UTC)", "seconds");
  for (const RunRecord& run : runs) {
    context.say(kRow,
                run.id,
                name(run.status),
                run.start.command,
                shortened(file_name(run.start.data), 24),
                shortened(outcome_of(run), 44),
                clock_text(run.started_at),
                seconds_text(run));
  }
}

void run_list(const RunsFlags& flags, const Context& context) {
  const std::vector<RunRecord> runs = flags.open().list();
  print_list(context, runs);
  Json json = {{"store", flags.store}, {"runs", Json::array()}};
  for (const RunRecord& run : runs) json["runs"].push_back(to_json(run, RunDetail::Summary));
  context.print(json);
}

[[noreturn]] void fail_no_run(const RunsFlags& flags,
                              const RunStore& store,
                              std::optional<RunId> id) {
  const auto latest = store.latest();
  if (!latest) throw ConfigError(fmt::format("run store {} holds no run", flags.store));
  throw ConfigError(fmt::format(
      "run store {} holds no run {}; its latest is {}", flags.store, id.value_or(0), *latest));
}

/// The run that is asked for, or the latest.
RunRecord find_run(const RunsFlags& flags) {
  const RunStore store = flags.open();
  const auto id = flags.id ? flags.id : store.latest();
  auto run = id ? store.find(*id) : std::nullopt;
  if (!run) fail_no_run(flags, store, id);
  return std::move(*run);
}

/// A value for a reader: "mse 0.1, rmse 0.3" for an object.
std::string plain(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, item] : value.items()) {
    if (!text.empty()) text += ", ";
    text += value.is_object() ? key + " " + plain(item) : plain(item);
  }
  return text;
}

bool is_list_of_objects(const Json& value) {
  return value.is_array() && !value.empty() && value[0].is_object();
}

/// One line a key, and one line an entry of a list of objects.
void print_object(const Context& context, const char* title, const Json& object) {
  if (!object.is_object() || object.empty()) return;
  context.say("\n{}", title);
  for (const auto& [key, value] : object.items()) {
    if (value.is_null()) continue;
    if (!is_list_of_objects(value)) {
      context.say("  {:<20} {}", key, plain(value));
      continue;
    }
    context.say("  {}", key);
    for (const Json& entry : value) context.say("    {}", plain(entry));
  }
}

void print_scores(const Context& context, const std::vector<ScorePoint>& scores) {
  if (scores.empty()) return;
  context.say("\nscores over time");
  for (auto first = scores.begin(); first != scores.end();) {
    const auto end = std::find_if(first, scores.end(), [&](const ScorePoint& point) {
      return point.series != first->series;
    });
    const ScorePoint& last = *std::prev(end);
    context.say("  {:<20} {:.6g} at {:.10g}, {:.6g} at {:.10g} ({} points)",
                first->series,
                first->y,
                first->x,
                last.y,
                last.x,
                end - first);
    first = end;
  }
}

void print_artefacts(const Context& context, const std::vector<Artefact>& artefacts) {
  if (artefacts.empty()) return;
  context.say("\nartefacts");
  for (const Artefact& artefact : artefacts) {
    context.say("  {:<20} {} bytes", artefact.name, artefact.content.size());
  }
}

void print_run(const Context& context, const RunRecord& run) {
  const auto line = [&context](const char* label, const std::string& value) {
    if (!value.empty()) context.say("{:<9} {}", label, value);
  };
  line("run", fmt::format("{}, {}, {}", run.id, run.start.command, name(run.status)));
  line("message", run.message);
  line("data", fmt::format("{} (hash {})", run.start.data, run.start.data_hash));
  line("seed", fmt::format("{}", run.start.seed));
  line("started", clock_text(run.started_at) + " UTC");
  if (!run.finished_at.empty()) line("finished", clock_text(run.finished_at) + " UTC");
  line("seconds", seconds_text(run));
  line("program", "neuronsmith " + run.version);
  line("machine", run.machine);
  print_object(context, "options", run.start.options);
  print_object(context, "result", run.result);
  print_scores(context, run.scores);
  print_artefacts(context, run.artefacts);
}

void run_show(const RunsFlags& flags, const Context& context) {
  const RunRecord run = find_run(flags);
  print_run(context, run);
  context.print(to_json(run, RunDetail::Listing));
}

void check_export(const RunsFlags& flags) {
  if (flags.all == flags.id.has_value()) {
    throw ConfigError("runs export takes either the number of a run or --all");
  }
  if (flags.all && !flags.artefact.empty()) {
    throw ConfigError("--artefact is of one run: give its number instead of --all");
  }
}

/// The content of --artefact.
std::string find_artefact(const RunsFlags& flags) {
  const RunRecord run = find_run(flags);
  std::string known;
  for (const Artefact& artefact : run.artefacts) {
    if (artefact.name == flags.artefact) return artefact.content;
    known += (known.empty() ? "" : ", ") + artefact.name;
  }
  throw ConfigError(fmt::format("run {} has no artefact \"{}\"; it has {}",
                                run.id,
                                flags.artefact,
                                known.empty() ? "none" : known));
}

std::vector<RunRecord> runs_to_export(const RunsFlags& flags) {
  if (!flags.all) return {find_run(flags)};
  const RunStore store = flags.open();
  std::vector<RunRecord> runs = store.list();
  std::ranges::reverse(runs);
  for (RunRecord& run : runs) {
    if (auto whole = store.find(run.id)) run = std::move(*whole);
  }
  return runs;
}

void run_export(const RunsFlags& flags, const Context& context) {
  check_export(flags);
  if (!flags.artefact.empty()) {
    write_file_atomically(flags.out, find_artefact(flags));
    context.say("written  {} ({} of run {})", flags.out, flags.artefact, *flags.id);
    context.print({{"runs", 1}, {"artefact", flags.artefact}, {"out", flags.out}});
    return;
  }
  const std::vector<RunRecord> runs = runs_to_export(flags);
  Json json = {{"format", "neuronsmith-runs"}, {"version", 1}, {"runs", Json::array()}};
  for (const RunRecord& run : runs) json["runs"].push_back(to_json(run, RunDetail::Complete));
  write_file_atomically(flags.out, indented(json) + "\n");
  context.say("written  {} ({} runs)", flags.out, runs.size());
  context.print({{"runs", runs.size()}, {"out", flags.out}});
}

/// A subcommand of `runs` with what all of them have.
CLI::App& add_command(CLI::App& parent,
                      Context& context,
                      const char* name,
                      const char* help,
                      const char* examples,
                      RunsFlags& flags) {
  CLI::App& command = *parent.add_subcommand(name, help);
  command.footer(examples);
  command.add_option("--store", flags.store, "Run store")->capture_default_str();
  add_common_options(command, context);
  return command;
}

void add_list(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<RunsFlags>();
  CLI::App& command =
      add_command(parent, context, "list", "All runs, the newest first", kListExamples, *flags);
  command.callback([flags, &context] { run_list(*flags, context); });
}

void add_show(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<RunsFlags>();
  CLI::App& command =
      add_command(parent, context, "show", "All about one run", kShowExamples, *flags);
  command.add_option("ID", flags->id, "Number of the run")->default_str("the latest");
  command.callback([flags, &context] { run_show(*flags, context); });
}

void add_runs_export(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<RunsFlags>();
  CLI::App& command = add_command(
      parent, context, "export", "Write runs, or a file that a run made", kExportExamples, *flags);
  command.add_option("ID", flags->id, "Number of the run");
  command.add_flag("--all", flags->all, "All runs");
  command.add_option("--artefact",
                     flags->artefact,
                     "Write this file of the run, e.g. model.json, instead of its record");
  command.add_option("--out", flags->out, "File to write")->required();
  command.callback([flags, &context] { run_export(*flags, context); });
}

}  // namespace

void add_runs(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("runs", "Look at the run store, export from it");
  command.require_subcommand(1);
  add_list(command, context);
  add_show(command, context);
  add_runs_export(command, context);
}

}  // namespace neuronsmith::cli
