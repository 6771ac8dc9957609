#include "neuronsmith/network/optimiser.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::network {
namespace {

// PyTorch's update rules for one parameter, in float64, as its documentation states them.
class Oracle {
 public:
  explicit Oracle(const OptimiserOptions& options) : o_(options) {}

  double step(double rate, double g, double p) {
    ++t_;
    const double decay = o_.weight_decay.value_or(o_.kind == OptimiserKind::AdamW ? 0.01 : 0.0);
    if (o_.kind == OptimiserKind::AdamW) {
      p -= rate * decay * p;
    } else {
      g += decay * p;
    }
    switch (o_.kind) {
      case OptimiserKind::Sgd:
        m_ = t_ == 1 ? g : o_.momentum * m_ + g;
        return p - rate * m_;
      case OptimiserKind::RmsProp:
        v_ = o_.alpha * v_ + (1.0 - o_.alpha) * g * g;
        return p - rate * g / (std::sqrt(v_) + o_.epsilon);
      default:
        m_ = o_.beta1 * m_ + (1.0 - o_.beta1) * g;
        v_ = o_.beta2 * v_ + (1.0 - o_.beta2) * g * g;
        return p - rate * (m_ / (1.0 - std::pow(o_.beta1, t_))) /
                       (std::sqrt(v_ / (1.0 - std::pow(o_.beta2, t_))) + o_.epsilon);
    }
  }

 private:
  OptimiserOptions o_;
  double m_ = 0.0;
  double v_ = 0.0;
  int t_ = 0;
};

void expect_follows_the_oracle(const OptimiserOptions& options) {
  constexpr std::size_t kParameters = 37;  // whole vectors and a rest
  std::vector<float> parameters(kParameters);
  std::vector<double> expected(kParameters);
  std::vector<Oracle> oracles(kParameters, Oracle(options));
  for (std::size_t i = 0; i < kParameters; ++i) {
    expected[i] = parameters[i] = 1.0F - 0.05F * static_cast<float>(i);
  }
  Optimiser optimiser(options, kParameters);
  std::vector<float> gradient(kParameters);
  for (int t = 0; t < 50; ++t) {
    const double rate = 0.01 / (1.0 + t);
    for (std::size_t i = 0; i < kParameters; ++i) {
      gradient[i] = static_cast<float>(std::sin(0.3 * t + static_cast<double>(i)));
      expected[i] = oracles[i].step(rate, gradient[i], expected[i]);
    }
    optimiser.step(rate, gradient, parameters);
  }
  for (std::size_t i = 0; i < kParameters; ++i) EXPECT_NEAR(parameters[i], expected[i], 3e-6);
}

TEST(Optimiser, FollowsPyTorchsDefinitions) {
  for (const auto kind : {OptimiserKind::Sgd,
                          OptimiserKind::RmsProp,
                          OptimiserKind::Adam,
                          OptimiserKind::AdamW}) {
    SCOPED_TRACE(name(kind));
    expect_follows_the_oracle({.kind = kind, .weight_decay = {}, .clip_norm = {}});
    expect_follows_the_oracle({.kind = kind, .weight_decay = 0.1, .momentum = 0.9, .clip_norm = {}});
  }
}

TEST(Optimiser, ScaledStepsAreThoseOfTheParameterOverItsScale) {
  constexpr std::array<float, 3> kScales = {0.01F, 1.0F, 30.0F};
  for (const auto kind : {OptimiserKind::Sgd, OptimiserKind::RmsProp, OptimiserKind::Adam}) {
    SCOPED_TRACE(name(kind));
    const OptimiserOptions options{.kind = kind, .weight_decay = {}, .momentum = 0.5, .clip_norm = {}};
    Optimiser scaled(options, AlignedVector<float>(kScales.begin(), kScales.end()));
    Optimiser plain(options, 3);
    std::vector<float> p = {0.5F, 0.5F, 0.5F};
    std::vector<float> ratio(3);  // p / scale, which `plain` optimises
    for (std::size_t i = 0; i < 3; ++i) ratio[i] = p[i] / kScales[i];
    for (int t = 0; t < 20; ++t) {
      std::vector<float> gradient(3), by_ratio(3);
      for (std::size_t i = 0; i < 3; ++i) {
        gradient[i] = std::cos(0.2F * static_cast<float>(t) + static_cast<float>(i));
        by_ratio[i] = gradient[i] * kScales[i];
      }
      scaled.step(0.01, gradient, p);
      plain.step(0.01, by_ratio, ratio);
    }
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(p[i], ratio[i] * kScales[i], 1e-5F * kScales[i]);
  }
}

TEST(Optimiser, FirstStepsByHand) {
  std::vector<float> p = {1.0F};
  Optimiser sgd({.kind = OptimiserKind::Sgd, .weight_decay = {}, .momentum = 0.5, .clip_norm = {}},
                1);
  sgd.step(0.1, std::vector<float>{2.0F}, p);
  EXPECT_FLOAT_EQ(p[0], 0.8F);
  sgd.step(0.1, std::vector<float>{2.0F}, p);
  EXPECT_FLOAT_EQ(p[0], 0.5F);

  p = {1.0F};  // the first step of Adam has the length of the learning rate
  Optimiser adam({.kind = OptimiserKind::Adam, .weight_decay = {}, .clip_norm = {}}, 1);
  adam.step(0.1, std::vector<float>{-7.0F}, p);
  EXPECT_FLOAT_EQ(p[0], 1.1F);

  p = {1.0F};  // AdamW first takes 0.1 * 0.01 of the weight away
  Optimiser adamw({.kind = OptimiserKind::AdamW, .weight_decay = {}, .clip_norm = {}}, 1);
  adamw.step(0.1, std::vector<float>{-7.0F}, p);
  EXPECT_FLOAT_EQ(p[0], 1.099F);

  p = {1.0F};  // sqrt(v) = sqrt(0.01) |g|
  Optimiser rms({.kind = OptimiserKind::RmsProp, .weight_decay = {}, .clip_norm = {}}, 1);
  rms.step(0.01, std::vector<float>{-7.0F}, p);
  EXPECT_FLOAT_EQ(p[0], 1.1F);
}

TEST(Optimiser, ClipsByTheGlobalNorm) {
  const OptimiserOptions options{
      .kind = OptimiserKind::Sgd, .weight_decay = {}, .clip_norm = 1.0};
  std::vector<float> p = {0.0F, 0.0F};
  Optimiser(options, 2).step(1.0, std::vector<float>{3.0F, 4.0F}, p);
  EXPECT_NEAR(p[0], -0.6, 1e-6);
  EXPECT_NEAR(p[1], -0.8, 1e-6);
  p = {0.0F, 0.0F};
  Optimiser(options, 2).step(1.0, std::vector<float>{0.3F, 0.4F}, p);
  EXPECT_FLOAT_EQ(p[0], -0.3F);
}

TEST(Optimiser, NamesReadBack) {
  for (const auto kind : {OptimiserKind::Sgd,
                          OptimiserKind::RmsProp,
                          OptimiserKind::Adam,
                          OptimiserKind::AdamW}) {
    EXPECT_EQ(find_optimiser(name(kind)), kind);
  }
  for (const auto schedule : {Schedule::Constant, Schedule::Cosine, Schedule::Step}) {
    EXPECT_EQ(find_schedule(name(schedule)), schedule);
  }
  EXPECT_FALSE(find_optimiser("Adam").has_value());
  EXPECT_FALSE(find_schedule("").has_value());
}

TEST(Optimiser, RejectsAGradientOfAnotherSize) {
  Optimiser optimiser({.weight_decay = {}, .clip_norm = {}}, 2);
  std::vector<float> p(2);
  EXPECT_THROW(optimiser.step(0.1, std::vector<float>(3), p), InternalError);
}

}  // namespace
}  // namespace neuronsmith::network
