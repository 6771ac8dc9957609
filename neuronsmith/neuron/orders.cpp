#include "neuronsmith/neuron/orders.hpp"

#include <algorithm>

#include "neuronsmith/formula/polynomial.hpp"

namespace neuronsmith::neuron {
namespace {

void insert(int order, std::vector<int>& orders) {
  const auto place = std::ranges::lower_bound(orders, order);
  if (place == orders.end() || *place != order) orders.insert(place, order);
}

/// Sum of the exponents of the factors; absent where one is no power.
std::optional<int> degree_of(const Term& term) {
  int degree = 0;
  for (const formula::Formula& phi : term.factors) {
    const std::optional<int> exponent = formula::exponent_of(phi);
    if (!exponent || *exponent < 1) return std::nullopt;
    degree += *exponent;
  }
  return degree;
}

}  // namespace

bool OrderSet::contains(const OrderSet& other) const {
  return std::ranges::includes(pure, other.pure) &&
         std::ranges::includes(interaction, other.interaction);
}

std::optional<OrderSet> orders_of(const Aggregation& aggregation) {
  OrderSet orders;
  for (const Term& term : aggregation.terms) {
    const std::optional<int> degree = degree_of(term);
    if (!degree) return std::nullopt;
    insert(*degree, term.is_pure() ? orders.pure : orders.interaction);
  }
  return orders;
}

Json to_json(const OrderSet& orders) {
  return {{"pure", orders.pure}, {"interaction", orders.interaction}};
}

}  // namespace neuronsmith::neuron
