#include "neuronsmith/experiment/discover.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include "neuronsmith/cli/context.hpp"
#include "neuronsmith/cli/data_options.hpp"
#include "neuronsmith/cli/discover_options.hpp"
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
  neuronsmith discover --recipe activation-gp --data higgs.csv.gz --target class --rows 10000
  neuronsmith discover --recipe mine --minutes 20 --out mined.json          # no table: synthetic worlds
  neuronsmith discover --recipe mine --llm-url http://localhost:8080/v1 --llm-model qwen
  mpirun -n 4 neuronsmith discover --recipe mine --minutes 20 --out mined.json
  neuronsmith discover --recipe mine --data my.csv --target y --shift column=x3
  neuronsmith discover --recipe vsr --objective network --population 40 --data train.csv
  neuronsmith discover --recipe mine --role neuron --data train.csv   # aggregation and activation at once)";

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

std::string ratio_text(const search::Score& score) {
  if (!score.trials) return fmt::format("{:>9}  {:52}", "diverges", "");
  const search::TrialSummary& trials = *score.trials;
  return fmt::format("{:>9.4g}  {:>8.4g} to {:<8.4g}  {:>9.4g}  {:>9.4g}  {:>5.0f}", score.error, trials.low,
                     trials.high, score.criterion, trials.test, trials.cost);
}

/// Formulas with their scores; of networks the ratios to the reference.
void print_entries(const Context& context,
                   const std::vector<experiment::FrontEntry>& entries,
                   const std::string& heading) {
  const bool are_ratios = !entries.empty() && entries.front().score.trials.has_value();
  context.say("{:>10}  {}  formula ({})", "complexity",
              are_ratios ? fmt::format("{:>9}  {:^20}  {:>9}  {:>9}  {:>5}", "ratio", "95 % interval", "criterion",
                                       "in distr.", "FLOP")
                         : fmt::format("{:>12}", "error"),
              heading);
  for (const experiment::FrontEntry& entry : entries) {
    context.say("{:>10}  {}  {}{}", entry.score.complexity,
                are_ratios ? ratio_text(entry.score) : fmt::format("{:>12.6g}", entry.score.error),
                formula::to_infix(entry.formula, 5), entry.is_chosen ? "   <- chosen" : "");
  }
}

std::string_view unit_of(const experiment::DiscoveryResult& result) {
  switch (result.error_kind) {
    case experiment::ErrorKind::SquaredError:
      return "of the target's variance";
    case experiment::ErrorKind::LogLoss:
      return "of log loss";
    case experiment::ErrorKind::Ratio:
      break;
  }
  return "of the loss of networks with the reference";
}

void print_model(const Context& context, const experiment::ModelSummary& model) {
  context.say("model     {}: {} proposals accepted, {} refused, {} requests failed", model.model,
              model.accepted, model.refused, model.failed);
}

void print_neuron(const Context& context, const neuron::Neuron& neuron) {
  if (!neuron.activation) return context.say("\nneuron    {}", formula::to_infix(neuron.formula, 5));
  context.say("\nneuron    {}, then {}", formula::to_infix(neuron.formula, 5),
              formula::to_infix(neuron.activation->formula, 5));
}

/// Of a finalist the one that it had when it was trained anew.
void print_error(const Context& context, const experiment::DiscoveryResult& result) {
  for (const experiment::FrontEntry& finalist : result.finalists) {
    if (!finalist.is_chosen) continue;
    const search::TrialSummary& trials = *finalist.score.trials;
    return context.say("error     {:.6g} ({:.4g} to {:.4g}) {}, trained anew", finalist.score.error, trials.low,
                       trials.high, unit_of(result));
  }
  context.say("error     {:.6g} {}", result.score.error, unit_of(result));
}

void print_result(const Context& context,
                  const experiment::DiscoveryResult& result,
                  const std::string& out) {
  print_entries(context, result.front, "front of error and complexity");
  if (!result.tradeoffs.empty()) {
    context.say("           of {} that none beats also in loss within the distribution and FLOP (--json: tradeoffs)",
                result.tradeoffs.size());
  }
  if (!result.finalists.empty()) {
    context.say("");
    print_entries(context, result.finalists, "finalists, trained anew");
  }
  if (result.tensor) print_agreement(context, *result.tensor);
  if (result.columns) {
    print_activation(context, result);
  } else {
    print_neuron(context, result.neuron);
  }
  print_error(context, result);
  const std::string amount = result.tensor
                                 ? fmt::format("{} restarts", result.tensor->restarts.size())
                                 : fmt::format("{} candidates", result.search.candidates);
  context.say("searched  {} in {:.2f} s", amount, result.search.seconds);
  if (result.model) print_model(context, *result.model);
  context.say("written   {}", out);
}

void require_budget(const Budget& budget, const search::Recipe& recipe) {
  budget.validate();
  if (!recipe.is_tensor()) return;
  const char* const given = budget.generations ? "--generations" : budget.candidates ? "--candidates" : nullptr;
  if (given == nullptr) return;
  throw ConfigError(fmt::format("{}: --recipe {} has no such limit, {}; see --restarts", given,
                                recipe.name, what_it_does(recipe)));
}

experiment::DiscoverOptions resolved(const DiscoverFlags& flags, const Context& context) {
  experiment::DiscoverOptions options{.recipe = resolved_recipe(flags),
                                      .driver = flags.driver,
                                      .training_rows_only = flags.training_rows_only,
                                      .seed = flags.data.options.split.seed,
                                      .ranks = context.ranks};
  std::optional<std::size_t>& seeds = options.recipe.trials.seeds;
  if (options.recipe.is_network()) seeds = options.recipe.trials.seeds_on(!flags.data.options.data.empty());
  options.model = flags.model.resolved();
  Budget& budget = options.driver.budget;
  if (!budget.generations && !budget.candidates && !budget.minutes) budget = options.recipe.budget();
  require_budget(budget, options.recipe);
  if (options.recipe.is_evolution()) {
    if (!flags.checkpoint.empty()) {
      throw ConfigError("--checkpoint: program evolution keeps its state in --database");
    }
    options.database = flags.database.empty() ? flags.out + ".programs" : flags.database;
    return options;
  }
  if (!flags.database.empty()) {
    throw ConfigError(fmt::format("--database: --recipe {} has none, {}", options.recipe.name,
                                  what_it_does(options.recipe)));
  }
  options.driver.checkpoint =
      flags.checkpoint.empty() ? flags.out + ".checkpoint" : flags.checkpoint;
  return options;
}

/// The table to search on; absent where the search makes its own worlds.
std::optional<experiment::PreparedData> prepared(const DiscoverFlags& flags, const search::Recipe& recipe) {
  if (flags.data.options.data.empty()) return std::nullopt;
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
                      const experiment::PreparedData* data,
                      const experiment::DiscoverOptions& options,
                      Context& context,
                      Recording& recording) {
  const Interrupt interrupt;
  const Executor executor(context.threads);
  const std::string& place = options.database.empty() ? options.driver.checkpoint : options.database;
  experiment::DiscoveryResult result;
  try {
    result = data != nullptr ? experiment::discover(*data, options, executor, &recording, interrupt.token())
                             : experiment::discover(options, executor, &recording, interrupt.token());
  } catch (const DataError&) {
    if (!interrupt.token().stop_requested()) throw;
    recording.finish(experiment::RunStatus::Interrupted, Json::object());
    context.exit_status = kInterrupted;
    return context.note("interrupted before anything was scored; --resume goes on from {}", place);
  }
  if (!context.is_first()) return;
  std::string neuron = neuron::to_json(result.neuron).dump(2) + "\n";
  write_file_atomically(flags.out, neuron);
  Json json = to_json(result);
  json["out"] = flags.out;
  record(recording, result, std::move(neuron), json);
  if (result.search.interrupted) {
    context.exit_status = kInterrupted;
    context.note("interrupted: the best so far is written; --resume goes on from {}", place);
  } else if (flags.checkpoint.empty() && options.database.empty()) {
    std::filesystem::remove(options.driver.checkpoint);
  }
  print_result(context, result, flags.out);
  if (!options.database.empty()) context.say("programs  {}", options.database);
  context.print(json);
}

void note_table(const Context& context, const DiscoverFlags& flags, const experiment::PreparedData& data) {
  note_rows(context, flags.data.options, data.n_table_rows);
  context.note("{}: {}, {} rows for the search, {} kept out as test rows, {} inputs, scaling {}",
               data.source, name(data.task.kind), data.n_training + data.n_validation, data.n_test,
               data.preprocessor.n_features(), name(data.preprocessor.options().scaling));
}

void note_worlds(const Context& context, const search::Recipe& recipe) {
  context.note("synthetic worlds: {} each of {}", recipe.worlds.per_family,
               search::world_family_names(recipe.worlds.families));
}

void run(const DiscoverFlags& flags, Context& context) {
  context.quiet = context.quiet || !context.is_first();
  const experiment::DiscoverOptions options = resolved(flags, context);
  if (context.is_first()) {
    require_writable(flags.out);
    if (!options.driver.checkpoint.empty()) require_writable(options.driver.checkpoint);
  }
  const auto data = prepared(flags, options.recipe);
  if (data) {
    experiment::validate(*data, options);
    note_table(context, flags, *data);
  } else {
    experiment::validate(options);
    note_worlds(context, options.recipe);
  }
  const auto progress = context.progress();
  StoreFlags store = flags.store;
  store.no_store = store.no_store || !context.is_first();
  Recording recording(store,
                      context,
                      {.data = data ? data->source : "synthetic worlds",
                       .data_hash = data ? data->hash : "",
                       .seed = options.seed,
                       .resume_key = data ? experiment::search_identity(*data, options)
                                          : experiment::search_identity(options)},
                      options.driver.resume ? RunOrigin::MayResume : RunOrigin::New,
                      progress.get());
  recording.watch(
      [&] { search_and_write(flags, data ? &*data : nullptr, options, context, recording); });
}

}  // namespace

void add_discover(CLI::App& app, Context& context) {
  auto flags = std::make_shared<DiscoverFlags>();
  CLI::App& command = *app.add_subcommand("discover", "Search the neuron that a table, or extrapolation at large, wants");
  command.footer(kExamples);
  add_discover_options(command, *flags);
  add_store_flags(command, flags->store);
  add_common_options(command, context);
  command.callback([flags, &context] { run(*flags, context); });
}

}  // namespace neuronsmith::cli
