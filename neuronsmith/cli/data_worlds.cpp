#include "neuronsmith/cli/data.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith data worlds
  neuronsmith data worlds --seed 3 --json)";

/// Law and ranges are wanted, not rows.
World bare_world(WorldFamily family, std::uint64_t seed, std::string_view equation = "") {
  return make_world({.family = family,
                     .equation = std::string(equation),
                     .training_rows = 1,
                     .test_rows = 0,
                     .ood_rows = 0,
                     .seed = seed});
}

void run(std::uint64_t seed, const Context& context) {
  Json families = Json::array();
  context.say("families with seed {}; of each input the in-distribution range of the outer one",
              seed);
  for (const WorldFamily family : kWorldFamilies) {
    const World world = bare_world(family, seed);
    context.say("{:<18}  y = {}\n{:<18}  {}", name(family), world.law, "", text_of(world.inputs));
    families.push_back(json_of(world));
    families.back()["family"] = name(family);
  }
  Json equations = Json::array();
  context.say("\nequations of feynman");
  for (const std::string_view equation : feynman_equation_names()) {
    const World world = bare_world(WorldFamily::Feynman, seed, equation);
    context.say("{:<9}  y = {}\n{:<9}  {}", equation, world.law, "", text_of(world.inputs));
    equations.push_back(
        {{"equation", equation}, {"law", world.law}, {"inputs", json_of(world)["inputs"]}});
  }
  context.print({{"seed", seed}, {"families", families}, {"equations", equations}});
}

std::string text_of(const Interval& interval) {
  return fmt::format("[{:.4g}, {:.4g}]", interval.low, interval.high);
}

Json json_of(const Interval& interval) { return {interval.low, interval.high}; }

}  // namespace

std::string text_of(const std::vector<WorldInput>& inputs) {
  std::string text;
  for (const WorldInput& input : inputs) {
    text += fmt::format("{}{} {} of {}",
                        text.empty() ? "" : ", ",
                        input.name,
                        text_of(input.inner),
                        text_of(input.outer));
  }
  return text;
}

Json json_of(const World& world) {
  Json inputs = Json::array();
  for (const WorldInput& input : world.inputs) {
    inputs.push_back(
        {{"name", input.name}, {"inner", json_of(input.inner)}, {"outer", json_of(input.outer)}});
  }
  return {{"world", world.name}, {"law", world.law}, {"inputs", inputs}};
}

void add_worlds(CLI::App& parent, Context& context) {
  auto seed = std::make_shared<std::uint64_t>(1);
  CLI::App& command = *parent.add_subcommand(
      "worlds", "Families of synthetic worlds: laws, equations and ranges of their inputs");
  command.footer(kExamples);
  command.add_option("--seed", *seed, "Seed, which decides the laws")->capture_default_str();
  add_common_options(command, context);
  command.callback([seed, &context] { run(*seed, context); });
}

}  // namespace neuronsmith::cli
