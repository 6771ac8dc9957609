#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/interrupt.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/core/parallel.hpp"
#include "neuronsmith/report/picture.hpp"

namespace neuronsmith::cli {

/// What a study is run and recorded as.
struct StudyRun {
  std::string folder;    ///< of its results; made where it is not there
  std::string data;      ///< where its rows come from, for the record
  std::uint64_t seed = 0;
  std::string left_out;  ///< of an interrupted one, e.g. "tables that were not finished are left out"
};

/// A file of the folder.
inline void write_result(const StudyRun& run, const std::string& name, const std::string& content) {
  write_file_atomically((std::filesystem::path(run.folder) / name).string(), content);
}

/// NAME.svg and NAME.png; a note where they cannot be drawn.
inline void write_pictures(const StudyRun& run,
                           const std::string& name,
                           const std::vector<report::Plot>& plots,
                           const Context& context) {
  for (const auto& [ending, format] : {std::pair(".svg", report::PictureFormat::Svg),
                                       std::pair(".png", report::PictureFormat::Png)}) {
    const report::Picture picture = report::draw_picture(plots, format);
    if (picture.content.empty()) return context.note("no pictures: {}", picture.problem);
    write_result(run, name + ending, picture.content);
  }
}

/// Runs a study, records it, writes results.md, results.json (what --json prints) and what else there
/// is, and prints. `make` gets executor, progress and stop token; `write` the study, and returns what
/// else is to be said of the times, or nothing.
template <typename Make, typename Write>
void run_study(const StudyRun& run,
               const StoreFlags& store,
               Context& context,
               const Make& make,
               const Write& write) {
  std::error_code error;
  std::filesystem::create_directories(run.folder, error);
  require_writable((std::filesystem::path(run.folder) / "results.md").string());
  const auto progress = context.progress();
  Recording recording(store,
                      context,
                      {.data = run.data, .data_hash = {}, .seed = run.seed},
                      RunOrigin::New,
                      progress.get());
  recording.watch([&] {
    const Interrupt interrupt;
    const Executor executor(context.threads);
    const auto study = make(executor, &recording, interrupt.token());
    Json json = to_json(study);
    recording.finish(
        study.interrupted ? experiment::RunStatus::Interrupted : experiment::RunStatus::Done, json);
    if (study.interrupted) {
      context.exit_status = kInterrupted;
      context.note("interrupted: {}", run.left_out);
    }
    const std::string markdown = results_markdown(study);
    write_result(run, "results.md", markdown);
    write_result(run, "results.json", indented(json) + "\n");
    const std::string times = write(study);
    json["out"] = run.folder;
    context.say("{}", markdown);
    context.say("{:.0f} s in all{}; written: {}", study.seconds, times, run.folder);
    context.print(json);
  });
}

}  // namespace neuronsmith::cli
