#include "neuronsmith/search/genetic/genetic_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::search {

using formula::Formula;

namespace {

constexpr std::size_t kMaxWeights = 8;

constexpr std::size_t kMaxPopulation = 1'000'000;
constexpr std::size_t kMaxNodes = 10'000;
constexpr int kMaxDepth = 64;  ///< what the parser reads back from a checkpoint with room to spare
constexpr double kMaxConstant = 1e15;

void require_probability(const char* option, double value) {
  if (value >= 0.0 && value <= 1.0) return;
  throw ConfigError(fmt::format("{} must be 0 to 1, not {}", option, value));
}

std::size_t share_of(double share, std::size_t population) {
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(population)));
}

void validate_size(const GeneticOptions& o) {
  if (o.max_depth < 0 || o.max_depth > kMaxDepth) {
    throw ConfigError(fmt::format("--max-depth must be 0 to {}, not {}", kMaxDepth, o.max_depth));
  }
  if (o.max_nodes < 1 || o.max_nodes > kMaxNodes) {
    throw ConfigError(fmt::format("--max-nodes must be 1 to {}, not {}", kMaxNodes, o.max_nodes));
  }
  if (o.init_depth_low < 0 || o.init_depth_high < o.init_depth_low ||
      o.init_depth_high > o.max_depth) {
    throw ConfigError(
        fmt::format("--init-depth {},{}: the first may not pass the second, and that "
                    "may not pass --max-depth {}",
                    o.init_depth_low,
                    o.init_depth_high,
                    o.max_depth));
  }
}

void validate_probabilities(const GeneticOptions& o) {
  if (o.weights > kMaxWeights) {
    throw ConfigError(fmt::format("--weights must be 0 to {}, not {}", kMaxWeights, o.weights));
  }
  require_probability("--leaf-input", o.leaf_input);
  require_probability("--crossover", o.crossover);
  require_probability("--subtree-mutation", o.subtree_mutation);
  require_probability("--point-mutation", o.point_mutation);
  require_probability("--point-replace", o.point_replace);
  if (!is_positive_and_finite(o.cut_function)) {
    throw ConfigError(fmt::format("--cut-function must be above 0, not {}", o.cut_function));
  }
  require_probability("--hoist-mutation", o.hoist_mutation);
  require_probability("--constant-mutation", o.constant_mutation);
  require_probability("--term-mutation", o.term_mutation);
  require_probability("--constant-fresh", o.constant_fresh);
  require_probability("--elite", o.elite);
  require_probability("--immigration", o.immigration);
  const double sum = o.crossover + o.subtree_mutation + o.point_mutation + o.hoist_mutation +
                     o.constant_mutation + o.term_mutation;
  if (sum > 1.0 + 1e-9) {
    throw ConfigError(
        fmt::format("--crossover and the mutation probabilities add up to {}, above 1", sum));
  }
  if (o.elite + o.immigration > 1.0) {
    throw ConfigError(fmt::format(
        "--elite {} and --immigration {} together must not pass 1", o.elite, o.immigration));
  }
}

void validate_constants(const GeneticOptions& o) {
  const bool in_range = std::abs(o.constant_low) <= kMaxConstant &&
                        std::abs(o.constant_high) <= kMaxConstant;  // false for NaN
  if (!in_range || o.constant_low > o.constant_high) {
    throw ConfigError(
        fmt::format("--constant-range {},{}: the first number may not pass the second, "
                    "nor either {} in size",
                    o.constant_low,
                    o.constant_high,
                    kMaxConstant));
  }
  if (o.constants == ConstantKind::Integer &&
      std::ceil(o.constant_low) > std::floor(o.constant_high)) {
    throw ConfigError(fmt::format(
        "--constant-range {},{} holds no whole number", o.constant_low, o.constant_high));
  }
  if (!(o.constant_sigma >= 0.0) || !std::isfinite(o.constant_sigma)) {
    throw ConfigError(fmt::format("--constant-sigma must be 0 or more, not {}", o.constant_sigma));
  }
}

}  // namespace

std::string_view name(Fitness fitness) {
  return fitness == Fitness::Criterion ? "criterion" : "error";
}

std::string_view name(Leaves leaves) { return leaves == Leaves::ByShare ? "share" : "uniform"; }

Leaves parse_leaves(std::string_view text) {
  for (const Leaves leaves : {Leaves::ByShare, Leaves::Uniform}) {
    if (text == name(leaves)) return leaves;
  }
  throw ConfigError(fmt::format("--leaves must be share or uniform, not \"{}\"", text));
}

std::string_view name(ConstantKind kind) {
  return kind == ConstantKind::Integer ? "integer" : "uniform";
}

Fitness parse_fitness(std::string_view text) {
  for (const Fitness fitness : {Fitness::Criterion, Fitness::Error}) {
    if (text == name(fitness)) return fitness;
  }
  throw ConfigError(fmt::format("--fitness must be criterion or error, not \"{}\"", text));
}

ConstantKind parse_constant_kind(std::string_view text) {
  for (const ConstantKind kind : {ConstantKind::Integer, ConstantKind::Uniform}) {
    if (text == name(kind)) return kind;
  }
  throw ConfigError(fmt::format("--constants must be integer or uniform, not \"{}\"", text));
}

void GeneticOptions::validate() const {
  if (population < 2 || population > kMaxPopulation) {
    throw ConfigError(
        fmt::format("--population must be 2 to {}, not {}", kMaxPopulation, population));
  }
  if (tournament < 1 || tournament > population) {
    throw ConfigError(fmt::format(
        "--tournament must be 1 to the population of {}, not {}", population, tournament));
  }
  validate_size(*this);
  validate_probabilities(*this);
  validate_constants(*this);
  if (!(parsimony >= 0.0) || !std::isfinite(parsimony)) {
    throw ConfigError(fmt::format("--parsimony must be 0 or more, not {}", parsimony));
  }
  if (functions.empty()) throw ConfigError("--functions must name at least one function");
  for (const formula::Op op : functions) {
    if (formula::info(op).arity > 0 && op != formula::Op::PowInt) continue;
    throw ConfigError(fmt::format("--functions: {} is no function of one or two arguments",
                                  formula::info(op).name));
  }
}

GeneticSearch::GeneticSearch(GeneticOptions options, InputSpace inputs, std::uint64_t seed)
    : options_((options.validate(), std::move(options))),
      inputs_(inputs),
      seed_(seed),
      variation_(options_, inputs),
      fresh_(options_, inputs) {}

std::vector<Formula> GeneticSearch::ask() {
  const std::size_t immigrants = share_of(options_.immigration, options_.population);
  const std::size_t elite = population_.empty() ? 0 : share_of(options_.elite, options_.population);
  std::vector<Formula> generation;
  for (std::size_t i = 0; i < std::min(elite, population_.size()); ++i) {
    generation.push_back(population_[i].formula);
  }
  if (population_.empty()) {
    generation.assign(first_.begin(),
                      first_.begin() + static_cast<std::ptrdiff_t>(
                                           std::min(first_.size(), options_.population)));
  }
  for (std::size_t i = generation.size(); i < options_.population; ++i) {
    Random random(seed_, Purpose::Genetic, generation_, static_cast<std::uint32_t>(i));
    const bool fresh = population_.empty() || i >= options_.population - immigrants;
    generation.push_back(fresh ? fresh_.half_and_half(random) : offspring(random));
  }
  return generation;
}

void GeneticSearch::tell(std::vector<Formula> formulas, std::span<const Score> scores) {
  NEURONSMITH_CHECK(formulas.size() == scores.size(), "one score per formula");
  population_.clear();
  for (std::size_t i = 0; i < formulas.size(); ++i) {
    if (scores[i].is_valid()) population_.push_back({std::move(formulas[i]), scores[i]});
  }
  const auto rank = [this](const Candidate& c) {
    return std::tuple(fitness(c.score), c.score.error, c.score.complexity, c.formula.size());
  };
  std::ranges::stable_sort(population_, {}, rank);
  const auto twins = std::ranges::unique(population_, {}, &Candidate::score);
  population_.erase(twins.begin(), twins.end());
  ++generation_;
}

Formula GeneticSearch::offspring(Random& random) const {
  const Formula& parent = tournament(random);
  Formula child = varied(parent, random);
  return is_too_large(child) ? parent : child;
}

Formula GeneticSearch::varied(const Formula& parent, Random& random) const {
  double draw = random.uniform();
  const auto chosen = [&draw](double probability) {
    draw -= probability;
    return draw < 0.0;
  };
  if (chosen(options_.crossover)) return variation_.crossover(parent, tournament(random), random);
  if (chosen(options_.subtree_mutation)) return variation_.subtree(parent, random);
  if (chosen(options_.point_mutation)) return variation_.point(parent, random);
  if (chosen(options_.hoist_mutation)) return variation_.hoist(parent, random);
  if (chosen(options_.constant_mutation)) return variation_.constant(parent, random);
  if (chosen(options_.term_mutation)) return variation_.term(parent, random);
  return parent;
}

const Formula& GeneticSearch::tournament(Random& random) const {
  // The population is sorted, so the least of the places drawn wins. It is drawn at once: it lies
  // at or above a share s of the population with probability (1 - s)^contestants.
  const double share = 1.0 - std::pow(1.0 - random.uniform(), 1.0 / contestants());
  const auto winner = static_cast<std::size_t>(share * static_cast<double>(population_.size()));
  return population_[std::min(winner, population_.size() - 1)].formula;
}

double GeneticSearch::contestants() const {
  const auto asked = static_cast<double>(options_.tournament);
  const double scaled =
      asked * static_cast<double>(population_.size()) / static_cast<double>(options_.population);
  return std::max(scaled, std::min(asked, 2.0));
}

double GeneticSearch::fitness(const Score& score) const {
  return options_.fitness == Fitness::Criterion
             ? score.criterion
             : score.error + options_.parsimony * score.complexity;
}

bool GeneticSearch::is_too_large(const Formula& f) const {
  // A tree of n nodes is less than n deep.
  return f.size() > options_.max_nodes ||
         (f.size() > static_cast<std::size_t>(options_.max_depth) &&
          f.depth() > options_.max_depth);
}

Json GeneticSearch::save() const {
  Json individuals = Json::array();
  for (const Candidate& individual : population_) {
    individuals.push_back({formula::to_infix(individual.formula), to_json(individual.score)});
  }
  return {{"strategy", "genetic"}, {"generation", generation_}, {"population", individuals}};
}

void GeneticSearch::load(const Json& state, const std::string& source) {
  if (json_get<std::string>(state, "strategy", source) != "genetic") {
    throw ParseError(fmt::format("{}: the checkpoint is of another strategy", source));
  }
  generation_ = json_get<std::uint32_t>(state, "generation", source);
  population_.clear();
  for (const Json& item : json_get<Json>(state, "population", source)) {
    if (!item.is_array() || item.size() != 2 || !item[0].is_string()) {
      throw ParseError(fmt::format("{}: an individual is a formula and its score", source));
    }
    Formula f = formula::parse_or_throw(item[0].get<std::string>(), inputs_.shape, source);
    if (static_cast<std::size_t>(f.count(formula::Op::Column)) > inputs_.n_columns) {
      throw ParseError(fmt::format("{}: a formula reads a column that the data lack", source));
    }
    population_.push_back({std::move(f), score_from_json(item[1], source)});
  }
}

}  // namespace neuronsmith::search
