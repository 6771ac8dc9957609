#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "formula/oracle.hpp"
#include "neuronsmith/data/synthetic/worlds.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "support/files.hpp"

// The texts of laws, read as formulas, say what the worlds hold.

namespace neuronsmith::formula::testing {
namespace {

using Words = std::map<std::string, std::string>;

/// `text` with words replaced.
std::string with_words(const std::string& text, const Words& words) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && (std::isalnum(text[end]) != 0 || text[end] == '_')) ++end;
    const bool is_word = end > i && std::isdigit(text[i]) == 0;
    end = std::max(end, i + 1);
    const std::string piece = text.substr(i, end - i);
    const auto found = words.find(piece);
    result += is_word && found != words.end() ? found->second : piece;
    i = end;
  }
  return result;
}

/// A law of the world's inputs as a formula of columns.
Formula formula_of(const std::string& law, const World& world) {
  Words words{{"ln", "log"}};
  for (std::size_t j = 0; j < world.inputs.size(); ++j) {
    words[world.inputs[j].name] = "x" + std::to_string(j);
  }
  return parse_or_throw(with_words(law, words), Shape::Scalar, world.name);
}

void expect_part(const Formula& formula, const WorldPart& part) {
  Sample sample;
  for (std::size_t i = 0; i < part.target.size(); ++i) {
    sample.x.clear();
    for (std::size_t j = 0; j < part.features.n_features(); ++j) {
      sample.x.push_back(static_cast<double>(part.features.column(j)[i]));
    }
    const double expected = Oracle(formula, sample).value().value;
    const double room = 1e-7 * std::abs(expected) + 1e-9;
    ASSERT_NEAR(static_cast<double>(part.target[i]), expected, room);
  }
}

void expect_law(const std::string& law, const World& world) {
  SCOPED_TRACE(world.name + ": " + law);
  const Formula formula = formula_of(law, world);
  expect_part(formula, world.training);
  expect_part(formula, world.test);
  expect_part(formula, world.ood);
}

World small_world(WorldFamily family, std::uint64_t seed, const std::string& equation = "") {
  return make_world({.family = family,
                     .equation = equation,
                     .training_rows = 20,
                     .test_rows = 20,
                     .ood_rows = 20,
                     .seed = seed});
}

TEST(WorldLaws, OfPolynomialsAndHarmonicSumsAreFormulas) {
  for (const WorldFamily family : {WorldFamily::Polynomial, WorldFamily::HarmonicSum}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const World world = small_world(family, seed);
      expect_law(world.law, world);
    }
  }
}

TEST(WorldLaws, OfFeynmanAreFormulas) {
  for (const std::string_view equation : feynman_equation_names()) {
    const World world = small_world(WorldFamily::Feynman, 1, std::string(equation));
    expect_law(world.law, world);
  }
}

// The published table.

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

TEST(WorldLaws, OfFeynmanAreThePublishedOnes) {
  const std::string path = neuronsmith::testing::shared_data("feynman/FeynmanEquations.csv");
  NEURONSMITH_SKIP_WITHOUT(path);
  std::ifstream file(path);
  std::map<std::string, std::vector<std::string>> published;
  for (std::string line; std::getline(file, line);) {
    const auto fields = fields_of(line);
    published[fields[0]] = fields;
  }
  for (const std::string_view equation : feynman_equation_names()) {
    World world = small_world(WorldFamily::Feynman, 1, std::string(equation));
    const auto& fields = published.at(std::string(equation));
    ASSERT_EQ(world.inputs.size(), std::stoul(fields[4])) << equation;
    for (std::size_t j = 0; j < world.inputs.size(); ++j) {
      WorldInput& input = world.inputs[j];
      const auto field = fields.begin() + 5 + 3 * static_cast<std::ptrdiff_t>(j);
      const std::string renamed = equation == "II.6.15a" && field[0].size() == 1 ? "1" : "";
      EXPECT_EQ(input.name, field[0] == "r" ? field[0] : field[0] + renamed) << equation;
      EXPECT_EQ(input.outer.low, std::stof(field[1])) << equation << " " << input.name;
      EXPECT_EQ(input.outer.high, std::stof(field[2])) << equation << " " << input.name;
      EXPECT_EQ(input.inner.low, input.outer.low) << equation << " " << input.name;
      EXPECT_EQ(2.0F * input.inner.high, input.outer.low + input.outer.high);
      input.name = field[0];
    }
    expect_law(fields[3], world);
  }
}

}  // namespace
}  // namespace neuronsmith::formula::testing
