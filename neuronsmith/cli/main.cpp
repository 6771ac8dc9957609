#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/mpi_ranks.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith discover --data train.csv --target price --out neuron.json
  neuronsmith train    --neuron neuron.json --data train.csv --target price --out model.json
  neuronsmith evaluate --model model.json --data test.csv
  neuronsmith predict  --model model.json --data new.csv --out predictions.csv
  neuronsmith data describe train.csv
  neuronsmith runs list
  neuronsmith report --out report.html
  neuronsmith library plot gelu snake --out shapes.svg
  neuronsmith export --neuron gelu --format c --out gelu.h

neuronsmith COMMAND --help shows the options of a command.)";

/// The first line only: a mistake is told in one line.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

/// Of several processes a mistake of one ends all. What all of them find out is told by the first, the
/// others leave it the time for that.
int fail(MpiRanks* ranks, int status, const std::string& message) {
  const bool is_first = ranks == nullptr || ranks->is_first();
  if (!is_first) std::this_thread::sleep_for(std::chrono::seconds(10));
  fmt::print(stderr,
             "neuronsmith: {}{}\n",
             is_first ? "" : fmt::format("process {}: ", ranks->rank()),
             one_line(message));
  if (ranks != nullptr) ranks->abort(status);
  return status;
}

/// CLI11 takes an unknown command for a missing one.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) return {};
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  return fmt::format("unknown command \"{}\"; known are {}", argv[1], known);
}

int run(int argc, char** argv, MpiRanks* ranks) {
  if (ranks != nullptr && (argc < 2 || std::string_view(argv[1]) != "discover")) {
    return fail(ranks, kUserError, "mpirun: of all commands only discover runs on several processes");
  }
  Context context;
  context.ranks = ranks;
  CLI::App app("Discovers the neuron that a task wants, builds networks of it and trains them",
               "neuronsmith");
  app.set_version_flag("--version", NEURONSMITH_VERSION);
  app.require_subcommand(1);
  app.footer(kExamples);
  add_discover(app, context);
  add_train(app, context);
  add_evaluate(app, context);
  add_predict(app, context);
  add_compare(app, context);
  add_transfer(app, context);
  add_reproduce(app, context);
  add_data(app, context);
  add_runs(app, context);
  add_report(app, context);
  add_library(app, context);
  add_export(app, context);
  if (const std::string mistake = unknown_command(app, argc, argv); !mistake.empty()) {
    return fail(ranks, kUserError, mistake);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(ranks, kUserError, error.what());
  }
  return context.exit_status;
}

}  // namespace

int guarded(int argc, char** argv) {
  std::unique_ptr<MpiRanks> ranks;
  try {
    ranks = ranks_of_mpi();
    return run(argc, argv, ranks.get());
  } catch (const Error& error) {
    return fail(ranks.get(), kUserError, error.what());
  } catch (const std::bad_alloc&) {
    return fail(ranks.get(), kInternalError, "not enough memory");
  } catch (const std::exception& error) {
    return fail(ranks.get(), kInternalError, std::string("internal error: ") + error.what());
  }
}

}  // namespace neuronsmith::cli

int main(int argc, char** argv) { return neuronsmith::cli::guarded(argc, argv); }
