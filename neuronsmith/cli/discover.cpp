#include "neuronsmith/experiment/discover.hpp"

#include <filesystem>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/cli/interrupt.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith discover --data train.csv --target price --out neuron.json
  neuronsmith discover --data law.csv --seed 1 --json
  neuronsmith discover --data sensors.tsv.gz --minutes 5 --choose validation --max-degree 5
  neuronsmith discover --data train.csv --generations 400 --resume      # go on after Ctrl-C)";

struct DiscoverFlags {
  DataFlags data;
  std::string recipe = "vsr";
  std::string out = "neuron.json";
  std::string checkpoint;
  std::string choose = "criterion";
  bool training_rows_only = false;
  search::GeneticOptions genetic;  // defaults shown in --help; only what is given is taken over
  search::FitOptions fit;
  std::vector<int> init_depth;
  std::vector<double> constant_range;
  std::string constants, fitness, coefficients, functions;
  search::DriverOptions driver;
  StoreFlags store;
};

/// Takes over the value only when the option was given, so that the recipe's own value stands.
template <typename T>
void add_override(CLI::App& command,
                  const std::string& option,
                  T& value,
                  const std::string& help,
                  const std::string& group) {
  command.add_option(option, value, help)->capture_default_str()->group(group);
}

void add_genetic_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Genetic programming";
  search::GeneticOptions& g = flags.genetic;
  add_override(command, "--population", g.population, "Formulas a generation", group);
  add_override(command, "--tournament", g.tournament, "Contestants of a tournament", group);
  command.add_option("--init-depth", flags.init_depth, "Least and greatest depth of first trees")
      ->delimiter(',')->expected(2)
      ->default_str(fmt::format("{},{}", g.init_depth_low, g.init_depth_high))->group(group);
  add_override(command, "--max-depth", g.max_depth, "Greatest depth of a tree", group);
  add_override(command, "--max-nodes", g.max_nodes, "Greatest number of nodes of a tree", group);
  add_override(command, "--leaf-input", g.leaf_input, "Probability that a leaf is x", group);
  add_override(command, "--weights", g.weights,
               "Weight vectors that leaves may be, for functions dot and sum", group);
  command.add_option("--constants", flags.constants, "integer or uniform")
      ->default_str(std::string(search::name(g.constants)))->group(group);
  command.add_option("--constant-range", flags.constant_range, "Least and greatest constant")
      ->delimiter(',')->expected(2)
      ->default_str(fmt::format("{},{}", g.constant_low, g.constant_high))->group(group);
  add_override(command, "--crossover", g.crossover, "Probability", group);
  add_override(command, "--subtree-mutation", g.subtree_mutation, "Probability", group);
  add_override(command, "--point-mutation", g.point_mutation, "Probability", group);
  add_override(command, "--hoist-mutation", g.hoist_mutation, "Probability", group);
  add_override(command, "--constant-mutation", g.constant_mutation, "Probability", group);
  add_override(command, "--constant-fresh", g.constant_fresh,
               "Share of constant mutations that draw anew", group);
  add_override(command, "--constant-sigma", g.constant_sigma,
               "Noise of the other constant mutations, relative", group);
  add_override(command, "--term-mutation", g.term_mutation, "Probability", group);
  add_override(command, "--elite", g.elite, "Share that survives unchanged", group);
  add_override(command, "--immigration", g.immigration, "Share that is random anew", group);
  command.add_option("--fitness", flags.fitness, "What selection goes by: criterion or error")
      ->default_str(std::string(search::name(g.fitness)))->group(group);
  add_override(command, "--parsimony", g.parsimony, "Per node, with --fitness error", group);
  command.add_option("--functions", flags.functions, "e.g. add,sub,mul,sin")
      ->default_str("add,sub,mul,neg")->group(group);
}

void add_fit_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Score and choice";
  command.add_option("--coefficients", flags.coefficients, "fitted (closed form) or as-written")
      ->default_str(std::string(search::name(flags.fit.coefficients)))->group(group);
  add_override(command, "--ridge", flags.fit.ridge, "Ridge penalty, relative", group);
  add_override(command, "--max-degree", flags.fit.max_degree, "Highest degree of a term", group);
  add_override(command, "--gamma", flags.fit.gamma, "Of the extended information criterion", group);
  add_override(command, "--refine", flags.fit.refine,
               "Levenberg-Marquardt steps on constants inside functions", group);
  command.add_option("--choose", flags.choose, "The formula by: criterion or validation")
      ->capture_default_str()->group(group);
  command.add_flag("--training-rows-only", flags.training_rows_only,
                   "Leave the validation rows out of the search, as compare does")->group(group);
}

void add_run_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Run";
  Budget& budget = flags.driver.budget;
  command.add_option("--generations", budget.generations, "Stop after so many")
      ->default_str("the recipe's, without another limit")->group(group);
  command.add_option("--candidates", budget.candidates, "Stop after so many formulas")->group(group);
  command.add_option("--minutes", budget.minutes, "Stop after so long")->group(group);
  command.add_option("--out", flags.out, "Neuron file")->capture_default_str()->group(group);
  command.add_option("--checkpoint", flags.checkpoint, "Where to keep the state of the search")
      ->default_str("OUT.checkpoint, removed at the end")->group(group);
  add_override(command, "--checkpoint-seconds", flags.driver.checkpoint_seconds,
               "Time between two checkpoints", group);
  command.add_flag("--resume", flags.driver.resume, "Go on from the checkpoint")->group(group);
}

search::Recipe resolved_recipe(const DiscoverFlags& flags) {
  search::Recipe recipe = search::find_recipe(flags.recipe);
  search::GeneticOptions g = flags.genetic;
  if (!flags.init_depth.empty()) {
    g.init_depth_low = flags.init_depth[0];
    g.init_depth_high = flags.init_depth[1];
  }
  if (!flags.constant_range.empty()) {
    g.constant_low = flags.constant_range[0];
    g.constant_high = flags.constant_range[1];
  }
  if (!flags.constants.empty()) g.constants = search::parse_constant_kind(flags.constants);
  if (!flags.fitness.empty()) g.fitness = search::parse_fitness(flags.fitness);
  if (!flags.functions.empty()) g.functions = search::parse_functions(flags.functions);
  recipe.genetic = g;
  recipe.fit = flags.fit;
  if (!flags.coefficients.empty()) {
    recipe.fit.coefficients = search::parse_coefficients(flags.coefficients);
  }
  recipe.genetic.validate();
  recipe.fit.validate();
  return recipe;
}

void print_result(const Context& context,
                  const experiment::DiscoveryResult& result,
                  const std::string& out) {
  context.say("{:>10}  {:>12}  formula (front of error and complexity)", "complexity", "error");
  for (const experiment::FrontEntry& entry : result.front) {
    context.say("{:>10}  {:>12.6g}  {}{}", entry.score.complexity, entry.score.error,
                formula::to_infix(entry.formula, 5), entry.is_chosen ? "   <- chosen" : "");
  }
  context.say("\nneuron    {}", formula::to_infix(result.neuron.formula, 5));
  context.say("error     {:.6g} of the target's variance", result.score.error);
  context.say("searched  {} candidates in {:.2f} s", result.search.candidates, result.search.seconds);
  context.say("written   {}", out);
}

experiment::DiscoverOptions resolved(const DiscoverFlags& flags) {
  experiment::DiscoverOptions options{.recipe = resolved_recipe(flags),
                                      .driver = flags.driver,
                                      .choice = experiment::parse_choice(flags.choose),
                                      .training_rows_only = flags.training_rows_only,
                                      .seed = flags.data.options.split.seed};
  Budget& budget = options.driver.budget;
  if (!budget.generations && !budget.candidates && !budget.minutes) {
    budget.generations = options.recipe.generations;
  }
  budget.validate();
  options.driver.checkpoint =
      flags.checkpoint.empty() ? flags.out + ".checkpoint" : flags.checkpoint;
  return options;
}

experiment::PreparedData prepared(const DiscoverFlags& flags) {
  return experiment::prepare(experiment::for_search(flags.data.resolved()));
}

void record(Recording& recording,
            const experiment::DiscoveryResult& result,
            std::string neuron,
            const Json& json) {
  // The exact places of the improvements, which progress tells only to a generation.
  for (const search::TracePoint& point : result.search.trace) {
    const auto x = static_cast<double>(point.candidates);
    recording.add_score({"error", x, point.error});
    recording.add_score({"criterion", x, point.criterion});
  }
  recording.add_artefact("neuron.json", std::move(neuron));
  recording.finish(result.search.interrupted ? experiment::RunStatus::Interrupted
                                             : experiment::RunStatus::Done,
                   json);
}

void search_and_write(const DiscoverFlags& flags,
                      const experiment::PreparedData& data,
                      const experiment::DiscoverOptions& options,
                      Context& context,
                      Recording& recording) {
  const Interrupt interrupt;
  const Executor executor(context.threads);
  const experiment::DiscoveryResult result =
      experiment::discover(data, options, executor, &recording, interrupt.token());
  std::string neuron = neuron::to_json(result.neuron).dump(2) + "\n";
  write_file_atomically(flags.out, neuron);
  Json json = to_json(result);
  json["out"] = flags.out;
  record(recording, result, std::move(neuron), json);
  if (result.search.interrupted) {
    context.exit_status = kInterrupted;
    context.note("interrupted: the best so far is written; --resume goes on from {}",
                 options.driver.checkpoint);
  } else if (flags.checkpoint.empty()) {
    std::filesystem::remove(options.driver.checkpoint);
  }
  print_result(context, result, flags.out);
  context.print(json);
}

void run(const DiscoverFlags& flags, Context& context) {
  const experiment::DiscoverOptions options = resolved(flags);
  require_writable(flags.out);
  require_writable(options.driver.checkpoint);
  const experiment::PreparedData data = prepared(flags);
  experiment::validate(data, options);
  context.note("{}: {}, {} rows for the search, {} kept out as test rows, {} inputs, scaling {}",
               data.source, name(data.task.kind), data.n_training + data.n_validation, data.n_test,
               data.preprocessor.n_features(), name(data.preprocessor.options().scaling));
  const auto progress = context.progress();
  Recording recording(flags.store,
                      context,
                      {.data = data.source,
                       .data_hash = data.hash,
                       .seed = options.seed,
                       .resume_key = experiment::search_identity(data, options)},
                      options.driver.resume ? RunOrigin::MayResume : RunOrigin::New,
                      progress.get());
  recording.watch([&] { search_and_write(flags, data, options, context, recording); });
}

}  // namespace

void add_discover(CLI::App& app, Context& context) {
  auto flags = std::make_shared<DiscoverFlags>();
  CLI::App& command = *app.add_subcommand("discover", "Search the neuron that a table wants");
  command.footer(kExamples);
  command.add_option("--recipe", flags->recipe, "Published system to follow: vsr")
      ->capture_default_str();
  add_data_flags(command, flags->data, "none");
  add_run_options(command, *flags);
  add_fit_options(command, *flags);
  add_genetic_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
