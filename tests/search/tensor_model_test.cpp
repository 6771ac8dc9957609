#include "neuronsmith/search/tensor/tensor_model.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <numeric>

#include "neuronsmith/core/error.hpp"
#include "search/tensor_samples.hpp"

namespace neuronsmith::search::tensor {
namespace {

/// Everything that a model needs to be evaluated.
struct Scene {
  Scene(std::vector<TensorTerm> terms,
        std::size_t n_inputs,
        std::size_t n_outputs,
        std::uint64_t seed)
      : data(draw_sample(7, n_inputs, seed, [](std::span<const double> x) { return x[0]; })),
        rows(data.part(), network::Loss::MeanSquaredError, n_outputs, kMaxOrder),
        model(std::move(terms), n_inputs, n_outputs, 5),
        workspace(model, rows),
        parameters(model.parameter_count()) {
    Random random(seed, Purpose::Initialisation);
    model.initialise(parameters, 0.7, random);
    workspace.load(loaded);
  }

  /// Value of a term by its definition, in float64.
  [[nodiscard]] double oracle(std::size_t term, std::size_t output, std::uint32_t row) const;
  [[nodiscard]] double value(std::size_t term, std::size_t output, std::size_t place) const {
    return static_cast<double>(
        workspace.values()[(term * model.n_outputs() + output) * model.batch() + place]);
  }

  std::vector<std::uint32_t> loaded = {6, 0, 3};
  Sample data;
  TensorRows rows;
  TensorModel model;
  TensorWorkspace workspace;
  AlignedVector<float> parameters;
};

double Scene::oracle(std::size_t t, std::size_t c, std::uint32_t row) const {
  const TensorTerm term = model.terms()[t];
  const std::vector<float> weights = model.weights_of(t, parameters);
  const float* const x = rows.row(row);
  const std::size_t d = model.n_inputs();
  const auto order = static_cast<std::size_t>(term.order);
  if (term.stream == Stream::Pure) {
    double sum = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      sum += static_cast<double>(weights[c * rows.stride() + j]) *
             std::pow(static_cast<double>(x[j]), term.order) *
             static_cast<double>(rows.power_scales(term.order)[j]);
    }
    return sum;
  }
  const std::size_t columns = order * model.n_outputs() * term.rank;
  const auto projection = [&](std::size_t m, std::size_t r) {
    double sum = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      const std::size_t place = j * columns + (m * model.n_outputs() + c) * term.rank + r;
      sum += static_cast<double>(weights[place]) * static_cast<double>(x[j]);
    }
    return sum;
  };
  double sum = 0.0;
  if (term.stream == Stream::Product) {
    for (std::size_t r = 0; r < term.rank; ++r) {
      double product = 1.0;
      for (std::size_t m = 0; m < order; ++m) product *= projection(m, r);
      sum += product;
    }
    return sum;
  }
  std::size_t entries = 1;
  for (std::size_t m = 0; m < order; ++m) entries *= term.rank;
  for (std::size_t e = 0; e < entries; ++e) {
    double product = static_cast<double>(weights[columns * d + c * entries + e]);
    std::size_t rest = e;
    for (std::size_t m = order; m-- > 0; rest /= term.rank)
      product *= projection(m, rest % term.rank);
    sum += product;
  }
  return sum;
}

std::vector<TensorTerm> random_terms() {
  std::vector<TensorTerm> terms;
  const int n = *rc::gen::inRange(1, 5);
  for (int i = 0; i < n; ++i) {
    const auto stream = static_cast<Stream>(*rc::gen::inRange(0, 3));
    const int most = stream == Stream::Tucker ? 4 : kMaxOrder;
    const int order = *rc::gen::inRange(1, most + 1);
    const auto rank = *rc::gen::inRange<std::size_t>(1, stream == Stream::Tucker ? 4 : 19);
    terms.push_back({stream, order, stream == Stream::Pure ? 1 : rank});
  }
  return terms;
}

RC_GTEST_PROP(TensorModel, ValuesAreThoseOfTheDefinition, ()) {
  const auto n_inputs = *rc::gen::inRange<std::size_t>(1, 20);
  const auto n_outputs = *rc::gen::inRange<std::size_t>(1, 4);
  Scene s(random_terms(), n_inputs, n_outputs, *rc::gen::arbitrary<std::uint32_t>());
  s.model.forward(s.parameters, s.workspace);
  for (std::size_t t = 0; t < s.model.terms().size(); ++t) {
    for (std::size_t c = 0; c < n_outputs; ++c) {
      for (std::size_t i = 0; i < s.loaded.size(); ++i) {
        const double expected = s.oracle(t, c, s.loaded[i]);
        RC_ASSERT(std::abs(s.value(t, c, i) - expected) < 2e-4 * (1.0 + std::abs(expected)));
      }
      RC_ASSERT(s.value(t, c, s.loaded.size()) == 0.0);  // a row of zeros
    }
  }
}

/// sum of `slopes` times the values, in float64 by the definition.
double objective(const Scene& s, const std::vector<double>& slopes) {
  double sum = 0.0;
  std::size_t place = 0;
  for (std::size_t t = 0; t < s.model.terms().size(); ++t) {
    for (std::size_t c = 0; c < s.model.n_outputs(); ++c) {
      for (const std::uint32_t row : s.loaded) sum += slopes[place++] * s.oracle(t, c, row);
    }
  }
  return sum;
}

RC_GTEST_PROP(TensorModel, GradientsAreFiniteDifferences, ()) {
  const auto n_inputs = *rc::gen::inRange<std::size_t>(1, 6);
  const auto n_outputs = *rc::gen::inRange<std::size_t>(1, 3);
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  std::vector<TensorTerm> terms = random_terms();
  for (TensorTerm& term : terms) term.order = std::min(term.order, 5);  // differences stay exact
  Scene s(terms, n_inputs, n_outputs, seed);
  Random random(seed, Purpose::Noise);
  std::vector<double> slopes;
  s.model.forward(s.parameters, s.workspace);
  std::ranges::fill(s.workspace.d_values(), 0.0F);
  for (std::size_t block = 0; block < terms.size() * n_outputs; ++block) {
    for (std::size_t i = 0; i < s.loaded.size(); ++i) {
      const auto slope = static_cast<float>(random.normal());
      s.workspace.d_values()[block * s.model.batch() + i] = slope;
      slopes.push_back(static_cast<double>(slope));
    }
  }
  AlignedVector<float> gradient(s.parameters.size(), 99.0F);  // must be overwritten
  s.model.backward(s.parameters, s.workspace, gradient);
  const double scale = std::abs(objective(s, slopes)) + 1.0;
  for (int check = 0; check < 12; ++check) {
    const std::size_t p = random.below(s.parameters.size());
    const float kept = s.parameters[p];
    const float step = 0.01F;
    s.parameters[p] = kept + step;
    const double above = objective(s, slopes);
    const auto high = static_cast<double>(s.parameters[p]);
    s.parameters[p] = kept - step;
    const double below = objective(s, slopes);
    const double width = high - static_cast<double>(s.parameters[p]);
    s.parameters[p] = kept;
    // Values are linear in every parameter, so differences of any width are exact.
    const double expected = (above - below) / width;
    RC_ASSERT(std::abs(static_cast<double>(gradient[p]) - expected) <
              1e-3 * (scale + std::abs(expected)));
  }
}

TEST(TensorModel, WeightsGoOutAndBack) {
  Scene s({{Stream::Product, 3, 2}, {Stream::Pure, 2}, {Stream::Tucker, 2, 3}}, 4, 2, 5);
  AlignedVector<float> copy(s.parameters.size());
  for (std::size_t t = 0; t < 3; ++t)
    s.model.set_weights(t, s.model.weights_of(t, s.parameters), copy);
  EXPECT_EQ(copy, s.parameters);
}

TEST(TensorModel, ScaledWeightsScaleTheValues) {
  Scene s({{Stream::Product, 3, 2}, {Stream::Pure, 2}, {Stream::Tucker, 2, 3}}, 4, 1, 5);
  s.model.forward(s.parameters, s.workspace);
  const std::vector<float> before(s.workspace.values().begin(), s.workspace.values().end());
  for (std::size_t t = 0; t < 3; ++t) {
    std::vector<float> weights = s.model.weights_of(t, s.parameters);
    s.model.scale_weights(t, -0.3, weights);
    s.model.set_weights(t, weights, s.parameters);
  }
  s.model.forward(s.parameters, s.workspace);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(s.workspace.values()[i], -0.3F * before[i], 1e-5F * (1.0F + std::abs(before[i])));
  }
}

TEST(TensorRows, HaveUnitScales) {
  Sample data = draw_sample(500, 3, 1, [](std::span<const double> x) { return 7.0 + 3.0 * x[0]; });
  for (float& x : data.features.column(1)) x = 1000.0F * x + 50.0F;
  std::ranges::fill(data.features.column(2), 0.0F);
  const TensorRows rows = data.rows();
  for (std::size_t j = 0; j < 2; ++j) {
    for (const int order : {1, 4}) {
      double squares = 0.0;
      for (std::size_t i = 0; i < 500; ++i) {
        const double v = std::pow(static_cast<double>(rows.row(i)[j]), order) *
                         static_cast<double>(rows.power_scales(order)[j]);
        squares += v * v / 500.0;
      }
      EXPECT_NEAR(squares, 1.0, 1e-4);
    }
  }
  EXPECT_EQ(rows.row(3)[2], 0.0F);
  EXPECT_EQ(rows.row(3)[rows.stride() - 1], 0.0F);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < 500; ++i) {
    const auto y = static_cast<double>(rows.target(i));
    sum += y;
    squares += y * y;
    EXPECT_NEAR(y * rows.target_deviation() + rows.target_mean(),
                static_cast<double>(data.target[i]),
                1e-4);
  }
  EXPECT_NEAR(sum, 0.0, 1e-2);
  EXPECT_NEAR(squares, 500.0, 1e-2);
}

TEST(TensorRows, RefuseWhatCannotBeFitted) {
  Sample data = draw_sample(20, 2, 1, [](std::span<const double>) { return 4.0; });
  EXPECT_THROW(data.rows(), DataError);  // constant
  data.target[3] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(data.rows(), DataError);
  data.target[3] = 1.0F;
  EXPECT_NO_THROW(data.rows());
  data.features.column(1)[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(data.rows(), DataError);
  data.classes.assign(20, 1);
  EXPECT_THROW(TensorRows(data.part(), network::Loss::BinaryCrossEntropy, 1, 2), DataError);
}

}  // namespace
}  // namespace neuronsmith::search::tensor
