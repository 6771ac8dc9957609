#include "neuronsmith/search/recipe.hpp"

#include <fmt/format.h>

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
    default:
      return row.name;
  }
}

Op function_named(std::string_view name) {
  std::string known;
  for (const OperatorInfo& row : formula::operators()) {
    if (!can_be_searched(row)) continue;
    if (search_name(row) == name) return row.op;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", search_name(row));
  }
  throw ConfigError(fmt::format("--functions: unknown function \"{}\"; known are {}", name, known));
}

}  // namespace

std::vector<std::string> recipe_names() { return {"vsr"}; }

Recipe find_recipe(const std::string& name) {
  if (name != "vsr") {
    throw ConfigError(fmt::format("--recipe: no recipe is called \"{}\"; known are vsr", name));
  }
  return {.name = "vsr",
          .source = "Fan et al., No One-Size-Fits-All Neurons, arXiv 2405.02369",
          .genetic = {},
          .fit = {}};
}

Json to_json(const Recipe& recipe) {
  const GeneticOptions& g = recipe.genetic;
  Json functions = Json::array();
  for (const Op op : g.functions) functions.push_back(search_name(formula::info(op)));
  const Json genetic = {{"population", g.population},
                        {"tournament", g.tournament},
                        {"init_depth", {g.init_depth_low, g.init_depth_high}},
                        {"max_depth", g.max_depth},
                        {"max_nodes", g.max_nodes},
                        {"leaf_input", g.leaf_input},
      {"weights", g.weights},
                        {"constants", name(g.constants)},
                        {"constant_range", {g.constant_low, g.constant_high}},
                        {"crossover", g.crossover},
                        {"subtree_mutation", g.subtree_mutation},
                        {"point_mutation", g.point_mutation},
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
  const Json fit = {{"coefficients", name(recipe.fit.coefficients)},
                    {"ridge", recipe.fit.ridge},
                    {"max_degree", recipe.fit.max_degree},
                    {"gamma", recipe.fit.gamma},
                    {"refine", recipe.fit.refine}};
  return {{"recipe", recipe.name}, {"genetic", genetic}, {"fit", fit}};
}

std::vector<Op> parse_functions(std::string_view text) {
  std::vector<Op> functions;
  while (true) {
    const std::size_t comma = text.find(',');
    functions.push_back(function_named(text.substr(0, comma)));
    if (comma == std::string_view::npos) return functions;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace neuronsmith::search
