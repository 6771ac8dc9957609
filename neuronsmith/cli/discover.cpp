#include "neuronsmith/experiment/discover.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/cli/interrupt.hpp"
#include "neuronsmith/cli/recording.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  neuronsmith discover --data train.csv --target price --out neuron.json
  neuronsmith discover --data law.csv --seed 1 --json
  neuronsmith discover --data sensors.tsv.gz --minutes 5 --choose validation --max-degree 5
  neuronsmith discover --data train.csv --generations 400 --resume      # go on after Ctrl-C
  neuronsmith discover --recipe neuronseek --data law.csv --restarts 9 --max-order 4
  neuronsmith discover --recipe activation-gp --data higgs.csv.gz --target class --rows 10000)";

/// The recipes that an option has a meaning for: those of a strategy, or of a strategy and a role.
struct Scope {
  search::StrategyKind strategy = search::StrategyKind::GeneticProgramming;
  std::optional<search::Role> role = std::nullopt;

  [[nodiscard]] bool holds(const search::Recipe& recipe) const {
    return recipe.strategy == strategy && (!role || recipe.role == *role);
  }
};

/// One option of the command that stands for a value of the recipe. What is not given leaves the
/// recipe's own value.
struct RecipeOption {
  CLI::Option* option = nullptr;
  std::function<void(search::Recipe&)> take_over;
  std::function<std::string(const search::Recipe&)> value_of;
  Scope scope;
};

struct DiscoverFlags {
  DataFlags data;
  std::string recipe = "vsr";
  std::string out = "neuron.json";
  std::string checkpoint;
  bool training_rows_only = false;
  std::vector<RecipeOption> recipe_options;
  search::DriverOptions driver;
  StoreFlags store;
};

/// "500 (vsr), 300 (activation-gp)", or one value where all recipes agree.
std::string defaults_of(const RecipeOption& option) {
  std::string text;
  std::vector<std::string> values;
  for (const std::string& name : search::recipe_names()) {
    const search::Recipe recipe = search::find_recipe(name);
    if (!option.scope.holds(recipe)) continue;
    values.push_back(option.value_of(recipe));
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", values.back(), name);
  }
  const bool agree = std::ranges::count(values, values.front()) == std::ssize(values);
  return agree ? values.front() : text;
}

std::string text_of(double value) { return fmt::format("{}", value); }
std::string text_of(int value) { return fmt::format("{}", value); }
std::string text_of(std::size_t value) { return fmt::format("{}", value); }

/// Adds the options of one group of --help.
class RecipeOptions {
 public:
  RecipeOptions(CLI::App& command,
                DiscoverFlags& flags,
                std::string group,
                Scope scope = {})
      : command_(command), flags_(flags), group_(std::move(group)), scope_(scope) {}

  /// A number of the recipe; `place` gives a reference to it.
  template <typename Place>
  void number(const std::string& option, const Place& place, const std::string& help) {
    using T = std::remove_reference_t<decltype(place(std::declval<search::Recipe&>()))>;
    auto given = std::make_shared<T>();
    add(command_.add_option(option, *given, help),
        [given, place](search::Recipe& recipe) { place(recipe) = *given; },
        [place](search::Recipe recipe) { return text_of(place(recipe)); });
  }

  /// Two numbers of the recipe.
  template <typename Low, typename High>
  void range(const std::string& option, const Low& low, const High& high, const std::string& help) {
    using T = std::remove_reference_t<decltype(low(std::declval<search::Recipe&>()))>;
    auto given = std::make_shared<std::vector<T>>();
    add(command_.add_option(option, *given, help)->delimiter(',')->expected(2),
        [=](search::Recipe& recipe) {
          low(recipe) = (*given)[0];
          high(recipe) = (*given)[1];
        },
        [=](search::Recipe recipe) {
          return fmt::format("{},{}", text_of(low(recipe)), text_of(high(recipe)));
        });
  }

  /// A word that `parse` understands and `print` gives back.
  template <typename Place, typename Parse, typename Print>
  void word(const std::string& option,
            const Place& place,
            const Parse& parse,
            const Print& print,
            const std::string& help) {
    auto given = std::make_shared<std::string>();
    add(command_.add_option(option, *given, help),
        [=](search::Recipe& recipe) { place(recipe) = parse(*given); },
        [=](search::Recipe recipe) { return std::string(print(place(recipe))); });
  }

  template <typename Place>
  void flag(const std::string& option, const Place& place, const std::string& help) {
    CLI::Option* const added = command_.add_flag(option, help)->group(group_);
    flags_.recipe_options.push_back(
        {added, [place](search::Recipe& recipe) { place(recipe) = true; }, nullptr, scope_});
  }

 private:
  void add(CLI::Option* option,
           std::function<void(search::Recipe&)> take_over,
           std::function<std::string(const search::Recipe&)> value_of) {
    RecipeOption added{option, std::move(take_over), std::move(value_of), scope_};
    option->default_str(defaults_of(added))->group(group_);
    flags_.recipe_options.push_back(std::move(added));
  }

  CLI::App& command_;
  DiscoverFlags& flags_;
  std::string group_;
  Scope scope_;
};

#define NEURONSMITH_PLACE(member) [](search::Recipe& recipe) -> auto& { return recipe.member; }

void add_genetic_options(CLI::App& command, DiscoverFlags& flags) {
  RecipeOptions options(command, flags, "Genetic programming");
  options.number("--population", NEURONSMITH_PLACE(genetic.population), "Formulas a generation");
  options.number("--tournament", NEURONSMITH_PLACE(genetic.tournament), "Contestants of a tournament");
  options.range("--init-depth", NEURONSMITH_PLACE(genetic.init_depth_low),
                NEURONSMITH_PLACE(genetic.init_depth_high), "Least and greatest depth of first trees");
  options.number("--max-depth", NEURONSMITH_PLACE(genetic.max_depth), "Greatest depth of a tree");
  options.number("--max-nodes", NEURONSMITH_PLACE(genetic.max_nodes), "Greatest number of nodes of a tree");
  options.word("--leaves", NEURONSMITH_PLACE(genetic.leaves), search::parse_leaves,
               [](search::Leaves l) { return search::name(l); },
               "share (by --leaf-input) or uniform (inputs, the constant and functions alike)");
  options.number("--leaf-input", NEURONSMITH_PLACE(genetic.leaf_input),
                 "Probability that a leaf is an input, with --leaves share");
  options.word("--constants", NEURONSMITH_PLACE(genetic.constants), search::parse_constant_kind,
               [](search::ConstantKind k) { return search::name(k); }, "integer or uniform");
  options.range("--constant-range", NEURONSMITH_PLACE(genetic.constant_low),
                NEURONSMITH_PLACE(genetic.constant_high), "Least and greatest constant");
  options.number("--crossover", NEURONSMITH_PLACE(genetic.crossover), "Probability");
  options.number("--subtree-mutation", NEURONSMITH_PLACE(genetic.subtree_mutation), "Probability");
  options.number("--point-mutation", NEURONSMITH_PLACE(genetic.point_mutation), "Probability");
  options.number("--point-replace", NEURONSMITH_PLACE(genetic.point_replace),
                 "Probability with which point mutation replaces each node; 0: one node");
  options.number("--hoist-mutation", NEURONSMITH_PLACE(genetic.hoist_mutation), "Probability");
  options.number("--constant-mutation", NEURONSMITH_PLACE(genetic.constant_mutation), "Probability");
  options.number("--constant-fresh", NEURONSMITH_PLACE(genetic.constant_fresh),
                 "Share of constant mutations that draw anew");
  options.number("--constant-sigma", NEURONSMITH_PLACE(genetic.constant_sigma),
                 "Noise of the other constant mutations, relative");
  options.number("--term-mutation", NEURONSMITH_PLACE(genetic.term_mutation), "Probability");
  options.number("--cut-function", NEURONSMITH_PLACE(genetic.cut_function),
                 "How many times as likely as a leaf a function is where trees are cut");
  options.number("--elite", NEURONSMITH_PLACE(genetic.elite), "Share that survives unchanged");
  options.number("--immigration", NEURONSMITH_PLACE(genetic.immigration), "Share that is random anew");
  options.word("--fitness", NEURONSMITH_PLACE(genetic.fitness), search::parse_fitness,
               [](search::Fitness f) { return search::name(f); },
               "What selection goes by: criterion or error");
  options.number("--parsimony", NEURONSMITH_PLACE(genetic.parsimony), "Per node, with --fitness error");
  options.word("--functions", NEURONSMITH_PLACE(genetic.functions), search::parse_functions,
               search::function_names,
               "e.g. add,sub,mul,sin; or the sets hajbi, elementary, activations");
}

void add_fit_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Score and choice";
  RecipeOptions both(command, flags, group);
  both.word("--choose", NEURONSMITH_PLACE(choice), search::parse_choice,
            [](search::Choice c) { return search::name(c); },
            "The formula by: error (of the last generation), criterion or validation");
  RecipeOptions fit(command, flags, group + ", of aggregations", {.role = search::Role::Aggregation});
  fit.number("--weights", NEURONSMITH_PLACE(genetic.weights),
             "Weight vectors that leaves may be, for functions dot and sum");
  fit.word("--coefficients", NEURONSMITH_PLACE(fit.coefficients), search::parse_coefficients,
           [](search::Coefficients c) { return search::name(c); },
           "fitted (closed form) or as-written");
  fit.number("--ridge", NEURONSMITH_PLACE(fit.ridge), "Ridge penalty, relative");
  fit.number("--max-degree", NEURONSMITH_PLACE(fit.max_degree), "Highest degree of a term");
  fit.number("--gamma", NEURONSMITH_PLACE(fit.gamma), "Of the extended information criterion");
  both.number("--refine",
              [](search::Recipe& r) -> int& {
                return r.role == search::Role::Aggregation ? r.fit.refine : r.loss.refine;
              },
              "Steps on constants: inside functions (aggregations) or all (activations)");
  RecipeOptions loss(command, flags, group + ", of activations", {.role = search::Role::Activation});
  loss.flag("--linear-scaling", NEURONSMITH_PLACE(loss.linear_scaling),
            "Fit a scale and an offset of every formula");
  loss.word("--collapse", NEURONSMITH_PLACE(collapse), search::parse_collapse,
            [](search::Collapse c) { return search::name(c); },
            "Columns to one input: same, others-at-mean or univariate");
  loss.word("--learnable", NEURONSMITH_PLACE(learnable), neuron::parse_learnable,
            [](neuron::Learnable l) { return neuron::name(l); },
            "Constants of the activation that networks train: none, layer or channel");
  command.add_flag("--training-rows-only", flags.training_rows_only,
                   "Leave the validation rows out of the search, as compare does")->group(group);
}

void add_tensor_options(CLI::App& command, DiscoverFlags& flags) {
  RecipeOptions options(command, flags, "Tensor decomposition",
                        {.strategy = search::StrategyKind::TensorDecomposition});
  options.word("--engine", NEURONSMITH_PLACE(tensor.engine), search::parse_tensor_engine,
               [](search::TensorEngine e) { return search::name(e); },
               "Terms to choose among: dual (powers and products), cp or tucker (products)");
  options.number("--max-order", NEURONSMITH_PLACE(tensor.max_order), "Highest order of a term, 1 to 8");
  options.number("--rank", NEURONSMITH_PLACE(tensor.rank), "Most products of one order that are summed");
  options.number("--restarts", NEURONSMITH_PLACE(tensor.restarts),
                 "Searches with seeds of their own; kept is what most agree on");
  options.number("--epochs", NEURONSMITH_PLACE(tensor.epochs), "Passes over the rows in each");
  options.number("--batch", NEURONSMITH_PLACE(tensor.batch), "Rows a step");
  options.number("--lambda", NEURONSMITH_PLACE(tensor.lambda), "Price of a gate");
  options.range("--ramp", NEURONSMITH_PLACE(tensor.warm_up), NEURONSMITH_PLACE(tensor.ramp_end),
                "Shares of the epochs at which the price begins and is full");
  options.number("--pure-rate", NEURONSMITH_PLACE(tensor.pure_rate), "Learning rate of powers");
  options.number("--factor-rate", NEURONSMITH_PLACE(tensor.factor_rate), "Learning rate of products");
  options.number("--gate-rate", NEURONSMITH_PLACE(tensor.gate_rate),
                 "Learning rate of gates and normalisation");
  options.number("--clip", NEURONSMITH_PLACE(tensor.clip), "Greatest norm of a gradient");
  options.flag("--as-published", NEURONSMITH_PLACE(tensor.as_published),
               "Gates alone, with the published model and price: no proof on rows held out");
}

#undef NEURONSMITH_PLACE

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
  command.add_option("--checkpoint-seconds", flags.driver.checkpoint_seconds,
                     "Time between two checkpoints")->capture_default_str()->group(group);
  command.add_flag("--resume", flags.driver.resume, "Go on from the checkpoint")->group(group);
}

std::string what_it_does(const search::Recipe& recipe) {
  return fmt::format("it discovers {}s by {}", search::name(recipe.role), search::name(recipe.strategy));
}

void require_scope(const RecipeOption& option, const search::Recipe& recipe) {
  if (option.scope.holds(recipe)) return;
  throw ConfigError(fmt::format("{}: --recipe {} has no such option, {}", option.option->get_name(),
                                recipe.name, what_it_does(recipe)));
}

/// The recipe with what was given; what was not is told to the run store as the recipe has it.
search::Recipe resolved_recipe(const DiscoverFlags& flags) {
  search::Recipe recipe = search::find_recipe(flags.recipe);
  for (const RecipeOption& option : flags.recipe_options) {
    if (option.option->count() == 0) continue;
    require_scope(option, recipe);
    option.take_over(recipe);
  }
  for (const RecipeOption& option : flags.recipe_options) {
    if (!option.value_of) continue;
    option.option->default_str(option.scope.holds(recipe) ? option.value_of(recipe) : "");
  }
  recipe.validate();
  return recipe;
}

std::string named_columns(const experiment::ColumnsFormula& columns) {
  std::string text;
  for (const auto& [index, name] : columns.names) {
    text += fmt::format("{}x{} = {}", text.empty() ? "" : ", ", index, name);
  }
  return text;
}

void print_activation(const Context& context, const experiment::DiscoveryResult& result) {
  const experiment::ColumnsFormula& columns = *result.columns;
  context.say("\nfound     {}", formula::to_infix(columns.formula, 5));
  if (!columns.names.empty()) context.say("columns   {}", named_columns(columns));
  if (columns.kept) context.say("kept      x{}, the others at their means", *columns.kept);
  for (const experiment::Rejected& rejected : result.rejected) {
    context.say("rejected  {}: {}", formula::to_infix(rejected.formula, 5), rejected.reason);
  }
  context.say("activation {}", formula::to_infix(result.neuron.activation->formula, 5));
}

/// Which terms the restarts found, and how many of them each.
void print_agreement(const Context& context, const search::tensor::TensorDiscovery& tensor) {
  context.say("\n{:<24}  restarts that have it, of {}", "term", tensor.restarts.size());
  for (const search::tensor::TermVotes& vote : tensor.votes) {
    const bool is_pure = vote.term.stream == search::tensor::Stream::Pure;
    const std::string term =
        is_pure ? fmt::format("power {}", vote.term.order)
                : fmt::format("product of {}, rank {}", vote.term.order, vote.term.rank);
    const bool is_kept = 2 * vote.votes > tensor.restarts.size();
    context.say("{:<24}  {}{}", term, vote.votes, is_kept ? "   <- kept" : "");
  }
  if (tensor.is_fallback) {
    context.note("most restarts agree on no term that explains rows held out: the ordinary neuron is left");
  }
}

void print_result(const Context& context,
                  const experiment::DiscoveryResult& result,
                  const std::string& out) {
  context.say("{:>10}  {:>12}  formula (front of error and complexity)", "complexity", "error");
  for (const experiment::FrontEntry& entry : result.front) {
    context.say("{:>10}  {:>12.6g}  {}{}", entry.score.complexity, entry.score.error,
                formula::to_infix(entry.formula, 5), entry.is_chosen ? "   <- chosen" : "");
  }
  if (result.tensor) print_agreement(context, *result.tensor);
  if (result.columns) {
    print_activation(context, result);
  } else {
    context.say("\nneuron    {}", formula::to_infix(result.neuron.formula, 5));
  }
  context.say("error     {:.6g} {}", result.score.error,
              result.loss == search::Loss::LogLoss ? "of log loss" : "of the target's variance");
  const std::string amount = result.tensor
                                 ? fmt::format("{} restarts", result.tensor->restarts.size())
                                 : fmt::format("{} candidates", result.search.candidates);
  context.say("searched  {} in {:.2f} s", amount, result.search.seconds);
  context.say("written   {}", out);
}

void require_budget(const Budget& budget, const search::Recipe& recipe) {
  budget.validate();
  if (recipe.strategy == search::StrategyKind::GeneticProgramming) return;
  const char* const given = budget.generations ? "--generations" : budget.candidates ? "--candidates" : nullptr;
  if (given == nullptr) return;
  throw ConfigError(fmt::format("{}: --recipe {} has no such limit, {}; see --restarts", given,
                                recipe.name, what_it_does(recipe)));
}

experiment::DiscoverOptions resolved(const DiscoverFlags& flags) {
  experiment::DiscoverOptions options{.recipe = resolved_recipe(flags),
                                      .driver = flags.driver,
                                      .training_rows_only = flags.training_rows_only,
                                      .seed = flags.data.options.split.seed};
  Budget& budget = options.driver.budget;
  if (!budget.generations && !budget.candidates && !budget.minutes) budget = options.recipe.budget();
  require_budget(budget, options.recipe);
  options.driver.checkpoint =
      flags.checkpoint.empty() ? flags.out + ".checkpoint" : flags.checkpoint;
  return options;
}

experiment::PreparedData prepared(const DiscoverFlags& flags, const search::Recipe& recipe) {
  experiment::DataOptions options = experiment::for_search(flags.data.resolved(), recipe);
  if (flags.data.target_scaling == "auto") {
    options.target_scaling = experiment::search_target_scaling(recipe);
  }
  return experiment::prepare(options);
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
  const experiment::PreparedData data = prepared(flags, options.recipe);
  note_rows(context, flags.data.options, data.n_table_rows);
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
  command.add_option("--recipe", flags->recipe, "Published system to follow: vsr, neuronseek or activation-gp")
      ->capture_default_str();
  add_data_flags(command, flags->data, "auto");
  add_run_options(command, *flags);
  add_fit_options(command, *flags);
  add_genetic_options(command, *flags);
  add_tensor_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
