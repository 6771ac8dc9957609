#include "neuronsmith/data/synthetic/order_laws.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/internal/synthetic_table.hpp"

namespace neuronsmith {
namespace {

struct Terms {
  std::array<OrderTerm, 2> terms;
  std::size_t n;
};

constexpr OrderTerm S(int k, double low = 1.0, double high = 3.0) { return {false, k, low, high}; }
constexpr OrderTerm I(int k, double low = 1.0, double high = 3.0) { return {true, k, low, high}; }
constexpr OrderTerm fixed(OrderTerm term, double coefficient) {
  return {term.is_interaction, term.order, coefficient, coefficient};
}

constexpr std::array<Terms, 3 * kOrderVariants> kLaws = {{
    {{{S(2)}}, 1},
    {{{S(3)}}, 1},
    {{{fixed(S(1), 10.0), fixed(S(2), 0.5)}}, 2},
    {{{fixed(S(2), 5.0), fixed(S(4), 0.5)}}, 2},
    {{{S(5)}}, 1},
    {{{I(2)}}, 1},
    {{{I(2), I(3, 0.5)}}, 2},
    {{{fixed(I(2), 8.0), fixed(I(3), 0.5)}}, 2},
    {{{I(2), I(4, 0.5)}}, 2},
    {{{I(4)}}, 1},
    {{{S(2), I(2)}}, 2},
    {{{S(1), I(2)}}, 2},
    {{{fixed(S(3), 5.0), fixed(I(2), 0.5)}}, 2},
    {{{fixed(S(2), 0.5), fixed(I(3), 5.0)}}, 2},
    {{{S(2), I(3)}}, 2},
}};

// Random streams of a law, by their second number.
constexpr std::uint32_t kCoefficients = 0;
constexpr std::uint32_t kDataRows = 1;
constexpr std::uint32_t kTestRows = 2;

std::size_t index_of(const OrderLaw& law) {
  NEURONSMITH_CHECK(law.variant >= 0 && law.variant < kOrderVariants, "no such order law");
  return static_cast<std::size_t>(law.mode) * kOrderVariants +
         static_cast<std::size_t>(law.variant);
}

/// Streams of different laws never overlap, nor do they with those of the ten laws (0).
std::uint32_t stream_of(const OrderLaw& law) {
  return static_cast<std::uint32_t>(index_of(law)) + 1;
}

double drawn_coefficient(const OrderTerm& term, Random& random) {
  if (term.low == term.high) return term.low;
  const double magnitude = random.uniform(term.low, term.high);
  return random.chance(0.5) ? -magnitude : magnitude;
}

std::vector<double> drawn_projections(const OrderTerm& term, std::size_t features, Random& random) {
  if (!term.is_interaction) return {};
  std::vector<double> weights(static_cast<std::size_t>(term.order) * features);
  const double deviation = 1.0 / std::sqrt(static_cast<double>(features));
  for (double& weight : weights) weight = deviation * random.normal();
  return weights;
}

double power_sum(std::span<const float> x, int order) {
  double sum = 0.0;
  for (const float value : x) sum += internal::power(static_cast<double>(value), order);
  return sum;
}

double product_of_projections(std::span<const float> x, std::span<const double> projections) {
  double product = 1.0;
  for (std::size_t first = 0; first < projections.size(); first += x.size()) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += projections[first + i] * static_cast<double>(x[i]);
    }
    product *= sum;
  }
  return product;
}

/// Fills the inputs of `table`; the law's values with noise.
std::vector<double> fill(Table& table,
                         const DrawnOrderLaw& law,
                         const OrderLawOptions& options,
                         std::uint32_t rows) {
  Random inputs(options.seed, Purpose::Synthetic, stream_of(options.law), rows);
  Random noise(options.seed, Purpose::Noise, stream_of(options.law), rows);
  std::vector<float> x(options.features);
  std::vector<double> y(table.n_rows);
  for (std::size_t i = 0; i < table.n_rows; ++i) {
    for (std::size_t j = 0; j < x.size(); ++j) {
      x[j] = static_cast<float>(inputs.normal());
      table.columns[j].numbers[i] = x[j];
    }
    for (std::size_t t = 0; t < law.coefficients.size(); ++t) y[i] += law.term(t, x);
    y[i] += options.noise * noise.normal();
  }
  return y;
}

/// Mean and deviation of y into `result`.
void measure(std::span<const double> y, OrderLawTables& result) {
  const auto n = static_cast<double>(y.size());
  double sum = 0.0;
  for (const double value : y) sum += value;
  result.mean = sum / n;
  double squares = 0.0;
  for (const double value : y) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / n);
  if (!(result.deviation > 0.0) || !std::isfinite(result.deviation)) {
    throw ConfigError("--rows, --noise: y has no finite deviation above 0 to standardise it by");
  }
}

void store_target(Table& table, std::vector<double> y, const OrderLawTables& result) {
  for (double& value : y) value = (value - result.mean) / result.deviation;
  internal::round_to(table.columns.back().numbers, y, "--noise");
}

}  // namespace

std::string_view name(OrderMode mode) {
  constexpr std::array<std::string_view, 3> kNames = {"pure", "interact", "hybrid"};
  return kNames[static_cast<std::size_t>(mode)];
}

std::vector<OrderLaw> order_laws() {
  std::vector<OrderLaw> laws;
  for (const OrderMode mode : {OrderMode::Pure, OrderMode::Interact, OrderMode::Hybrid}) {
    for (int variant = 0; variant < kOrderVariants; ++variant) laws.push_back({mode, variant});
  }
  return laws;
}

std::span<const OrderTerm> terms_of(const OrderLaw& law) {
  const Terms& terms = kLaws[index_of(law)];
  return std::span(terms.terms).first(terms.n);
}

std::string name(const OrderLaw& law) { return fmt::format("{}-{}", name(law.mode), law.variant); }

std::optional<OrderLaw> find_order_law(std::string_view text) {
  for (const OrderLaw& law : order_laws()) {
    if (text == name(law)) return law;
  }
  return std::nullopt;
}

double DrawnOrderLaw::term(std::size_t index, std::span<const float> x) const {
  const OrderTerm& term = terms_of(law)[index];
  const double value = term.is_interaction ? product_of_projections(x, projections[index])
                                           : power_sum(x, term.order);
  return coefficients[index] * value;
}

std::string DrawnOrderLaw::text() const {
  std::string text;
  for (std::size_t t = 0; t < coefficients.size(); ++t) {
    const OrderTerm& term = terms_of(law)[t];
    text += fmt::format("{}{:.4g}*{}{}",
                        text.empty() ? "" : " + ",
                        coefficients[t],
                        term.is_interaction ? "I" : "S",
                        term.order);
  }
  return text;
}

void OrderLawOptions::validate() const {
  internal::require_noise(noise);
  internal::require_size(rows, features);
  if (rows < 2) throw ConfigError("--rows: at least 2 are wanted to standardise y, not 1");
}

DrawnOrderLaw draw(const OrderLawOptions& options) {
  Random random(options.seed, Purpose::Synthetic, stream_of(options.law), kCoefficients);
  DrawnOrderLaw drawn{.law = options.law, .coefficients = {}, .projections = {}};
  for (const OrderTerm& term : terms_of(options.law)) {
    drawn.coefficients.push_back(drawn_coefficient(term, random));
    drawn.projections.push_back(drawn_projections(term, options.features, random));
  }
  return drawn;
}

OrderLawTables synthesize(const OrderLawOptions& options) {
  options.validate();
  const std::string source = "law " + name(options.law);
  OrderLawTables result{.law = draw(options),
                        .data = internal::empty_table(source, options.rows, options.features),
                        .test = internal::empty_table(source, options.test_rows, options.features)};
  std::vector<double> y = fill(result.data, result.law, options, kDataRows);
  measure(y, result);
  store_target(result.data, std::move(y), result);
  store_target(result.test, fill(result.test, result.law, options, kTestRows), result);
  return result;
}

}  // namespace neuronsmith
