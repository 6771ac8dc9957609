#include "neuronsmith/cli/discover_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::cli {
namespace {

using Scope = bool (*)(const search::Recipe&);

bool is_genetic(const search::Recipe& recipe) {
  return recipe.strategy == search::StrategyKind::GeneticProgramming;
}
bool is_tensor(const search::Recipe& recipe) { return recipe.is_tensor(); }
bool is_evolution(const search::Recipe& recipe) { return recipe.is_evolution(); }
bool is_network(const search::Recipe& recipe) { return recipe.is_network(); }
bool has_choice(const search::Recipe& recipe) { return recipe.has_choice(); }
bool has_grammar(const search::Recipe& recipe) { return !recipe.is_tensor(); }
bool has_activation(const search::Recipe& recipe) {
  return recipe.role != search::Role::Aggregation;
}
bool is_network_of_activations(const search::Recipe& recipe) {
  return recipe.is_network() && has_activation(recipe);
}
bool is_fit_or_loss(const search::Recipe& recipe) {
  return !recipe.is_network() && has_grammar(recipe);
}
bool is_loss(const search::Recipe& recipe) {
  return is_fit_or_loss(recipe) && recipe.role == search::Role::Activation;
}
bool is_fit(const search::Recipe& recipe) { return is_fit_or_loss(recipe) && !is_loss(recipe); }
bool is_fit_of_aggregations(const search::Recipe& recipe) {
  return is_fit(recipe) && !has_activation(recipe);
}

/// "500 (vsr), 300 (activation-gp)", or one value where all recipes agree.
std::string defaults_of(const RecipeOption& option) {
  std::string text;
  std::vector<std::string> values;
  for (const std::string& name : search::recipe_names()) {
    const search::Recipe recipe = search::find_recipe(name);
    if (!option.scope(recipe)) continue;
    values.push_back(option.value_of(recipe));
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", values.back(), name);
  }
  if (values.empty()) return {};
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
                Scope scope)
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

  /// Several numbers.
  template <typename Place>
  void list(const std::string& option, const Place& place, const std::string& help) {
    using T = std::remove_reference_t<decltype(place(std::declval<search::Recipe&>()))>;
    auto given = std::make_shared<T>();
    add(command_.add_option(option, *given, help)->delimiter(','),
        [given, place](search::Recipe& recipe) { place(recipe) = *given; },
        [place](search::Recipe recipe) { return fmt::format("{}", fmt::join(place(recipe), ",")); });
  }

  /// A number that may be absent.
  template <typename Place>
  void limit(const std::string& option, const Place& place, const std::string& help) {
    using T = typename std::remove_reference_t<decltype(place(std::declval<search::Recipe&>()))>::value_type;
    auto given = std::make_shared<T>();
    CLI::Option* const added = command_.add_option(option, *given, help)->group(group_);
    flags_.recipe_options.push_back({added,
                                     [given, place](search::Recipe& recipe) { place(recipe) = *given; },
                                     nullptr,
                                     scope_});
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
  RecipeOptions population(command, flags, "Genetic programming", is_genetic);
  RecipeOptions options(command, flags, "Genetic programming", has_grammar);
  population.number("--population", NEURONSMITH_PLACE(genetic.population), "Formulas a generation");
  population.number("--tournament", NEURONSMITH_PLACE(genetic.tournament), "Contestants of a tournament");
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
  population.number("--elite", NEURONSMITH_PLACE(genetic.elite), "Share that survives unchanged");
  population.number("--immigration", NEURONSMITH_PLACE(genetic.immigration), "Share that is random anew");
  population.word("--fitness", NEURONSMITH_PLACE(genetic.fitness), search::parse_fitness,
               [](search::Fitness f) { return search::name(f); },
               "What selection goes by: criterion or error");
  population.number("--parsimony", NEURONSMITH_PLACE(genetic.parsimony), "Per node, with --fitness error");
  options.word("--functions", NEURONSMITH_PLACE(genetic.functions), search::parse_functions,
               search::function_names,
               "e.g. add,sub,mul,sin; or the sets hajbi, elementary, activations, mining");
}

void add_fit_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Score and choice";
  RecipeOptions choice(command, flags, group, has_choice);
  choice.word("--choose", NEURONSMITH_PLACE(choice), search::parse_choice,
              [](search::Choice c) { return search::name(c); },
              "The formula by: error (of the last generation), criterion or validation (networks: trained "
              "anew)");
  RecipeOptions whole(command, flags, group, has_activation);
  whole.word("--learnable", NEURONSMITH_PLACE(learnable), neuron::parse_learnable,
             [](neuron::Learnable l) { return neuron::name(l); },
             "Constants of the activation that networks train: none, layer or channel");
  RecipeOptions vectors(command, flags, group + ", of aggregations", is_fit_of_aggregations);
  vectors.number("--weights", NEURONSMITH_PLACE(genetic.weights),
                 "Weight vectors that leaves may be, for functions dot and sum");
  RecipeOptions fit(command, flags, group + ", of aggregations", is_fit);
  fit.word("--coefficients", NEURONSMITH_PLACE(fit.coefficients), search::parse_coefficients,
           [](search::Coefficients c) { return search::name(c); },
           "fitted (closed form) or as-written");
  fit.number("--ridge", NEURONSMITH_PLACE(fit.ridge), "Ridge penalty, relative");
  fit.number("--max-degree", NEURONSMITH_PLACE(fit.max_degree), "Highest degree of a term");
  fit.number("--gamma", NEURONSMITH_PLACE(fit.gamma), "Of the extended information criterion");
  RecipeOptions both(command, flags, group, is_fit_or_loss);
  both.number("--refine",
              [](search::Recipe& r) -> int& {
                return r.role == search::Role::Activation ? r.loss.refine : r.fit.refine;
              },
              "Steps on constants: inside functions (aggregations) or all (activations)");
  RecipeOptions loss(command, flags, group + ", of activations", is_loss);
  loss.flag("--linear-scaling", NEURONSMITH_PLACE(loss.linear_scaling),
            "Fit a scale and an offset of every formula");
  loss.word("--collapse", NEURONSMITH_PLACE(collapse), search::parse_collapse,
            [](search::Collapse c) { return search::name(c); },
            "Columns to one input: same, others-at-mean or univariate");
  command.add_flag("--training-rows-only", flags.training_rows_only,
                   "Leave the validation rows out of the search, as compare does")->group(group);
}

void add_evolution_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Program evolution";
  RecipeOptions options(command, flags, group, is_evolution);
  options.number("--islands", NEURONSMITH_PLACE(evolution.islands), "Populations that evolve by themselves");
  options.number("--proposals", NEURONSMITH_PLACE(evolution.proposals), "Formulas of an island in a generation");
  options.number("--elite-parents", NEURONSMITH_PLACE(evolution.elite),
                 "How often a parent is the island's best");
  options.number("--explore-parents", NEURONSMITH_PLACE(evolution.explore),
                 "How often a parent is any elite, whatever its score; otherwise by tournament");
  options.number("--contestants", NEURONSMITH_PLACE(evolution.contestants), "Of that tournament");
  options.number("--blend", NEURONSMITH_PLACE(evolution.blend),
                 "How often a child is a weighted mean of two parents");
  options.number("--migration-generations", NEURONSMITH_PLACE(evolution.migration_generations),
                 "Generations between two migrations");
  options.number("--migration-share", NEURONSMITH_PLACE(evolution.migration_share),
                 "Share of an island's elites that go to the next");
  command.add_option("--database", flags.database, "Where to keep all programs, trainings and the state")
      ->default_str("OUT.programs")->group(group);
}

void add_model_options(CLI::App& command, ModelFlags& flags) {
  search::evolution::ChatOptions& chat = flags.options.chat;
  flags.all = {
      command.add_option("--llm-url", flags.url,
                         "Chat endpoint of OpenAI's form, up to /v1; its key: environment variable "
                         "NEURONSMITH_LLM_KEY"),
      command.add_option("--llm-model", flags.model, "Model, as the endpoint calls it"),
      command.add_option("--llm-timeout", chat.timeout_seconds, "Seconds that a request may take")
          ->capture_default_str(),
      command.add_option("--llm-rate", chat.requests_per_minute, "Most requests a minute")
          ->capture_default_str(),
      command.add_option("--llm-share", flags.options.share,
                         "Most of an island's proposals that the model makes when it is asked for it")
          ->capture_default_str()};
  for (CLI::Option* option : command.get_options()) {
    if (option->get_name().starts_with("--llm-")) option->group("Language model, of program evolution");
  }
}

void add_trial_options(CLI::App& command, DiscoverFlags& flags) {
  const std::string group = "Networks, with --objective network";
  RecipeOptions options(command, flags, group, is_network);
  RecipeOptions rivals(command, flags, group, is_network_of_activations);
  options.list("--hidden", NEURONSMITH_PLACE(trials.hidden),
               "Widths of ordinary networks; others get as many parameters");
  options.number("--trial-epochs", NEURONSMITH_PLACE(trials.epochs), "Epochs of a training");
  options.number("--trial-batch", NEURONSMITH_PLACE(trials.batch), "Rows a step");
  options.list("--trial-rates", NEURONSMITH_PLACE(trials.learning_rates),
               "Learning rates, falling to 0; every network takes the best within the distribution");
  options.limit("--trial-seeds", NEURONSMITH_PLACE(trials.seeds),
                "Trainings on every problem; by default 1 on worlds, 12 on a table");
  options.number("--keep", NEURONSMITH_PLACE(trials.keep),
                 "Share that goes on at each rung of successive halving; 1: all");
  options.number("--max-cost", NEURONSMITH_PLACE(trials.max_cost),
                 "FLOP per element that an activation may cost");
  options.limit("--trial-seconds", NEURONSMITH_PLACE(trials.seconds),
                "A training that takes longer has failed; the result then depends on the clock");
  options.word("--reference", NEURONSMITH_PLACE(trials.reference),
               [](const std::string& text) { return text; },
               [](const std::string& text) { return text; },
               "Activation of the networks compared with: a name or a formula");
  rivals.word("--rivals", NEURONSMITH_PLACE(trials.rivals), search::parse_rivals, search::rival_names,
              "Other activations that what is found must be better than");
  options.number("--finalists", NEURONSMITH_PLACE(trials.finalists),
                 "Formulas trained anew, with other seeds on other worlds, before one is chosen");
  options.word("--worlds", NEURONSMITH_PLACE(worlds.families), search::parse_world_families,
               search::world_family_names, "Families of synthetic worlds to learn on without --data");
  options.number("--worlds-per-family", NEURONSMITH_PLACE(worlds.per_family), "Worlds of each family");
  options.number("--final-worlds-per-family", NEURONSMITH_PLACE(worlds.per_family_anew),
                 "Worlds of each family that finalists are judged by");
  options.number("--world-rows", NEURONSMITH_PLACE(worlds.training_rows), "Training rows of a world");
}

/// What has a meaning with a table alone needs --data, what is of worlds excludes it.
void tie_to_data(CLI::App& command) {
  CLI::Option* const data = command.get_option("--data");
  for (CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    const bool is_of_table = (option->get_group() == "Data" && name != "--data" && name != "--seed") ||
                             name == "--training-rows-only" || name == "--delimiter" || name == "--no-header";
    const bool is_of_worlds = name.starts_with("--worlds") || name == "--world-rows" ||
                              name == "--final-worlds-per-family";
    if (is_of_table) option->needs(data);
    if (is_of_worlds) option->excludes(data);
  }
}

void add_tensor_options(CLI::App& command, DiscoverFlags& flags) {
  RecipeOptions options(command, flags, "Tensor decomposition", is_tensor);
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
  command.add_flag("--resume", flags.driver.resume, "Go on from the checkpoint or the database")->group(group);
}

void add_recipe_options(CLI::App& command, DiscoverFlags& flags) {
  command.add_option("--recipe", flags.recipe, "Published system to follow: vsr, neuronseek, activation-gp or mine")
      ->capture_default_str();
  command.add_option("--role", flags.role, "What formulas are: aggregation, activation or neuron (both)")
      ->default_str("the recipe's");
  command.add_option("--strategy", flags.strategy, "How they are found: genetic, tensor or evolution")
      ->default_str("the recipe's");
  command.add_option("--objective", flags.objective,
                     "What they are scored by: fit (the formula predicts) or network (trained networks)")
      ->default_str("the recipe's");
}

void require_scope(const RecipeOption& option, const search::Recipe& recipe) {
  if (option.scope(recipe)) return;
  throw ConfigError(fmt::format("{}: --recipe {} has no such option, {}", option.option->get_name(),
                                recipe.name, what_it_does(recipe)));
}

}  // namespace

void add_discover_options(CLI::App& command, DiscoverFlags& flags) {
  add_recipe_options(command, flags);
  add_data_flags(command, flags.data, "auto");
  command.get_option("--data")->required(false);
  add_run_options(command, flags);
  add_fit_options(command, flags);
  add_genetic_options(command, flags);
  add_tensor_options(command, flags);
  add_evolution_options(command, flags);
  add_model_options(command, flags.model);
  add_trial_options(command, flags);
  tie_to_data(command);
}

std::optional<search::evolution::ModelOptions> ModelFlags::resolved() const {
  const auto require = [this](bool is_given, std::string_view name) {
    const auto other = std::ranges::find_if(all, [](const auto* o) { return o->count() > 0; });
    if (is_given || other == all.end()) return;
    throw ConfigError(fmt::format("{} needs {}", (*other)->get_name(), name));
  };
  require(url.has_value(), "--llm-url");
  require(model.has_value(), "--llm-model");
  if (!url) return std::nullopt;
  search::evolution::ModelOptions result = options;
  result.chat.url = *url;
  result.chat.model = *model;
  result.chat.key = search::evolution::chat_key_from_environment();
  result.validate();
  return result;
}

std::string what_it_does(const search::Recipe& recipe) {
  return fmt::format("it discovers {}s by {}{}", search::name(recipe.role), search::name(recipe.strategy),
                     recipe.is_network() ? " and networks" : "");
}

search::Recipe resolved_recipe(const DiscoverFlags& flags) {
  const search::Recipe published = search::find_recipe(flags.recipe);
  search::Recipe recipe = published.as(
      flags.role ? search::parse_role(*flags.role) : published.role,
      flags.strategy ? search::parse_strategy(*flags.strategy) : published.strategy,
      flags.objective ? search::parse_objective(*flags.objective) : published.objective);
  for (const RecipeOption& option : flags.recipe_options) {
    if (option.option->count() == 0) continue;
    require_scope(option, recipe);
    option.take_over(recipe);
  }
  for (const RecipeOption& option : flags.recipe_options) {
    if (!option.value_of) continue;
    option.option->default_str(option.scope(recipe) ? option.value_of(recipe) : "");
  }
  recipe.validate();
  return recipe;
}

}  // namespace neuronsmith::cli
