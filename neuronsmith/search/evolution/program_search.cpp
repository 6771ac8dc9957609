#include "neuronsmith/search/evolution/program_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/evolution/chat_client.hpp"
#include "neuronsmith/search/evolution/proposal_limits.hpp"
#include "neuronsmith/search/evolution/shape_cell.hpp"

namespace neuronsmith::search {

void EvolutionOptions::validate() const {
  const auto is_share = [](double value) { return value >= 0.0 && value <= 1.0; };
  require_option(islands > 0 && islands <= 4096, "--islands", "1 to 4096");
  require_option(proposals > 0 && proposals <= 65536, "--proposals", "1 to 65536");
  require_option(is_share(elite) && is_share(explore) && elite + explore <= 1.0,
                 "--elite-parents and --explore-parents",
                 "shares of at most 1 together");
  require_option(contestants > 0, "--contestants", "at least 1");
  require_option(is_share(blend), "--blend", "a share from 0 to 1");
  require_option(migration_generations > 0, "--migration-generations", "at least 1");
  require_option(is_share(migration_share), "--migration-share", "a share from 0 to 1");
}

}  // namespace neuronsmith::search

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;
using formula::Op;

/// Draws until a formula is new; then the grammar is taken to be exhausted near its parents.
constexpr int kDraws = 50;
constexpr double kNewConstant = 0.3;   ///< how often a constant factor is put in instead
constexpr double kSpread = 0.25;       ///< of constants, relative
constexpr std::size_t kShownBest = 4;  ///< programs that a proposer sees
constexpr std::size_t kShownOthers = 4;

/// Three significant digits: more would be noise, and no one's to read.
double rounded(double value) {
  if (value == 0.0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, 2.0 - std::floor(std::log10(std::abs(value))));
  const double result = std::round(value * scale) / scale;
  return std::isfinite(result) ? result : value;
}

bool has_finite_constants(const Formula& formula) {
  return std::ranges::all_of(formula.nodes(), [](const formula::Node& node) {
    return node.op != Op::Literal || std::isfinite(node.value);
  });
}

Formula shorter(Formula formula) {
  Formula simplified = formula::simplify(formula);
  return simplified.size() <= formula.size() ? simplified : formula;
}

std::pair<double, std::int64_t> criterion_and_number(const Program* program) {
  return {program->score.criterion, program->id};
}

std::vector<const Program*> best_first(const std::map<std::size_t, Program>& island) {
  std::vector<const Program*> programs;
  for (const auto& [cell, program] : island) programs.push_back(&program);
  std::ranges::sort(programs, {}, criterion_and_number);
  return programs;
}

}  // namespace

ProgramSearch::ProgramSearch(EvolutionOptions options,
                             GeneticOptions grammar,
                             InputSpace inputs,
                             std::uint64_t seed,
                             ProgramStore* store,
                             std::uint32_t first_island,
                             Ranks* ranks)
    : options_((options.validate(), options)),
      grammar_((grammar.validate(), std::move(grammar))),
      inputs_(inputs),
      seed_(seed),
      store_(store),
      first_island_(first_island),
      ranks_(ranks),
      variation_(grammar_, inputs),
      fresh_(grammar_, inputs),
      islands_(options_.islands) {}

std::vector<Formula> ProgramSearch::ask() {
  if (asked_.empty()) asked_ = proposals_under_way();
  if (asked_.empty()) {
    asked_ = new_proposals();
    if (store_ != nullptr) store_->put_proposals(generation_, asked_);
  }
  std::vector<Formula> formulas;
  for (const Proposal& proposal : asked_) formulas.push_back(proposal.formula);
  return formulas;
}

// Those of a generation that an earlier process asked for and did not finish.
std::vector<Proposal> ProgramSearch::proposals_under_way() {
  if (store_ == nullptr) return {};
  std::vector<Proposal> proposals = store_->proposals(generation_);
  std::erase_if(proposals, [this](const Proposal& p) { return !is_own(p); });
  for (const Proposal& proposal : proposals) {
    known_.insert(formula::canonical_hash(proposal.formula));
  }
  return proposals;
}

std::vector<Proposal> ProgramSearch::new_proposals() {
  std::vector<Proposal> proposals;
  if (generation_ == 0) {
    for (const Formula& seed : seeds_) {
      Proposal proposal{.formula = seed, .island = first_island_, .origin = Origin::Seed};
      if (take(proposal).empty()) proposals.push_back(std::move(proposal));
    }
  }
  for (std::uint32_t i = 0; i < options_.islands; ++i) {
    Random random(seed_, Purpose::Evolution, generation_, first_island_ + i);
    std::vector<Proposal> foreign = from_proposer(i);
    const std::size_t n_own = options_.proposals - foreign.size();
    std::ranges::move(foreign, std::back_inserter(proposals));
    for (std::size_t k = 0; k < n_own; ++k) {
      for (int draw = 0; draw < kDraws; ++draw) {
        Proposal proposal = offspring(i, random);
        if (!take(proposal).empty()) continue;
        proposals.push_back(std::move(proposal));
        break;
      }
    }
  }
  return proposals;
}

void ProgramSearch::propose_with(Proposer& proposer, double share, std::stop_token stop) {
  proposer_ = &proposer;
  wanted_ = std::max<std::size_t>(
      1, static_cast<std::size_t>(share * static_cast<double>(options_.proposals)));
  stop_ = std::move(stop);
}

// The best programs of an island and some of the others, best first.
std::vector<Program> ProgramSearch::shown(std::uint32_t island) const {
  std::vector<const Program*> programs = best_first(islands_[island]);
  if (programs.size() > kShownBest) {
    const auto others = programs.begin() + kShownBest;
    Random random(seed_, Purpose::Prompt, generation_, first_island_ + island);
    random.shuffle(std::span(others, programs.end()));
    programs.resize(std::min(programs.size(), kShownBest + kShownOthers));
    std::ranges::sort(programs, {}, criterion_and_number);
  }
  std::vector<Program> result;
  for (const Program* program : programs) result.push_back(*program);
  return result;
}

std::vector<Proposal> ProgramSearch::from_proposer(std::uint32_t island) {
  const bool is_turn = proposer_ != nullptr && generation_ % options_.islands == island;
  if (!is_turn || islands_[island].empty()) return {};
  const ProposalRequest request{.generation = generation_,
                                .inputs = inputs_,
                                .grammar = grammar_,
                                .programs = shown(island),
                                .wanted = wanted_};
  Proposed proposed = proposer_->propose(request, stop_);
  for (const LogEntry& entry : proposed.log) log(entry);
  Proposal frame{.formula = {}, .island = first_island_ + island, .origin = Origin::Model};
  for (const Program& program : request.programs) frame.parents.push_back(program.id);
  return taken(std::move(proposed.formulas), frame);
}

// As many as are wanted of the formulas, each in a proposal that is otherwise `frame`.
std::vector<Proposal> ProgramSearch::taken(std::vector<Formula> formulas, const Proposal& frame) {
  std::vector<Proposal> proposals;
  std::size_t n_read = 0;
  for (; n_read < formulas.size() && proposals.size() < wanted_; ++n_read) {
    Proposal proposal = frame;
    proposal.formula = std::move(formulas[n_read]);
    const std::string_view objection = take(proposal);
    if (objection.empty()) {
      proposals.push_back(std::move(proposal));
    } else {
      const std::string text = printable(formula::to_infix(proposal.formula, 5));
      log({generation_, "refusal", fmt::format("{}: {}", objection, text)});
    }
  }
  if (const std::size_t n_left = formulas.size() - n_read; n_left > 0) {
    log({generation_, "refusal", fmt::format("{} more than the {} wanted", n_left, wanted_)});
  }
  return proposals;
}

void ProgramSearch::log(const LogEntry& entry) {
  if (store_ != nullptr) store_->log(entry);
}

std::string_view ProgramSearch::take(Proposal& proposal) {
  if (proposal.formula.size() > kLooseSize * grammar_.max_nodes) return "too large";
  proposal.formula = shorter(std::move(proposal.formula));
  if (proposal.formula.size() > grammar_.max_nodes) return "too large";
  const bool is_seed = proposal.origin == Origin::Seed;  // what is published may be deeper
  if (!is_seed && proposal.formula.depth() > grammar_.max_depth) return "too deep";
  if (!has_finite_constants(proposal.formula)) return "a constant is not finite";
  const bool reads_input = proposal.formula.uses(Op::Input) || proposal.formula.uses(Op::Column);
  if (!reads_input) return "not a function of the input";
  const bool is_new = known_.insert(formula::canonical_hash(proposal.formula)).second;
  return is_new ? "" : "known already";
}

Proposal ProgramSearch::offspring(std::uint32_t island, Random& random) const {
  if (islands_[island].empty()) {
    return {.formula = fresh_.half_and_half(random), .island = first_island_ + island};
  }
  return varied(parent(islands_[island], random), island, random);
}

const Program& ProgramSearch::parent(const Island& island, Random& random) const {
  const std::vector<const Program*> programs = best_first(island);
  const double way = random.uniform();
  if (way < options_.elite) return *programs.front();
  std::size_t place = random.below(programs.size());
  if (way < options_.elite + options_.explore) return *programs[place];
  for (std::size_t i = 1; i < options_.contestants; ++i) {
    place = std::min(place, random.below(programs.size()));
  }
  return *programs[place];
}

Proposal ProgramSearch::varied(const Program& first, std::uint32_t island, Random& random) const {
  const Formula& f = first.proposal.formula;
  Proposal child{
      .island = first_island_ + island, .origin = Origin::Mutation, .parents = {first.id}};
  const bool is_blend = random.chance(options_.blend);
  double way = random.uniform();
  const auto falls = [&way](double probability) { return (way -= probability) < 0.0; };
  if (is_blend || falls(grammar_.crossover)) {
    const Program& donor = parent(islands_[island], random);
    const Formula& g = donor.proposal.formula;
    child.formula = is_blend ? blended(f, g, random) : variation_.crossover(f, g, random);
    child.origin = Origin::Crossover;
    child.parents.push_back(donor.id);
  } else if (falls(grammar_.subtree_mutation)) {
    child.formula = variation_.subtree(f, random);
  } else if (falls(grammar_.point_mutation)) {
    child.formula = variation_.point(f, random);
  } else if (falls(grammar_.hoist_mutation)) {
    child.formula = variation_.hoist(f, random);
  } else if (falls(grammar_.term_mutation)) {
    child.formula = variation_.term(f, random);
  } else {
    child.formula = with_other_constants(f, random);
    child.origin = Origin::Constants;
  }
  return child;
}

// A weighted mean (the geometric semantic crossover of Moraglio, Krawiec and Johnson, 2012).
Formula ProgramSearch::blended(const Formula& first, const Formula& second, Random& random) {
  const double share = rounded(random.uniform());
  return Formula::apply(Op::Add,
                        Formula::apply(Op::Mul, Formula::literal(share), first),
                        Formula::apply(Op::Mul, Formula::literal(rounded(1.0 - share)), second));
}

// All constants moved a little, or a part of the formula multiplied by one.
Formula ProgramSearch::with_other_constants(const Formula& parent, Random& random) const {
  const auto factor = [&random] { return std::exp(kSpread * random.normal()); };
  if (!parent.uses(Op::Literal) || random.chance(kNewConstant)) {
    const std::size_t position = random.below(parent.size());
    return parent.with_subtree(
        position,
        Formula::apply(Op::Mul, Formula::literal(rounded(factor())), parent.subtree(position)));
  }
  std::vector<formula::Node> nodes(parent.nodes().begin(), parent.nodes().end());
  for (formula::Node& node : nodes) {
    if (node.op == Op::Literal) node.value = rounded(node.value * factor());
  }
  return Formula::from_nodes(std::move(nodes), parent.input_shape());
}

void ProgramSearch::tell(std::vector<Formula> formulas, std::span<const Score> scores) {
  NEURONSMITH_CHECK(formulas.size() == asked_.size(), "scores of what was not asked");
  for (std::size_t i = 0; i < formulas.size(); ++i) {
    ++n_programs_;
    Program program{.id = n_programs_,
                    .generation = generation_,
                    .proposal = std::move(asked_[i]),
                    .score = scores[i]};
    if (store_ != nullptr) store_->add(program);
    settle(program);
  }
  asked_.clear();
  end_generation();
}

void ProgramSearch::end_generation() {
  if (++generation_ % options_.migration_generations == 0) migrate();
}

bool ProgramSearch::is_own(const Proposal& proposal) const {
  return proposal.island >= first_island_ && proposal.island - first_island_ < islands_.size();
}

void ProgramSearch::settle(const Program& program) {
  if (!program.score.is_valid()) return;
  if (program.proposal.origin != Origin::Seed) {
    return settle(islands_[program.proposal.island - first_island_], program);
  }
  for (Island& island : islands_) settle(island, program);
}

void ProgramSearch::settle(Island& island, const Program& program) {
  const auto [place, is_new] =
      island.try_emplace(cell_of(program.proposal.formula).index(), program);
  if (!is_new && program.score.criterion < place->second.score.criterion) place->second = program;
}

void ProgramSearch::migrate() {
  std::vector<std::vector<Program>> travellers;
  for (const Island& island : islands_) {
    const std::vector<const Program*> programs = best_first(island);
    const auto n = static_cast<std::size_t>(
        std::ceil(options_.migration_share * static_cast<double>(programs.size())));
    std::vector<Program>& going = travellers.emplace_back();
    for (std::size_t i = 0; i < n; ++i) going.push_back(*programs[i]);
  }
  std::ranges::rotate(travellers, travellers.end() - 1);
  if (ranks_ != nullptr) travellers.front() = passed_on(travellers.front());
  for (std::size_t i = 0; i < islands_.size(); ++i) {
    for (const Program& program : travellers[i]) settle(islands_[i], program);
  }
}

// Those that came for them from the rank before.
std::vector<Program> ProgramSearch::passed_on(const std::vector<Program>& travellers) {
  const std::string source = "a message of the rank before";
  const std::string message = ranks_->pass_on(to_json(travellers).dump());
  std::vector<Program> arrived = programs_from_json(parse_json(message, source), source);
  for (const Program& program : arrived) {
    known_.insert(formula::canonical_hash(program.proposal.formula));
  }
  return arrived;
}

std::vector<Candidate> ProgramSearch::standing() const {
  std::map<std::int64_t, const Program*> distinct;
  for (const Island& island : islands_) {
    for (const auto& [cell, program] : island) distinct.emplace(program.id, &program);
  }
  std::vector<Candidate> elites;
  for (const auto& [id, program] : distinct) {
    elites.push_back({program->proposal.formula, program->score});
  }
  std::ranges::stable_sort(elites, {}, [](const Candidate& c) { return c.score.criterion; });
  return elites;
}

Json ProgramSearch::save() const {
  return {{"strategy", "evolution"}, {"generation", generation_}, {"programs", n_programs_}};
}

void ProgramSearch::load(const Json& state, const std::string& source) {
  if (json_get<std::string>(state, "strategy", source) != "evolution" || store_ == nullptr) {
    throw ParseError(fmt::format("{}: the checkpoint is of another strategy", source));
  }
  const auto generation = json_get<std::uint32_t>(state, "generation", source);
  const auto n_programs = json_get<std::int64_t>(state, "programs", source);
  islands_.assign(options_.islands, {});
  for (const Program& program : store_->programs()) {
    if (!is_own(program.proposal)) continue;
    ++n_programs_;
    while (generation_ < program.generation) end_generation();
    known_.insert(formula::canonical_hash(program.proposal.formula));
    settle(program);
  }
  while (generation_ < generation) end_generation();
  if (n_programs_ != n_programs) throw ParseError(fmt::format("{}: programs are missing", source));
}

}  // namespace neuronsmith::search::evolution
