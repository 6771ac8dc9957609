#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/experiment/reproduce/neuronseek_synthetic.hpp"
#include "neuronsmith/experiment/reproduce/order_identity.hpp"
#include "neuronsmith/experiment/reproduce/order_refit.hpp"

namespace neuronsmith::experiment {
namespace {

using recovery::Verdict;

constexpr double kPublishedSeconds = 60.0;

std::size_t sum_of(const std::vector<std::size_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::size_t{0});
}

std::string number_or_dash(const std::optional<double>& value) {
  return value ? fmt::format("{:.2g}", *value) : "-";
}

std::string truth_text(const OrderLaw& law) {
  return recovery::text_of(recovery::true_orders(law));
}

std::string law_of(const OrderLaw& law) {
  std::string text;
  for (const OrderTerm& term : terms_of(law)) {
    const std::string coefficient = term.low == term.high
                                        ? fmt::format("{}", term.low)
                                        : fmt::format("±U({}, {})", term.low, term.high);
    text += fmt::format("{}{} {}{}",
                        text.empty() ? "" : " + ",
                        coefficient,
                        term.is_interaction ? "I" : "S",
                        term.order);
  }
  return text;
}

std::string header(const NeuronSeekSyntheticStudy& study) {
  const NeuronSeekSyntheticOptions& options = study.options;
  return fmt::format(
      "{} problems, {} seeds, {} rows, {} test rows, noise {}, {}. Perfect: the orders found are "
      "the "
      "true ones; superset: they and others; missing: one of them is not found. Test error: mean "
      "squared error over the variance of the test rows' y, of one neuron of the orders found that "
      "was trained anew (interactions of rank {}). Seconds: one search on one thread, several "
      "beside each other.\n\n",
      options.laws.size(),
      options.seeds.size(),
      options.rows,
      options.test_rows,
      options.noise,
      options.seconds ? fmt::format("at most {} s a search", *options.seconds) : "no time limit",
      recovery::kRefitRank);
}

std::string per_seed(const std::vector<std::size_t>& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string summary_table(const NeuronSeekSyntheticStudy& study) {
  std::string text =
      "### Verdicts\n\n| inputs | method | perfect, by seed | perfect | superset | missing | "
      "median "
      "test error | median seconds |\n| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
  for (const RecoverySummary& row : study.summaries) {
    const std::size_t n = sum_of(row.perfect) + sum_of(row.superset) + sum_of(row.missing);
    text += fmt::format("| {} | {} | {} | {} of {} | {} | {} | {} | {:.2g} |\n",
                        row.dimension,
                        row.method,
                        per_seed(row.perfect),
                        sum_of(row.perfect),
                        n,
                        sum_of(row.superset),
                        sum_of(row.missing),
                        number_or_dash(row.median_test_error),
                        row.median_seconds);
  }
  return text + "\n";
}

/// What a method came to on one problem, over the seeds.
std::string problem_cell(const NeuronSeekSyntheticStudy& study,
                         const OrderLaw& law,
                         std::size_t dimension,
                         const std::string& method) {
  std::size_t perfect = 0;
  std::vector<std::string> found;
  std::vector<double> errors;
  for (const RecoveryOutcome& outcome : study.outcomes) {
    if (!(outcome.law == law) || outcome.dimension != dimension || outcome.method != method)
      continue;
    perfect += outcome.verdict == Verdict::Perfect;
    found.push_back(recovery::text_of(outcome.found));
    if (outcome.test_error) errors.push_back(*outcome.test_error);
  }
  if (found.empty()) return "";
  const std::vector<StructureCount> counts = count_texts(found);
  std::string text = fmt::format("{} of {}", perfect, found.size());
  if (perfect < found.size()) {
    text += fmt::format("; {} ({})", counts[0].structure, counts[0].repeats);
  }
  if (!errors.empty()) text += fmt::format("; {:.2g}", summarise(errors).median);
  return text;
}

std::string problem_table(const NeuronSeekSyntheticStudy& study, std::size_t dimension) {
  std::string text = fmt::format(
      "### {} inputs\n\nPerfect verdicts; where not all are, what was found most often (how "
      "often); "
      "median test error.\n\n| problem | law | orders |",
      dimension);
  std::string rule = "| --- | --- | --- |";
  for (const std::string& method : study.options.methods) {
    text += fmt::format(" {} |", method);
    rule += " --- |";
  }
  text += "\n" + rule + "\n";
  for (const OrderLaw& law : study.options.laws) {
    text += fmt::format("| {} | {} | {} |", name(law), law_of(law), truth_text(law));
    for (const std::string& method : study.options.methods) {
      text += fmt::format(" {} |", problem_cell(study, law, dimension, method));
    }
    text += "\n";
  }
  return text + "\n";
}

std::string shares_table(const NeuronSeekSyntheticStudy& study) {
  if (study.shares.empty()) return {};
  std::string text =
      "### What there is to see\n\nShare of the variance of y that each term and the noise have, "
      "mean over the seeds. Terms that correlate (S2 and S4) do not add up to 1.\n\n| problem | "
      "inputs | terms | shares | noise | weakest term over noise |\n| --- | ---: | --- | --- | "
      "---: "
      "| ---: |\n";
  for (const RecoveryShares& row : study.shares) {
    std::vector<std::string> shares;
    for (const double share : row.terms) shares.push_back(fmt::format("{:.2g}", share));
    const double least = *std::ranges::min_element(row.terms);
    text += fmt::format("| {} | {} | {} | {} | {:.2g} | {} |\n",
                        name(row.law),
                        row.dimension,
                        law_of(row.law),
                        fmt::join(shares, ", "),
                        row.noise,
                        row.noise > 0.0 ? fmt::format("{:.2g}", least / row.noise) : "-");
  }
  return text + "\n";
}

std::string stability_table(const NeuronSeekSyntheticStudy& study) {
  if (study.stability.empty()) return {};
  std::string text = fmt::format(
      "### Stability\n\nOne table of data a problem, {} searches of it that differ in their seed "
      "alone: what was found, and how often.\n\n| problem | inputs | orders | method | different | "
      "found |\n| --- | ---: | --- | --- | ---: | --- |\n",
      study.options.stability);
  for (const RecoveryStability& row : study.stability) {
    std::vector<std::string> found;
    for (const auto& [structure, count] : row.structures) {
      found.push_back(fmt::format("{} ({})", structure, count));
    }
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n",
                        name(row.law),
                        row.dimension,
                        truth_text(row.law),
                        row.method,
                        row.structures.size(),
                        fmt::join(found, ", "));
  }
  return text + "\n";
}

/// What is known of the products of order k that S_k needs, beside the rank of a refit.
std::string products_cell(std::size_t dimension, int order) {
  const std::size_t least = recovery::least_products(dimension, order);
  const std::size_t enough = recovery::enough_products(dimension, order);
  const char* held = enough <= recovery::kRefitRank ? "held"
                     : least > recovery::kRefitRank ? "not held"
                                                    : "open";
  return fmt::format("{} to {}, {}", least, enough, held);
}

/// Share of the variance of S2 that interactions of the rank of a refit leave.
double squares_left(std::size_t dimension) {
  std::vector<double> unit(dimension * dimension);
  for (std::size_t i = 0; i < dimension; ++i) unit[i * dimension + i] = 1.0;
  return recovery::quadratic_beyond_products(unit, dimension, recovery::kRefitRank);
}

std::string identity_table(const NeuronSeekSyntheticStudy& study) {
  std::string text = fmt::format(
      "### What can be told apart\n\nSo many products of k inner products (from, to) hold S_k, and "
      "whether an interaction of rank {} does: then S_k and I_k are the same answer, and only the "
      "number of parameters speaks for S_k. Last: the share of the variance of S2 that such an "
      "interaction leaves.\n\n| inputs | S2 in I2 | S3 in I3 | S4 in I4 | S5 in I5 | S2 left |\n| "
      "---: "
      "| --- | --- | --- | --- | ---: |\n",
      recovery::kRefitRank);
  for (const std::size_t dimension : study.options.dimensions) {
    text += fmt::format("| {} |", dimension);
    for (int order = 2; order <= 5; ++order) text += " " + products_cell(dimension, order) + " |";
    text += fmt::format(" {:.2g} |\n", squares_left(dimension));
  }
  return text + "\n";
}

std::string published_note() {
  return fmt::format(
      "Published (Pei et al., arXiv 2506.15715): searches of at most {} s; for mode interact a "
      "\"reconstruction accuracy\" of 9.45 whose unit is not stated. The published verdicts are "
      "not "
      "known to us, so there are none to set beside these.\n",
      kPublishedSeconds);
}

}  // namespace

std::string results_csv(const NeuronSeekSyntheticStudy& study) {
  std::string text = "problem,inputs,seed,method,orders,found,verdict,test_error,seconds\n";
  for (const RecoveryOutcome& outcome : study.outcomes) {
    text += fmt::format("{},{},{},{},{},{},{},{},{:.3f}\n",
                        name(outcome.law),
                        outcome.dimension,
                        outcome.seed,
                        outcome.method,
                        truth_text(outcome.law),
                        recovery::text_of(outcome.found),
                        recovery::name(outcome.verdict),
                        outcome.test_error ? fmt::format("{}", *outcome.test_error) : "",
                        outcome.seconds);
  }
  return text;
}

std::string results_markdown(const NeuronSeekSyntheticStudy& study) {
  std::string text = header(study) + summary_table(study);
  for (const std::size_t dimension : study.options.dimensions) {
    text += problem_table(study, dimension);
  }
  return text + stability_table(study) + shares_table(study) + identity_table(study) +
         published_note();
}

}  // namespace neuronsmith::experiment
