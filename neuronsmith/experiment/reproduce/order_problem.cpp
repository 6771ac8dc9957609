#include "neuronsmith/experiment/reproduce/order_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "neuronsmith/core/statistics.hpp"

namespace neuronsmith::experiment::recovery {
namespace {

std::vector<double> values_of_term(const OrderLawTables& tables, std::size_t term) {
  const std::size_t n_features = tables.data.columns.size() - 1;
  std::vector<float> x(n_features);
  std::vector<double> values;
  for (std::size_t i = 0; i < tables.data.n_rows; ++i) {
    for (std::size_t j = 0; j < n_features; ++j) x[j] = tables.data.columns[j].numbers[i];
    values.push_back(tables.law.term(term, x));
  }
  return values;
}

double squared(double x) { return x * x; }

}  // namespace

neuron::OrderSet true_orders(const OrderLaw& law) {
  neuron::OrderSet orders;
  for (const OrderTerm& term : terms_of(law)) {
    (term.is_interaction ? orders.interaction : orders.pure).push_back(term.order);
  }
  std::ranges::sort(orders.pure);
  std::ranges::sort(orders.interaction);
  return orders;
}

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kNames = {"perfect", "superset", "missing"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Verdict verdict_of(const std::optional<neuron::OrderSet>& found, const neuron::OrderSet& truth) {
  if (!found || !found->contains(truth)) return Verdict::Missing;
  return *found == truth ? Verdict::Perfect : Verdict::Superset;
}

std::string text_of(const std::optional<neuron::OrderSet>& orders) {
  if (!orders) return "no polynomial";
  std::vector<std::string> parts;
  for (const int k : orders->pure) parts.push_back(fmt::format("S{}", k));
  for (const int k : orders->interaction) parts.push_back(fmt::format("I{}", k));
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, " + "));
}

PreparedData prepared(OrderLawTables&& tables) {
  DataOptions options{.data = tables.data.source,
                      .task = TaskChoice::Regression,
                      .scaling = Scaling::None,
                      .target_scaling = Scaling::None,
                      .clip = false,
                      .split = {.validation = 0.0, .test = 0.0}};
  SourceTables source{.data = std::move(tables.data), .test = std::move(tables.test), .hash = {}};
  source.hash = source.data.hash();
  if (source.test.n_rows > 0) options.test_data = options.data;
  return prepare(std::move(source), options);
}

std::vector<double> variance_shares(const OrderLawTables& tables, double noise) {
  const double total = squared(tables.deviation);
  std::vector<double> shares;
  for (std::size_t t = 0; t < tables.law.coefficients.size(); ++t) {
    shares.push_back(squared(summarise(values_of_term(tables, t)).population_deviation()) / total);
  }
  shares.push_back(squared(noise) / total);
  return shares;
}

}  // namespace neuronsmith::experiment::recovery
