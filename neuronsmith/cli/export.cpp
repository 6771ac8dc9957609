#include "neuronsmith/export/export.hpp"

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/neuron_options.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"EX(
Examples:
  neuronsmith export --neuron higgs.json --format pytorch --out higgs.py
  neuronsmith export --neuron gelu --format c --out gelu.h
  neuronsmith export --neuron "x*sinc(x)" --format sympy --name wave --out wave.py)EX";

struct ExportFlags {
  std::string neuron;
  std::string format;
  std::string out;
  std::string name;
  exports::ExportOptions options;
  LibraryFlags library;
};

/// A formula makes a poor name.
std::string default_name(const neuron::NamedNeuron& named, const std::string& text) {
  const std::string title = title_of(named, text);
  return neuron::looks_like_name(title) ? title : "activation";
}

Json json_of(const exports::Difference& difference) {
  return {{"function", difference.function},
          {"greatest", json_number(difference.greatest)},
          {"at", json_number(static_cast<double>(difference.at))},
          {"compared", difference.compared},
          {"at_jumps", difference.at_jumps}};
}

Json json_of(const exports::Verification& verification) {
  Json differences = Json::array();
  for (const auto& difference : verification.differences)
    differences.push_back(json_of(difference));
  return {{"verified", verification.is_verified()},
          {"reason", verification.reason},
          {"points", verification.points},
          {"bound", exports::kGreatestDifference},
          {"differences", differences}};
}

void print_verification(const Context& context, const exports::Verification& verification) {
  if (!verification.is_verified()) {
    context.note("not verified: {}", verification.reason);
    return;
  }
  for (const exports::Difference& difference : verification.differences) {
    context.say("{:<20} differs from ours by at most {:.2g} (at x = {:.6g}; {} points)",
                difference.function,
                difference.greatest,
                difference.at,
                difference.compared);
  }
}

void note_aggregation(const Context& context, const neuron::Neuron& neuron) {
  if (to_json(neuron.aggregation) == to_json(neuron::linear_aggregation())) return;
  context.note("the aggregation {} is not exported, only the activation",
               formula::to_infix(neuron.formula, 5));
}

void run(const ExportFlags& flags, const Context& context) {
  exports::ExportOptions options = flags.options;
  options.format = exports::parse_format(flags.format);
  const neuron::NamedNeuron named = neuron::look_up(
      flags.neuron, "--neuron", flags.library.read(), neuron::FormulaAs::Activation);
  options.name = flags.name.empty() ? default_name(named, flags.neuron) : flags.name;
  require_writable(flags.out);
  const exports::Exported exported = exports::export_activation(named, options);
  note_aggregation(context, named.neuron);
  write_file_atomically(flags.out, exported.text);
  print_verification(context, exported.verification);
  context.say("written  {}", flags.out);
  context.print({{"neuron", flags.neuron},
                 {"formula", formula::to_infix(named.neuron.activation->formula)},
                 {"format", exports::name(options.format)},
                 {"verification", json_of(exported.verification)},
                 {"out", flags.out}});
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  auto flags = std::make_shared<ExportFlags>();
  CLI::App& command = *app.add_subcommand("export", "Write an activation as source code, verified");
  command.footer(kExamples);
  command
      .add_option("--neuron",
                  flags->neuron,
                  "Neuron file, library name or formula of x; its activation is exported")
      ->required();
  command.add_option("--format", flags->format, "pytorch, c, latex or sympy")->required();
  command.add_option("--out", flags->out, "File to write")->required();
  command.add_option("--name", flags->name, "What functions or the class are called after")
      ->default_str("the neuron's name");
  command
      .add_option("--python",
                  flags->options.python,
                  "Python that runs what is exported to pytorch or sympy")
      ->capture_default_str();
  add_library_flag(command, flags->library);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
