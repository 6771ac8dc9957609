#pragma once

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "neuronsmith/formula/evaluate.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search::evolution::testing {

inline formula::Formula scalar(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Scalar, "test");
}

/// How far a formula is from 0.6 x + sin(2.3 x) on [-3, 3], whose constants chance does not draw.
class Distance final : public Objective {
 public:
  [[nodiscard]] std::uint64_t key(const formula::Formula& f) const override { return f.hash(); }
  [[nodiscard]] formula::Formula fitted(const formula::Formula& f) const override { return f; }
  [[nodiscard]] std::vector<Score> score(std::span<const formula::Formula> formulas,
                                         const Executor&) const override {
    std::vector<Score> scores;
    for (const formula::Formula& f : formulas) {
      std::vector<float> x;
      for (int i = -30; i <= 30; ++i) x.push_back(0.1F * static_cast<float>(i));
      std::vector<float> y(x.size());
      formula::ElementwiseFunction(f).evaluate(x, y);
      double sum = 0.0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += std::abs(static_cast<double>(y[i] - std::sin(2.3F * x[i]) - 0.6F * x[i]));
      }
      if (!std::isfinite(sum)) sum = HUGE_VAL;
      scores.push_back(
          {sum, static_cast<double>(f.size()), sum + 0.01 * static_cast<double>(f.size())});
    }
    return scores;
  }
};

inline GeneticOptions grammar() {
  GeneticOptions options;
  options.constants = ConstantKind::Uniform;
  options.constant_low = -2.0;
  options.constant_high = 2.0;
  options.max_nodes = 14;
  options.init_depth_low = 1;
  options.init_depth_high = 3;
  options.functions = {formula::Op::Add, formula::Op::Mul, formula::Op::Sin, formula::Op::Tanh};
  return options;
}

}  // namespace neuronsmith::search::evolution::testing
