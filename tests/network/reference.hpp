#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/formula/operators.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/network/loss.hpp"
#include "neuronsmith/network/network.hpp"

/// A network in float64, written straight from the definitions: the oracle of the fast one.
namespace neuronsmith::network::reference {

inline formula::Formula scalar(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Scalar, "test");
}

/// One term of these phis.
inline neuron::Term term(const std::vector<std::string>& phis, std::size_t rank = 1) {
  neuron::Term result{.factors = {}, .rank = rank};
  for (const std::string& phi : phis) result.factors.push_back(scalar(phi));
  return result;
}

/// What mean(x) and std(x) stand for, and zscore(x) is made of.
struct BatchStatistics {
  double mean = NAN;
  double deviation = NAN;

  [[nodiscard]] double value(formula::Op op, double x) const {
    if (op == formula::Op::Mean) return mean;
    return op == formula::Op::Std ? deviation : (x - mean) / (deviation + 1e-6);
  }
};

inline double value_of(const formula::Formula& f,
                       double x,
                       const std::vector<double>& parameters = {},
                       const BatchStatistics& batch = {}) {
  std::vector<double> stack;
  for (const formula::Node& node : f.nodes()) {
    if (node.op == formula::Op::Input || node.op == formula::Op::Literal) {
      stack.push_back(node.op == formula::Op::Input ? x : node.value);
      continue;
    }
    if (node.op == formula::Op::Parameter) {
      stack.push_back(parameters[static_cast<std::size_t>(node.index)]);
      continue;
    }
    const formula::OperatorInfo& operation = formula::info(node.op);
    if (operation.kind == formula::OpKind::BatchStatistic) {
      stack.back() = batch.value(node.op, stack.back());
      continue;
    }
    formula::Arguments arguments = {0.0, static_cast<double>(node.index)};
    const auto first = stack.end() - operation.arity;
    std::copy(first, stack.end(), arguments.begin());
    stack.erase(first + 1, stack.end());
    stack.back() = operation.value(arguments);
  }
  return stack.back();
}

using Rows = std::vector<std::vector<double>>;  // [feature][row]

/// Reads parameters one after the other.
struct Cursor {
  const std::vector<double>* values;
  std::size_t at = 0;
  double next() { return (*values)[at++]; }
};

inline Rows applied(const formula::Formula& f, const Rows& x) {
  Rows y = x;
  for (auto& column : y) {
    for (double& value : column) value = f.empty() ? value : value_of(f, value);
  }
  return y;
}

/// z of one layer; takes its parameters from `cursor`.
inline Rows aggregate(const neuron::Aggregation& aggregation,
                      const Rows& x,
                      std::size_t n_out,
                      Cursor& cursor) {
  const std::size_t n = x[0].size();
  Rows z(n_out, std::vector<double>(n));
  for (auto& column : z) std::fill(column.begin(), column.end(), cursor.next());
  for (const neuron::Term& t : aggregation.terms) {
    if (!t.is_pure()) continue;
    for (const auto& column : applied(t.factors[0], x)) {
      for (std::size_t o = 0; o < n_out; ++o) {
        const double weight = cursor.next();
        for (std::size_t i = 0; i < n; ++i) z[o][i] += weight * column[i];
      }
    }
  }
  // Projections in the order of their weights: by phi, then by input, factor, rank, output.
  struct Factor {
    std::size_t term, factor, rank;
    Rows projection;
  };
  std::vector<std::pair<formula::Formula, std::vector<Factor>>> groups;
  for (std::size_t t = 0; t < aggregation.terms.size(); ++t) {
    const neuron::Term& candidate = aggregation.terms[t];
    if (candidate.is_pure()) continue;
    for (std::size_t m = 0; m < candidate.factors.size(); ++m) {
      auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
        return group.first == candidate.factors[m];
      });
      if (found == groups.end()) {
        found = groups.insert(found, {candidate.factors[m], std::vector<Factor>{}});
      }
      for (std::size_t r = 0; r < candidate.rank; ++r) {
        found->second.push_back({t, m, r, Rows(n_out, std::vector<double>(n))});
      }
    }
  }
  for (auto& [phi, factors] : groups) {
    for (const auto& column : applied(phi, x)) {
      for (Factor& factor : factors) {
        for (std::size_t o = 0; o < n_out; ++o) {
          const double weight = cursor.next();
          for (std::size_t i = 0; i < n; ++i) factor.projection[o][i] += weight * column[i];
        }
      }
    }
  }
  for (std::size_t t = 0; t < aggregation.terms.size(); ++t) {
    if (aggregation.terms[t].is_pure()) continue;
    for (std::size_t r = 0; r < aggregation.terms[t].rank; ++r) {
      Rows product(n_out, std::vector<double>(n, 1.0));
      for (const auto& group : groups) {
        for (const Factor& factor : group.second) {
          if (factor.term != t || factor.rank != r) continue;
          for (std::size_t o = 0; o < n_out; ++o) {
            for (std::size_t i = 0; i < n; ++i) product[o][i] *= factor.projection[o][i];
          }
        }
      }
      for (std::size_t o = 0; o < n_out; ++o) {
        for (std::size_t i = 0; i < n; ++i) z[o][i] += product[o][i];
      }
    }
  }
  return z;
}

/// Batch normalisation by the batch's own moments.
inline void normalise(Rows& z, Cursor& cursor) {
  std::vector<double> scale(z.size());
  for (double& value : scale) value = cursor.next();
  for (std::size_t o = 0; o < z.size(); ++o) {
    const double shift = cursor.next();
    const auto n = static_cast<double>(z[o].size());
    double mean = 0.0;
    double variance = 0.0;
    for (const double value : z[o]) mean += value / n;
    for (const double value : z[o]) variance += (value - mean) * (value - mean) / n;
    for (double& value : z[o]) {
      value = scale[o] * (value - mean) / std::sqrt(variance + 1e-5) + shift;
    }
  }
}

/// The activation with its learnable parameters and the statistics of the batch.
inline void activate(const neuron::Activation& activation, Rows& z, Cursor& cursor) {
  if (activation.formula.empty()) return;
  const std::size_t n_own = activation.parameters.size();
  const bool is_shared = activation.learnable == neuron::Learnable::Layer;
  std::vector<double> all(is_shared ? n_own : n_own * z.size());
  for (double& value : all) value = cursor.next();
  for (std::size_t o = 0; o < z.size(); ++o) {
    std::vector<double> own(n_own);
    for (std::size_t k = 0; k < n_own; ++k) own[k] = all[is_shared ? k : k * z.size() + o];
    const auto n = static_cast<double>(z[o].size());
    double mean = 0.0;
    double variance = 0.0;
    for (const double value : z[o]) mean += value / n;
    for (const double value : z[o]) variance += (value - mean) * (value - mean) / n;
    for (double& value : z[o]) {
      value = value_of(activation.formula, value, own, {mean, std::sqrt(variance)});
    }
  }
}

inline void drop_out(Rows& y, double probability, const DropoutKey& key) {
  Random random(key.seed, Purpose::Dropout, key.step, key.layer);
  const auto threshold = static_cast<std::uint32_t>(probability * 0x1.0p32);
  for (auto& column : y) {
    for (double& value : column) {
      value = random() < threshold ? 0.0 : value / (1.0 - probability);
    }
  }
}

/// Outputs of a network in training mode.
inline Rows forward(const Architecture& a,
                    const std::vector<double>& parameters,
                    const Rows& x,
                    std::uint64_t dropout_seed = 0,
                    std::uint32_t step = 0) {
  Cursor cursor{&parameters};
  Rows y = x;
  for (std::size_t l = 0; l < a.hidden.size(); ++l) {
    y = aggregate(a.aggregation, y, a.hidden[l], cursor);
    if (a.batch_norm) normalise(y, cursor);
    activate(a.activation, y, cursor);
    if (a.dropout > 0.0) {
      drop_out(y, a.dropout, {dropout_seed, step, static_cast<std::uint32_t>(l)});
    }
  }
  return aggregate(
      a.task_based_output ? a.aggregation : neuron::linear_aggregation(), y, a.n_outputs, cursor);
}

inline double loss_of(Loss loss, const Rows& outputs, const Targets& targets) {
  const std::size_t n = outputs[0].size();
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (loss == Loss::MeanSquaredError) {
      for (std::size_t k = 0; k < outputs.size(); ++k) {
        sum += std::pow(outputs[k][i] - static_cast<double>(targets.values[k * n + i]), 2) /
               static_cast<double>(outputs.size());
      }
    } else if (loss == Loss::BinaryCrossEntropy) {
      const double p = 1.0 / (1.0 + std::exp(-outputs[0][i]));
      sum -= std::log(targets.classes[i] == 1 ? p : 1.0 - p);
    } else {
      double total = 0.0;
      for (const auto& column : outputs) total += std::exp(column[i]);
      sum -= std::log(std::exp(outputs[targets.classes[i]][i]) / total);
    }
  }
  return sum / static_cast<double>(n);
}

/// Central differences of `value` at `point`.
inline std::vector<double> numeric_gradient(
    const std::function<double(const std::vector<double>&)>& value, std::vector<double> point) {
  constexpr double kStep = 1e-5;
  std::vector<double> gradient(point.size());
  for (std::size_t i = 0; i < point.size(); ++i) {
    const double at = point[i];
    point[i] = at + kStep;
    const double above = value(point);
    point[i] = at - kStep;
    const double below = value(point);
    point[i] = at;
    gradient[i] = (above - below) / (2.0 * kStep);
  }
  return gradient;
}

/// Greatest difference, relative to the greatest entry of the expected gradient.
inline double gradient_error(std::span<const float> gradient,
                             const std::vector<double>& expected) {
  double largest = 1e-6;
  double difference = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(static_cast<double>(gradient[i]) - expected[i]));
    if (!std::isfinite(gradient[i])) return INFINITY;
  }
  return difference / largest;
}

/// Standard normal features.
inline FeatureMatrix normal_features(std::size_t n_rows, std::size_t n_features, std::uint64_t seed) {
  FeatureMatrix features(n_rows, n_features);
  Random random(seed, Purpose::Test);
  for (std::size_t j = 0; j < n_features; ++j) {
    for (float& value : features.column(j)) value = static_cast<float>(random.normal());
  }
  return features;
}

inline Rows to_rows(const FeatureMatrix& features) {
  Rows rows;
  for (std::size_t j = 0; j < features.n_features(); ++j) {
    rows.emplace_back(features.column(j).begin(), features.column(j).end());
  }
  return rows;
}

/// Puts all rows into the workspace's input.
inline void load(const FeatureMatrix& features, NetworkWorkspace& workspace) {
  workspace.resize(features.n_rows());
  for (std::size_t j = 0; j < features.n_features(); ++j) {
    const auto column = features.column(j);
    std::copy(column.begin(),
              column.end(),
              workspace.input().data() + j * features.n_rows());
  }
}

}  // namespace neuronsmith::network::reference
