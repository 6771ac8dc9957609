#include "neuronsmith/formula/substitute.hpp"

#include <utility>
#include <vector>

namespace neuronsmith::formula {

Formula substitute(const Formula& pattern,
                   Op leaf,
                   std::span<const Formula> parts,
                   Shape shape_of_x) {
  std::vector<Node> nodes;
  for (const Node& node : pattern.nodes()) {
    if (node.op != leaf) {
      nodes.push_back(node);
      continue;
    }
    const auto part = parts[static_cast<std::size_t>(node.index)].nodes();
    nodes.insert(nodes.end(), part.begin(), part.end());
  }
  return Formula::from_nodes(std::move(nodes), shape_of_x);
}

}  // namespace neuronsmith::formula
