#include <exception>
#include <string>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/core/error.hpp"

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

int fail(int status, const std::string& message) {
  fmt::print(stderr, "neuronsmith: {}\n", one_line(message));
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

int run(int argc, char** argv) {
  Context context;
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
    return fail(kUserError, mistake);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(kUserError, error.what());
  }
  return context.exit_status;
}

}  // namespace
}  // namespace neuronsmith::cli

int main(int argc, char** argv) {
  using namespace neuronsmith;
  try {
    return cli::run(argc, argv);
  } catch (const Error& error) {
    return cli::fail(cli::kUserError, error.what());
  } catch (const std::bad_alloc&) {
    return cli::fail(cli::kInternalError, "not enough memory");
  } catch (const std::exception& error) {
    return cli::fail(cli::kInternalError, std::string("internal error: ") + error.what());
  }
}
