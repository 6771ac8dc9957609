#include "neuronsmith/search/member.hpp"

namespace neuronsmith::search {

using formula::Formula;
using formula::Op;

std::optional<network::Member> activation_member(const Formula& formula) {
  if (!formula.uses(Op::Input) || !neuron::objection_to(formula).empty()) return std::nullopt;
  return network::Member{.activation = formula};
}

}  // namespace neuronsmith::search
