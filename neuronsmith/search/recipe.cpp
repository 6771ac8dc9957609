#include "neuronsmith/search/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "neuronsmith/core/comma_list.hpp"
#include "neuronsmith/core/error.hpp"

namespace neuronsmith::search {
namespace {

using formula::Op;
using formula::OperatorInfo;

bool can_be_searched(const OperatorInfo& row) {
  return row.arity > 0 && row.op != Op::PowInt && row.kind != formula::OpKind::BatchStatistic;
}

std::string_view search_name(const OperatorInfo& row) {
  switch (row.op) {
    case Op::Add:
      return "add";
    case Op::Sub:
      return "sub";
    case Op::Mul:
      return "mul";
    case Op::Div:
      return "div";
    case Op::Neg:
      return "neg";
    case Op::Pow:
      return "pow";
    case Op::Less:
      return "less";
    case Op::LessEqual:
      return "less_equal";
    default:
      return row.name;
  }
}

struct FunctionSet {
  std::string_view name;
  std::vector<Op> functions;
};

/// `hajbi` is that of arXiv 2601.10740; `elementary` and `activations` are ours, and
/// `mining` holds what the activations of Vitvitskyi et al., Mining generalizable activation
/// functions, 2026, are made of. Protected
/// functions have a value everywhere.
const std::array<FunctionSet, 4>& function_sets() {
  static const std::array<FunctionSet, 4> sets = {{
      {"hajbi", {Op::Add, Op::Sub, Op::Mul, Op::Sin, Op::Cos, Op::Abs}},
      {"elementary",
       {Op::Add,
        Op::Sub,
        Op::Mul,
        Op::ProtectedDiv,
        Op::Neg,
        Op::Abs,
        Op::ProtectedSqrt,
        Op::ProtectedLog,
        Op::ProtectedInv,
        Op::Exp,
        Op::Sin,
        Op::Cos,
        Op::Tanh}},
      {"activations",
       {Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Neg,
        Op::Relu,
        Op::Tanh,
        Op::Sigmoid,
        Op::Softplus,
        Op::Erf,
        Op::Sin,
        Op::Min,
        Op::Max}},
      {"mining",
       {Op::Add,          Op::Sub,  Op::Mul,  Op::ProtectedDiv, Op::Neg,  Op::Abs,     Op::Sign,
        Op::ProtectedLog, Op::Exp,  Op::Sin,  Op::Cos,          Op::Tanh, Op::Sigmoid, Op::Softplus,
        Op::Erf,          Op::Relu, Op::Gelu, Op::Sinc,         Op::Min,  Op::Max}},
  }};
  return sets;
}

std::vector<Op> functions_named(std::string_view name) {
  for (const FunctionSet& set : function_sets()) {
    if (set.name == name) return set.functions;
  }
  std::string known;
  for (const OperatorInfo& row : formula::operators()) {
    if (!can_be_searched(row)) continue;
    if (search_name(row) == name) return {row.op};
    known += fmt::format("{}{}", known.empty() ? "" : ", ", search_name(row));
  }
  std::string sets;
  for (const FunctionSet& set : function_sets()) {
    sets += fmt::format("{}{}", sets.empty() ? "" : ", ", set.name);
  }
  throw ConfigError(fmt::format(
      "--functions: unknown function \"{}\"; known are the sets {} and the functions {}",
      name,
      sets,
      known));
}

Recipe vsr() {
  return {.name = "vsr",
          .source = "Fan et al., No One-Size-Fits-All Neurons, arXiv 2405.02369",
          .role = Role::Aggregation};
}

/// What gplearn 0.4 does by default, with the published functions, population and generations.
/// Otherwise than there, subtree mutation plants a fresh tree of depth 3 and not a part of one, of
/// formulas with equal scores one is a parent, and trees have bounds.
Recipe activation_gp() {
  GeneticOptions genetic;
  genetic.population = 500;
  genetic.tournament = 20;
  genetic.max_depth = 40;
  genetic.max_nodes = 400;
  genetic.leaves = Leaves::Uniform;
  genetic.constants = ConstantKind::Uniform;
  genetic.constant_low = -1.0;
  genetic.constant_high = 1.0;
  genetic.crossover = 0.9;
  genetic.subtree_mutation = 0.01;
  genetic.hoist_mutation = 0.01;
  genetic.point_mutation = 0.01;
  genetic.point_replace = 0.05;
  genetic.cut_function = 9.0;
  genetic.constant_mutation = 0.0;
  genetic.term_mutation = 0.0;
  genetic.elite = 0.0;
  genetic.immigration = 0.0;
  genetic.fitness = Fitness::Error;
  genetic.parsimony = 0.001;
  genetic.functions = functions_named("hajbi");
  return {.name = "activation-gp",
          .source = "Hajbi, Neuro-Symbolic Activation Discovery, arXiv 2601.10740",
          .role = Role::Activation,
          .genetic = std::move(genetic),
          .choice = Choice::Error,
          .generations = 5};
}

Recipe neuronseek() {
  return {.name = "neuronseek",
          .source = "Pei et al., NeuronSeek, arXiv 2506.15715",
          .role = Role::Aggregation,
          .strategy = StrategyKind::TensorDecomposition};
}

/// Grammar, sizes and budget are ours: the publication's proposals come from a language model.
Recipe mine() {
  GeneticOptions grammar;
  grammar.init_depth_low = 1;
  grammar.init_depth_high = 4;
  grammar.max_depth = 9;
  grammar.max_nodes = 28;
  grammar.constants = ConstantKind::Uniform;
  grammar.constant_low = -2.0;
  grammar.constant_high = 2.0;
  grammar.crossover = 0.2;
  grammar.subtree_mutation = 0.2;
  grammar.point_mutation = 0.15;
  grammar.hoist_mutation = 0.05;
  grammar.term_mutation = 0.15;
  grammar.constant_mutation = 0.25;
  grammar.functions = functions_named("mining");
  return {.name = "mine",
          .source = "Vitvitskyi et al., Mining Generalizable Activation Functions, arXiv 2602.05688",
          .role = Role::Activation,
          .strategy = StrategyKind::ProgramEvolution,
          .objective = ObjectiveKind::Network,
          .genetic = std::move(grammar),
          .collapse = Collapse::Univariate,
          .learnable = neuron::Learnable::Channel,
          .choice = Choice::Validation,
          .generations = 100};
}

Json to_json(const TensorOptions& t) {
  return {{"engine", name(t.engine)},
          {"max_order", t.max_order},
          {"rank", t.rank},
          {"epochs", t.epochs},
          {"batch", t.batch},
          {"restarts", t.restarts},
          {"lambda", t.lambda},
          {"ramp", {t.warm_up, t.ramp_end}},
          {"pure_rate", t.pure_rate},
          {"factor_rate", t.factor_rate},
          {"gate_rate", t.gate_rate},
          {"clip", t.clip},
          {"as_published", t.as_published}};
}

Json to_json(const GeneticOptions& g) {
  Json functions = Json::array();
  for (const Op op : g.functions) functions.push_back(search_name(formula::info(op)));
  return {{"population", g.population},
          {"tournament", g.tournament},
          {"init_depth", {g.init_depth_low, g.init_depth_high}},
          {"max_depth", g.max_depth},
          {"max_nodes", g.max_nodes},
          {"leaves", name(g.leaves)},
          {"leaf_input", g.leaf_input},
          {"weights", g.weights},
          {"constants", name(g.constants)},
          {"constant_range", {g.constant_low, g.constant_high}},
          {"crossover", g.crossover},
          {"subtree_mutation", g.subtree_mutation},
          {"point_mutation", g.point_mutation},
          {"point_replace", g.point_replace},
          {"cut_function", g.cut_function},
          {"hoist_mutation", g.hoist_mutation},
          {"constant_mutation", g.constant_mutation},
          {"term_mutation", g.term_mutation},
          {"constant_fresh", g.constant_fresh},
          {"constant_sigma", g.constant_sigma},
          {"elite", g.elite},
          {"immigration", g.immigration},
          {"fitness", name(g.fitness)},
          {"parsimony", g.parsimony},
          {"functions", functions}};
}

Json to_json(const EvolutionOptions& e) {
  return {{"islands", e.islands},
          {"proposals", e.proposals},
          {"elite", e.elite},
          {"explore", e.explore},
          {"contestants", e.contestants},
          {"blend", e.blend},
          {"migration_generations", e.migration_generations},
          {"migration_share", e.migration_share}};
}

Json to_json(const FitOptions& fit) {
  return {{"coefficients", name(fit.coefficients)},
          {"ridge", fit.ridge},
          {"max_degree", fit.max_degree},
          {"gamma", fit.gamma},
          {"refine", fit.refine}};
}

Json to_json(const LossOptions& loss) {
  return {{"linear_scaling", loss.linear_scaling}, {"refine", loss.refine}};
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::Aggregation:
      return "aggregation";
    case Role::Activation:
      return "activation";
    case Role::Neuron:
      break;
  }
  return "neuron";
}

std::string_view name(StrategyKind strategy) {
  switch (strategy) {
    case StrategyKind::GeneticProgramming:
      return "genetic programming";
    case StrategyKind::TensorDecomposition:
      return "tensor decomposition";
    case StrategyKind::ProgramEvolution:
      break;
  }
  return "program evolution";
}

std::string_view name(ObjectiveKind objective) {
  return objective == ObjectiveKind::Fit ? "fit" : "network";
}

Role parse_role(std::string_view text) {
  for (const Role role : {Role::Aggregation, Role::Activation, Role::Neuron}) {
    if (text == name(role)) return role;
  }
  throw ConfigError(
      fmt::format("--role must be aggregation, activation or neuron, not \"{}\"", text));
}

StrategyKind parse_strategy(std::string_view text) {
  if (text == "genetic") return StrategyKind::GeneticProgramming;
  if (text == "tensor") return StrategyKind::TensorDecomposition;
  if (text == "evolution") return StrategyKind::ProgramEvolution;
  throw ConfigError(
      fmt::format("--strategy must be genetic, tensor or evolution, not \"{}\"", text));
}

ObjectiveKind parse_objective(std::string_view text) {
  for (const ObjectiveKind kind : {ObjectiveKind::Fit, ObjectiveKind::Network}) {
    if (text == name(kind)) return kind;
  }
  throw ConfigError(fmt::format("--objective must be fit or network, not \"{}\"", text));
}

std::string_view name(Choice choice) {
  switch (choice) {
    case Choice::Error:
      return "error";
    case Choice::Criterion:
      return "criterion";
    case Choice::Validation:
      break;
  }
  return "validation";
}

std::string_view name(Collapse collapse) {
  switch (collapse) {
    case Collapse::Same:
      return "same";
    case Collapse::OthersAtMean:
      return "others-at-mean";
    case Collapse::Univariate:
      break;
  }
  return "univariate";
}

Choice parse_choice(std::string_view text) {
  for (const Choice choice : {Choice::Error, Choice::Criterion, Choice::Validation}) {
    if (text == name(choice)) return choice;
  }
  throw ConfigError(
      fmt::format("--choose must be error, criterion or validation, not \"{}\"", text));
}

Collapse parse_collapse(std::string_view text) {
  for (const Collapse collapse : {Collapse::Same, Collapse::OthersAtMean, Collapse::Univariate}) {
    if (text == name(collapse)) return collapse;
  }
  throw ConfigError(
      fmt::format("--collapse must be same, others-at-mean or univariate, not \"{}\"", text));
}

void Recipe::validate() const {
  if (is_tensor()) tensor.validate();
  if (is_evolution()) evolution.validate();
  if (!is_tensor()) validate_grammar();
  if (is_network()) {
    trials.validate();
    return worlds.validate();
  }
  if (role == Role::Activation) return loss.validate();
  fit.validate();
}

void Recipe::validate_grammar() const {
  genetic.validate();
  if (role == Role::Aggregation) return;
  if (genetic.weights > 0) {
    throw ConfigError(fmt::format("--weights: {}s are formulas without vectors of weights",
                                  search::name(Role::Activation)));
  }
  for (const Op op : genetic.functions) {
    if (formula::info(op).kind == formula::OpKind::Elementwise) continue;
    throw ConfigError(
        fmt::format("--functions: {} sums over the coordinates of a vector, and {} "
                    "searches formulas of columns",
                    formula::info(op).name,
                    name));
  }
}

Recipe Recipe::as(Role new_role, StrategyKind new_strategy, ObjectiveKind new_objective) const {
  Recipe recipe = *this;
  recipe.role = new_role;
  recipe.strategy = new_strategy;
  recipe.objective = new_objective;
  if (new_objective != objective) {
    recipe.choice = recipe.is_network() ? Choice::Validation : Choice::Criterion;
  }
  return recipe;
}

Budget Recipe::budget() const {
  if (is_tensor()) return {};
  return {.generations = generations};
}

std::vector<std::string> recipe_names() { return {"vsr", "activation-gp", "neuronseek", "mine"}; }

Recipe find_recipe(const std::string& name) {
  if (name == "vsr") return vsr();
  if (name == "activation-gp") return activation_gp();
  if (name == "neuronseek") return neuronseek();
  if (name == "mine") return mine();
  throw ConfigError(fmt::format(
      "--recipe: no recipe is called \"{}\"; known are {}", name, fmt::join(recipe_names(), ", ")));
}

Json to_json(const Recipe& recipe) {
  Json json = {{"recipe", recipe.name}, {"role", name(recipe.role)}};
  const Recipe published = find_recipe(recipe.name);
  if (recipe.strategy != published.strategy) json["strategy"] = name(recipe.strategy);
  if (recipe.objective != published.objective) json["objective"] = name(recipe.objective);
  if (recipe.is_tensor()) json["tensor"] = to_json(recipe.tensor);
  if (!recipe.has_choice()) return json;
  if (!recipe.is_tensor()) json["genetic"] = to_json(recipe.genetic);
  if (recipe.is_evolution()) json["evolution"] = to_json(recipe.evolution);
  json["choose"] = name(recipe.choice);
  if (recipe.is_network()) {
    json["trials"] = to_json(recipe.trials);
  } else if (recipe.role == Role::Activation) {
    json["loss"] = to_json(recipe.loss);
    json["collapse"] = name(recipe.collapse);
  } else {
    json["fit"] = to_json(recipe.fit);
  }
  if (recipe.role != Role::Aggregation) json["learnable"] = neuron::name(recipe.learnable);
  return json;
}

std::vector<Op> parse_functions(std::string_view text) {
  std::vector<Op> functions;
  for (const std::string& item : comma_list(text)) {
    for (const Op op : functions_named(item)) {
      if (std::ranges::find(functions, op) == functions.end()) functions.push_back(op);
    }
  }
  return functions;
}

std::string function_names(const std::vector<Op>& functions) {
  std::string text;
  for (const Op op : functions) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", search_name(formula::info(op)));
  }
  return text;
}

}  // namespace neuronsmith::search
