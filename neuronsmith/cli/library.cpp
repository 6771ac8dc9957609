#include "neuronsmith/neuron/library.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/neuron_options.hpp"
#include "neuronsmith/cli/text_table.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/derivative.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/neuron/baselines.hpp"
#include "neuronsmith/report/picture.hpp"

namespace neuronsmith::cli {
namespace {

using neuron::FormulaAs;
using neuron::NamedNeuron;
using neuron::Neuron;
using neuron::UserLibrary;

constexpr const char* kAddExamples = R"EX(
Examples:
  neuronsmith library add wave "x + 0.3*sin(3*x)" --notes "period 2.1"
  neuronsmith library add higgs higgs.json --source "HIGGS, 10,000 rows"
  neuronsmith library add cubic "x^3 + x" --aggregation)EX";

constexpr const char* kShowExamples = R"EX(
Examples:
  neuronsmith library show gelu
  neuronsmith library show "x*sinc(x)" --json)EX";

constexpr const char* kPlotExamples = R"EX(
Examples:
  neuronsmith library plot higgs.json gelu relu --out shapes.svg
  neuronsmith library plot snake "x + 0.3*sin(3*x)" --range -6,6 --derivatives --out waves.png)EX";

bool is_linear(const Neuron& neuron) {
  return to_json(neuron.aggregation) == to_json(neuron::linear_aggregation());
}

/// What there is to a neuron besides w.x + b and nothing.
const char* kind_of(const Neuron& neuron) {
  if (!has_own_activation(neuron)) return "aggregation";
  return is_linear(neuron) ? "activation" : "neuron";
}

bool is_aggregation(const Neuron& neuron) { return !has_own_activation(neuron); }

/// The formula that matters: the activation's, unless there is none.
const formula::Formula& formula_of(const Neuron& neuron) {
  return is_aggregation(neuron) ? neuron.formula : neuron.activation->formula;
}

// library list

struct Listed {
  NamedNeuron named;
  bool is_shipped;
};

std::vector<Listed> all_of(const UserLibrary& library) {
  std::vector<Listed> listed;
  const auto add = [&](std::string_view name, bool is_shipped) {
    listed.push_back(
        {neuron::look_up(std::string(name), "library", library, FormulaAs::Activation),
         is_shipped});
  };
  for (const neuron::LibraryEntry& entry : neuron::library_aggregations()) add(entry.name, true);
  for (const neuron::Baseline& entry : neuron::library_baselines()) add(entry.name, true);
  for (const neuron::LibraryEntry& entry : neuron::library_activations()) add(entry.name, true);
  for (const neuron::UserEntry& entry : library.entries()) add(entry.name, false);
  return listed;
}

/// A formula for a line; that of a network with splines is longer than any line.
std::string short_text(const formula::Formula& formula) {
  constexpr std::size_t kWidth = 110;
  const std::string text = formula::to_infix(formula, 5);
  return text.size() <= kWidth ? text : text.substr(0, kWidth - 3) + "...";
}

Json json_of(const NamedNeuron& named) {
  const Neuron& neuron = named.neuron;
  return {{"name", neuron.name},
          {"kind", kind_of(neuron)},
          {"formula", formula::to_infix(formula_of(neuron))},
          {"source", named.source},
          {"notes", named.notes}};
}

void run_list(const LibraryFlags& flags, const Context& context) {
  const UserLibrary library = flags.read();
  Json neurons = Json::array();
  std::size_t width = 4;
  const std::vector<Listed> listed = all_of(library);
  for (const auto& [named, is_shipped] : listed) width = std::max(width, named.neuron.name.size());
  for (const auto& [named, is_shipped] : listed) {
    context.say("{:<{}}  {:<11}  {}{}",
                named.neuron.name,
                width,
                kind_of(named.neuron),
                short_text(formula_of(named.neuron)),
                is_shipped ? "" : "   (yours)");
    Json json = json_of(named);
    json["shipped"] = is_shipped;
    neurons.push_back(std::move(json));
  }
  context.print({{"library", flags.path()}, {"neurons", neurons}});
}

void add_list(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<LibraryFlags>();
  CLI::App& command = *parent.add_subcommand("list", "All named neurons: shipped and your own");
  add_library_flag(command, *flags);
  add_common_options(command, context);
  command.callback([flags, &context] { run_list(*flags, context); });
}

// library show

struct ShowFlags {
  std::string neuron;
  LibraryFlags library;
};

constexpr std::array<float, 15> kTablePoints = {-10.0F,
                                                -5.0F,
                                                -3.0F,
                                                -2.0F,
                                                -1.0F,
                                                -0.5F,
                                                -0.1F,
                                                0.0F,
                                                0.1F,
                                                0.5F,
                                                1.0F,
                                                2.0F,
                                                3.0F,
                                                5.0F,
                                                10.0F};

struct Row {
  double x, value, derivative;
};

std::vector<Row> table_of(const neuron::Activation& activation) {
  std::array<float, kTablePoints.size()> value{};
  std::array<float, kTablePoints.size()> slope{};
  formula::ElementwiseFunction(without_batch(activation))
      .evaluate_with_slope(kTablePoints, value, slope);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < kTablePoints.size(); ++i) {
    rows.push_back({kTablePoints[i], value[i], slope[i]});
  }
  return rows;
}

void describe_activation(const Context& context, const neuron::Activation& activation, Json& json) {
  const auto derivative = formula::derivative(activation.formula);
  json["derivative"] = derivative ? Json(formula::to_infix(*derivative)) : Json(nullptr);
  json["parameters"] = activation.parameters;
  json["learnable"] = neuron::name(activation.learnable);
  if (derivative) context.say("derivative  {}", formula::to_infix(*derivative, 5));
  if (!activation.parameters.empty()) {
    context.say("parameters  {} ({})",
                fmt::join(activation.parameters, ", "),
                neuron::name(activation.learnable));
  }
  TextTable table({"", "x", "value", "derivative"});
  json["table"] = Json::array();
  for (const Row& row : table_of(activation)) {
    table.add({"",
               fmt::format("{:g}", row.x),
               fmt::format("{:.6g}", row.value),
               fmt::format("{:.6g}", row.derivative)});
    json["table"].push_back({{"x", row.x},
                             {"value", json_number(row.value)},
                             {"derivative", json_number(row.derivative)}});
  }
  context.say("\n{}", table.aligned());
}

void run_show(const ShowFlags& flags, const Context& context) {
  const NamedNeuron named =
      neuron::look_up(flags.neuron, "NEURON", flags.library.read(), FormulaAs::Activation);
  const Neuron& neuron = named.neuron;
  Json json = json_of(named);
  json["aggregation"] = formula::to_infix(neuron.formula);
  json["latex"] = formula::to_latex(formula_of(neuron));
  if (!neuron.name.empty()) context.say("name        {}", neuron.name);
  context.say("kind        {}", kind_of(neuron));
  context.say("formula     {}", formula::to_infix(formula_of(neuron)));
  if (!is_linear(neuron)) context.say("aggregation {}", formula::to_infix(neuron.formula));
  if (!named.source.empty()) context.say("source      {}", named.source);
  if (!named.notes.empty()) context.say("notes       {}", named.notes);
  context.say("latex       {}", formula::to_latex(formula_of(neuron)));
  if (!is_aggregation(neuron)) describe_activation(context, *neuron.activation, json);
  context.print(json);
}

void add_show(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<ShowFlags>();
  CLI::App& command = *parent.add_subcommand("show", "Formula, source, notes, derivative, values");
  command.footer(kShowExamples);
  command.add_option("NEURON", flags->neuron, "Library name, neuron file or formula of x")
      ->required();
  add_library_flag(command, flags->library);
  add_common_options(command, context);
  command.callback([flags, &context] { run_show(*flags, context); });
}

// library add

struct AddFlags {
  std::string name;
  std::string neuron;
  std::string source;
  std::string notes;
  bool is_aggregation = false;
  bool replace = false;
  LibraryFlags library;
};

void run_add(const AddFlags& flags, const Context& context) {
  const std::string path = flags.library.path();
  UserLibrary library = UserLibrary::read_if_there(path);
  NamedNeuron named =
      neuron::look_up(flags.neuron,
                      "NEURON",
                      library,
                      flags.is_aggregation ? FormulaAs::Aggregation : FormulaAs::Activation);
  try {
    library.add({.name = flags.name,
                 .neuron = std::move(named.neuron),
                 .source = flags.source,
                 .notes = flags.notes},
                flags.replace ? neuron::Existing::Replace : neuron::Existing::Refuse);
  } catch (const ConfigError& error) {
    const bool is_taken = library.find(flags.name) != nullptr;
    throw ConfigError(
        fmt::format("{}: {}{}", path, error.what(), is_taken ? "; --replace replaces it" : ""));
  }
  library.write(path);
  context.say("added    {} to {} ({} of your own)", flags.name, path, library.entries().size());
  const neuron::UserEntry& entry = *library.find(flags.name);
  Json json = json_of({.neuron = entry.neuron, .source = entry.source, .notes = entry.notes});
  json["library"] = path;
  context.print(json);
}

void add_add(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<AddFlags>();
  CLI::App& command = *parent.add_subcommand("add", "Give a formula or a neuron file a name");
  command.footer(kAddExamples);
  command.add_option("NAME", flags->name, "Letters, digits, _ and -")->required();
  command.add_option("NEURON", flags->neuron, "Formula of x, an activation, or neuron file")
      ->required();
  command.add_flag("--aggregation", flags->is_aggregation, "The formula is an aggregation");
  command.add_option("--source", flags->source, "Where it comes from");
  command.add_option("--notes", flags->notes, "What it is good for");
  command.add_flag("--replace", flags->replace, "If the name is one of yours already");
  add_library_flag(command, flags->library);
  add_common_options(command, context);
  command.callback([flags, &context] { run_add(*flags, context); });
}

// library plot

struct PlotFlags {
  std::vector<std::string> neurons;
  std::string out;
  std::vector<double> range = {-5.0, 5.0};
  bool derivatives = false;
  LibraryFlags library;
};

constexpr double kGreatestRange = 1e6;

report::PictureFormat picture_format(const std::string& out) {
  if (out.ends_with(".svg")) return report::PictureFormat::Svg;
  if (out.ends_with(".png")) return report::PictureFormat::Png;
  throw ConfigError(fmt::format("--out: the name must end with .svg or .png, not \"{}\"", out));
}

void validate(const PlotFlags& flags) {
  const double low = flags.range[0];
  const double high = flags.range[1];
  const bool is_sound = low < high && std::abs(low) <= kGreatestRange &&
                        std::abs(high) <= kGreatestRange && high - low >= 1e-3;
  if (!is_sound) {
    throw ConfigError(
        fmt::format("--range must be LOW,HIGH with LOW < HIGH within {0:g} of 0, not {1},{2}",
                    kGreatestRange,
                    low,
                    high));
  }
  if (flags.neurons.size() > report::kMaxShapes) {
    throw ConfigError(fmt::format("NEURON: {} curves are too many for one picture, at most {}",
                                  flags.neurons.size(),
                                  report::kMaxShapes));
  }
}

std::vector<report::NamedActivation> activations_of(const PlotFlags& flags) {
  const UserLibrary library = flags.library.read();
  std::vector<report::NamedActivation> activations;
  for (const std::string& text : flags.neurons) {
    const NamedNeuron named = neuron::look_up(text, "NEURON", library, FormulaAs::Activation);
    if (is_aggregation(named.neuron)) {
      throw ConfigError(
          fmt::format("NEURON: \"{}\" is an aggregation and has no activation to plot", text));
    }
    activations.push_back({title_of(named, text), *named.neuron.activation});
  }
  return activations;
}

void run_plot(const PlotFlags& flags, const Context& context) {
  const report::PictureFormat format = picture_format(flags.out);
  validate(flags);
  const auto activations = activations_of(flags);
  require_writable(flags.out);
  const report::Picture picture = report::draw_picture(
      report::shape_panels(activations, flags.range[0], flags.range[1], flags.derivatives), format);
  if (picture.content.empty()) throw ConfigError("nothing is drawn: " + picture.problem);
  write_file_atomically(flags.out, picture.content);
  context.say("written  {} ({} curve{})",
              flags.out,
              activations.size(),
              activations.size() == 1 ? "" : "s");
  Json names = Json::array();
  for (const auto& activation : activations) names.push_back(activation.name);
  context.print({{"neurons", names},
                 {"range", flags.range},
                 {"derivatives", flags.derivatives},
                 {"bytes", picture.content.size()},
                 {"out", flags.out}});
}

void add_plot(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<PlotFlags>();
  CLI::App& command = *parent.add_subcommand("plot", "Draw activations, as SVG or PNG, by gnuplot");
  command.footer(kPlotExamples);
  command.add_option("NEURON", flags->neurons, "Library names, neuron files, formulas of x")
      ->required();
  command.add_option("--out", flags->out, "Picture; its name ends with .svg or .png")->required();
  command.add_option("--range", flags->range, "Least and greatest x")
      ->delimiter(',')
      ->expected(2)
      ->default_str("-5,5");
  command.add_flag("--derivatives", flags->derivatives, "A second panel with the derivatives");
  add_library_flag(command, flags->library);
  add_common_options(command, context);
  command.callback([flags, &context] { run_plot(*flags, context); });
}

}  // namespace

void add_library(CLI::App& app, Context& context) {
  CLI::App& command =
      *app.add_subcommand("library", "Named neurons: list, show, plot, add your own");
  command.require_subcommand(1);
  add_list(command, context);
  add_show(command, context);
  add_plot(command, context);
  add_add(command, context);
}

}  // namespace neuronsmith::cli
