#include <cstdio>
#include <vector>

#include "neuronsmith/experiment/train.hpp"
#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/neuron/neuron.hpp"

int main() {
  using namespace neuronsmith;
  const auto square = formula::parse_or_throw("x^2 + 1", formula::Shape::Scalar, "consumer");
  const std::vector<float> x = {3.0F};
  std::vector<float> y(1);
  formula::ElementwiseFunction(square).evaluate(x, y);
  const auto neuron = neuron::resolve_neuron("quadratic");
  std::printf("%g %zu\n", static_cast<double>(y[0]), neuron.aggregation.terms.size());
  return y[0] == 10.0F && neuron.aggregation.terms.size() == 3 ? 0 : 1;
}
