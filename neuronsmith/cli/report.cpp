#include "neuronsmith/report/report.hpp"

#include <algorithm>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/report/plot.hpp"

namespace neuronsmith::cli {
namespace {

using experiment::RunId;
using experiment::RunRecord;
using experiment::RunStore;

constexpr const char* kExamples = R"(
Examples:
  neuronsmith report                          # the latest run
  neuronsmith report 3 5 --out both.html
  neuronsmith report --store results.db --json)";

struct ReportFlags {
  std::vector<RunId> runs;
  std::string store = experiment::kDefaultStore;
  std::string out = "report.html";
};

/// The runs that are asked for, each once, or the latest.
std::vector<RunId> wanted_runs(const ReportFlags& flags, const RunStore& store) {
  const auto latest = store.latest();
  if (!latest) throw ConfigError(fmt::format("run store {} holds no run", flags.store));
  if (flags.runs.empty()) return {*latest};
  std::vector<RunId> runs;
  for (const RunId run : flags.runs) {
    if (std::ranges::find(runs, run) == runs.end()) runs.push_back(run);
  }
  return runs;
}

bool has_content(const RunRecord& run) {
  return run.result.is_object() || !run.scores.empty() || !run.artefacts.empty() ||
         !run.message.empty();
}

std::vector<RunRecord> read_runs(const ReportFlags& flags) {
  const RunStore store(flags.store, StoreAccess::Existing);
  std::vector<RunRecord> records;
  for (const RunId run : wanted_runs(flags, store)) {
    auto record = store.find(run);
    if (!record) {
      throw ConfigError(fmt::format("run store {} holds no run {}; its latest is {}",
                                    flags.store,
                                    run,
                                    store.latest().value_or(0)));
    }
    records.push_back(std::move(*record));
  }
  if (std::ranges::none_of(records, has_content)) {
    throw DataError(
        fmt::format("there is nothing to show yet: run {} of {} is {} and has no result",
                    records[0].id,
                    flags.store,
                    name(records[0].status)));
  }
  return records;
}

void run(const ReportFlags& flags, const Context& context) {
  const std::vector<RunRecord> records = read_runs(flags);
  require_writable(flags.out);
  const bool with_plots = report::has_gnuplot();
  if (!with_plots) {
    context.note("gnuplot is not installed: the report says so in place of its plots");
  }
  const std::string html = report::render(records);
  write_file_atomically(flags.out, html);
  Json runs = Json::array();
  for (const RunRecord& record : records) runs.push_back(record.id);
  context.say("written  {} ({} run{}, {} kB)",
              flags.out,
              records.size(),
              records.size() == 1 ? "" : "s",
              html.size() / 1000 + 1);
  context.print(
      {{"runs", runs}, {"plots", with_plots}, {"bytes", html.size()}, {"out", flags.out}});
}

}  // namespace

void add_report(CLI::App& app, Context& context) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App& command = *app.add_subcommand("report", "Show runs as one HTML page with plots");
  command.footer(kExamples);
  command.add_option("RUN", flags->runs, "Numbers of runs")->default_str("the latest");
  command.add_option("--store", flags->store, "Run store")->capture_default_str();
  command.add_option("--out", flags->out, "HTML file")->capture_default_str();
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
