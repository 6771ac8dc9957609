// Prints the trees of the evaluation benchmark as infix text, a tree a line, for other programs to
// be measured on: print_trees arithmetic|transcendental.
#include <fmt/format.h>

#include <string_view>

#include "benchmarks/trees.hpp"
#include "neuronsmith/formula/print.hpp"

int main(int argc, char** argv) {
  using namespace neuronsmith;
  const bool arithmetic = argc == 2 && std::string_view(argv[1]) == "arithmetic";
  const auto kind =
      arithmetic ? benchmarks::TreeKind::Arithmetic : benchmarks::TreeKind::Transcendental;
  for (const formula::Formula& tree : benchmarks::random_trees(kind)) {
    fmt::print("{}\n", formula::to_infix(tree));
  }
}
