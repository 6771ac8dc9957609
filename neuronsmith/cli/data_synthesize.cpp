#include <algorithm>
#include <filesystem>
#include <optional>

#include "neuronsmith/cli/data.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/data/synthetic/laws.hpp"
#include "neuronsmith/data/synthetic/order_laws.hpp"
#include "neuronsmith/data/write_table.hpp"
#include "neuronsmith/experiment/reproduce/order_problem.hpp"

namespace neuronsmith::cli {
namespace {

constexpr const char* kSynthesizeExamples = R"(
Examples:
  neuronsmith data synthesize --law 5 --out law5.csv
  neuronsmith data synthesize --law 3 --noise 0.05 --range 1.5 --rows 600 --seed 2 --out law3.csv
  neuronsmith data synthesize --law interact-3 --features 30 --out interact3.csv
  neuronsmith data synthesize --world lorenz --seed 3 --out train.csv --ood-out ood.csv
  neuronsmith data synthesize --world feynman --equation I.6.2a --out train.csv --ood-out ood.csv)";

struct SynthesizeFlags {
  std::string law = "1";
  std::optional<std::string> world;
  std::string equation;
  std::optional<double> noise;
  std::optional<double> range;
  std::optional<std::size_t> rows;
  std::size_t features = 10;
  std::uint64_t seed = 1;
  std::string out;
  std::string test_out;
  std::string ood_out;
};

/// The number of one of the ten laws.
int parse_law(const std::string& text) {
  for (int number = 1; number <= kLawCount; ++number) {
    if (text == std::to_string(number)) return number;
  }
  throw ConfigError(fmt::format("--law: 1 to {}, {} to {} are known, not \"{}\"",
                                kLawCount,
                                name(order_laws().front()),
                                name(order_laws().back()),
                                text));
}

/// A synthetic table and what there is to say of it.
struct Synthesized {
  Table table;
  Json about;
};

Synthesized synthesize_power_law(const SynthesizeFlags& flags) {
  SyntheticOptions options{.features = flags.features, .seed = flags.seed};
  options.law = parse_law(flags.law);
  options.noise = flags.noise.value_or(options.noise);
  options.range = flags.range.value_or(options.range);
  options.rows = flags.rows.value_or(options.rows);
  return {synthesize(options), {{"law", law_text(options.law)}}};
}

Synthesized synthesize_order_law(const OrderLaw& law, const SynthesizeFlags& flags) {
  if (flags.range) throw ConfigError("--range: inputs of " + flags.law + " are N(0, 1)");
  OrderLawOptions options{.law = law, .features = flags.features, .seed = flags.seed};
  options.noise = flags.noise.value_or(options.noise);
  options.rows = flags.rows.value_or(options.rows);
  OrderLawTables tables = synthesize(options);
  Json about{{"law", tables.law.text()},
             {"orders", neuron::to_json(experiment::recovery::true_orders(law))},
             {"mean", tables.mean},
             {"deviation", tables.deviation}};
  return {std::move(tables.data), std::move(about)};
}

void run_law(const SynthesizeFlags& flags, const Context& context) {
  const auto order_law = find_order_law(flags.law);
  Synthesized made =
      order_law ? synthesize_order_law(*order_law, flags) : synthesize_power_law(flags);
  const std::string csv = to_csv(made.table);
  if (flags.out.empty()) {
    fmt::print("{}", csv);
    return;
  }
  write_file_atomically(flags.out, csv);
  context.say("written  {} ({} rows of y = {}{})",
              flags.out,
              made.table.n_rows,
              made.about["law"].get<std::string>(),
              order_law ? ", standardised" : "");
  made.about["rows"] = made.table.n_rows;
  made.about["out"] = flags.out;
  context.print(made.about);
}

/// A part of a world and the file that it goes to.
struct PartFile {
  const char* option;
  const char* key;  ///< of the path in JSON
  std::string path;
  const WorldPart* part;
};

/// Those that were asked for.
std::vector<PartFile> files_of(const SynthesizeFlags& flags, const World& world) {
  std::vector<PartFile> files = {{"--out", "out", flags.out, &world.training},
                                 {"--test-out", "test_out", flags.test_out, &world.test},
                                 {"--ood-out", "ood_out", flags.ood_out, &world.ood}};
  std::erase_if(files, [](const PartFile& file) { return file.path.empty(); });
  return files;
}

void require_writable_and_apart(const std::vector<PartFile>& files) {
  const auto place = [](const PartFile& file) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(file.path));
  };
  for (auto file = files.begin(); file != files.end(); ++file) {
    require_writable(file->path);
    const auto same = std::ranges::find(files.begin(), file, place(*file), place);
    if (same == file) continue;
    throw ConfigError(
        fmt::format("{}: {} is the file of {}", file->option, file->path, same->option));
  }
}

WorldOptions world_options(const SynthesizeFlags& flags) {
  WorldOptions options{.family = parse_world_family(*flags.world), .equation = flags.equation};
  options.training_rows = flags.rows.value_or(options.training_rows);
  options.test_rows = options.training_rows;
  options.ood_rows = options.training_rows;
  options.noise = flags.noise.value_or(options.noise);
  options.seed = flags.seed;
  return options;
}

void run_world(const SynthesizeFlags& flags, const Context& context) {
  const World world = make_world(world_options(flags));
  const std::vector<PartFile> files = files_of(flags, world);
  require_writable_and_apart(files);
  for (const PartFile& file : files) {
    write_file_atomically(file.path, to_csv(to_table(world, *file.part)));
  }
  if (flags.out.empty()) {
    fmt::print("{}", to_csv(to_table(world, world.training)));
    return;
  }
  context.say("world    {}: y = {}", world.name, world.law);
  context.say("inputs   {}", text_of(world.inputs));
  Json about = json_of(world);
  about["rows"] = world.training.target.size();
  for (const PartFile& file : files) {
    context.say("written  {} ({} rows)", file.path, file.part->target.size());
    about[file.key] = file.path;
  }
  context.print(about);
}

void run_synthesize(const SynthesizeFlags& flags, const Context& context) {
  flags.world ? run_world(flags, context) : run_law(flags, context);
}

void add_law_options(CLI::App& command, SynthesizeFlags& flags, CLI::Option* world) {
  command
      .add_option("--law",
                  flags.law,
                  "1 to 10: sums of powers; pure-0 to pure-4, interact-0 ..., hybrid-0 ...: orders")
      ->capture_default_str()
      ->excludes(world);
  command.add_option("--range", flags.range, "1 to 10: inputs are uniform in [-RANGE, RANGE]")
      ->default_str("50")
      ->excludes(world);
  command.add_option("--features", flags.features, "Inputs of a law")
      ->capture_default_str()
      ->excludes(world);
}

void add_world_options(CLI::App& command, SynthesizeFlags& flags, CLI::Option* world) {
  command.add_option("--equation", flags.equation, "Equation of the family feynman, e.g. I.6.2a")
      ->default_str("drawn by the seed")
      ->needs(world);
  command
      .add_option(
          "--test-out", flags.test_out, "CSV file of other rows within the ranges of training")
      ->needs(world);
  command
      .add_option(
          "--ood-out",
          flags.ood_out,
          "CSV file of rows beyond those ranges (out of distribution): a --test of discover, "
          "train and compare")
      ->needs(world);
}

}  // namespace

void add_synthesize(CLI::App& parent, Context& context) {
  auto flags = std::make_shared<SynthesizeFlags>();
  CLI::App& command =
      *parent.add_subcommand("synthesize", "Write a table of a published law, or of a world");
  command.footer(kSynthesizeExamples);
  CLI::Option* const world = command.add_option(
      "--world",
      flags->world,
      "Family of synthetic worlds (see neuronsmith data worlds); --out gets its training rows");
  add_world_options(command, *flags, world);
  add_law_options(command, *flags, world);
  command
      .add_option("--noise",
                  flags->noise,
                  "Standard deviation of the noise: 1 to 10 over the root mean square of y; orders "
                  "before y is standardised; worlds over that of y, in training rows alone")
      ->default_str("0; orders 0.01");
  command.add_option("--rows", flags->rows, "Rows of each file")
      ->default_str("600; orders 2500; worlds 1024");
  command.add_option("--seed", flags->seed, "Seed")->capture_default_str();
  command.add_option("--out", flags->out, "CSV file")->default_str("standard output");
  add_common_options(command, context);
  command.callback([flags, &context] { run_synthesize(*flags, context); });
}

}  // namespace neuronsmith::cli
