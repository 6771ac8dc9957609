#include "neuronsmith/search/member.hpp"

#include <utility>
#include <variant>

#include "neuronsmith/formula/normal_form.hpp"
#include "neuronsmith/neuron/composite.hpp"

namespace neuronsmith::search {

using formula::Formula;
using formula::Op;
using network::Member;

std::optional<Member> activation_member(const Formula& formula) {
  if (!formula.uses(Op::Input) || !neuron::objection_to(formula).empty()) return std::nullopt;
  return Member{.activation = formula::simplify(formula)};
}

std::optional<Member> aggregation_member(const Formula& formula,
                                         const neuron::Activation& activation) {
  auto aggregation = neuron::to_aggregation(formula::simplify(formula));
  if (std::holds_alternative<neuron::NoTermForm>(aggregation)) return std::nullopt;
  return Member{.aggregation = std::get<neuron::Aggregation>(std::move(aggregation)),
                .activation = activation};
}

std::optional<Member> neuron_member(const Formula& formula) {
  const auto parts = neuron::decompose(formula);
  if (!parts) return std::nullopt;
  const auto activation = activation_member(parts->activation);
  if (!activation) return std::nullopt;
  return aggregation_member(parts->aggregation, activation->activation);
}

}  // namespace neuronsmith::search
