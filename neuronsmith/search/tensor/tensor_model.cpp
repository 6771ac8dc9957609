#include "neuronsmith/search/tensor/tensor_model.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/search/tensor/internal/kernels.hpp"
#include "neuronsmith/search/tensor/internal/tucker.hpp"

namespace neuronsmith::search::tensor {
namespace {

static_assert(kMaxOrder == internal::kMaxOrder);

std::size_t core_entries(const TensorTerm& term) {
  std::size_t entries = 1;
  for (int m = 0; m < term.order; ++m) {
    entries *= term.rank;
    NEURONSMITH_CHECK(entries <= kMaxCore, "the core of a Tucker term is too large");
  }
  return entries;
}

}  // namespace

TensorModel::TensorModel(std::vector<TensorTerm> terms,
                         std::size_t n_inputs,
                         std::size_t n_outputs,
                         std::size_t batch)
    : terms_(std::move(terms)),
      n_inputs_(n_inputs),
      n_outputs_(n_outputs),
      batch_(batch),
      stride_(internal::padded_to_lanes(n_inputs)) {
  NEURONSMITH_CHECK(n_inputs > 0 && n_outputs > 0 && batch > 0, "an empty model");
  for (const TensorTerm& term : terms_) {
    NEURONSMITH_CHECK(term.order >= 1 && term.order <= kMaxOrder && term.rank > 0,
                      "an order or rank out of range");
  }
  place_terms();
  if (n_columns_ == 0) return;
  using network::Target;
  using network::Transpose;
  project_ = network::Gemm({n_columns_,
                            batch_,
                            n_inputs_,
                            n_columns_,
                            stride_,
                            n_columns_,
                            Transpose::No,
                            Target::Overwrite});
  project_back_ = network::Gemm({n_columns_,
                                 n_inputs_,
                                 batch_,
                                 n_columns_,
                                 stride_,
                                 n_columns_,
                                 Transpose::Yes,
                                 Target::Overwrite});
}

void TensorModel::place_terms() {
  for (const TensorTerm& term : terms_) {
    Place place;
    if (term.stream == Stream::Pure) {
      place.weights = factors_offset_;
      factors_offset_ += n_outputs_ * stride_;
    } else {
      place.column = n_columns_;
      n_columns_ += static_cast<std::size_t>(term.order) * term.rank * n_outputs_;
    }
    if (term.stream == Stream::Tucker) {
      place.core = n_cores_;
      place.core_size = core_entries(term);
      n_cores_ += place.core_size * n_outputs_;
    }
    places_.push_back(place);
  }
  cores_offset_ = factors_offset_ + n_columns_ * n_inputs_;
}

void TensorModel::initialise(std::span<float> parameters, double deviation, Random& random) const {
  std::ranges::fill(parameters, 0.0F);
  for (std::size_t row = 0; row < factors_offset_; row += stride_) {
    for (float& w : parameters.subspan(row, n_inputs_)) {
      w = static_cast<float>(deviation * random.normal());
    }
  }
  for (float& u : parameters.subspan(factors_offset_, n_columns_ * n_inputs_)) {
    u = static_cast<float>(deviation * random.normal());
  }
  for (const Place& place : places_) {
    const std::size_t n = place.core_size * n_outputs_;
    const double size = n > 0 ? 1.0 / std::sqrt(static_cast<double>(place.core_size)) : 0.0;
    for (float& g : parameters.subspan(cores_offset_ + place.core, n)) {
      g = static_cast<float>(size * random.normal());
    }
  }
}

void TensorModel::forward(std::span<const float> parameters, TensorWorkspace& w) const {
  const internal::RowsView rows{w.inputs_.data(), stride_, batch_};
  if (n_columns_ > 0) {
    project_(parameters.data() + factors_offset_, w.inputs_.data(), w.columns_.data());
  }
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const TensorTerm& term = terms_[t];
    float* const values = w.values_.data() + t * n_outputs_ * batch_;
    switch (term.stream) {
      case Stream::Pure:
        for (std::size_t c = 0; c < n_outputs_; ++c) {
          internal::power_sums(rows,
                               term.order,
                               w.rows_->power_scales(term.order),
                               parameters.data() + places_[t].weights + c * stride_,
                               values + c * batch_);
        }
        break;
      case Stream::Product:
        internal::product_sums({term.order, term.rank, n_outputs_, batch_, n_columns_},
                               w.columns_.data() + places_[t].column,
                               values);
        break;
      case Stream::Tucker:
        forward_tucker(t, parameters, w, values);
    }
  }
}

void TensorModel::backward(std::span<const float> parameters,
                           TensorWorkspace& w,
                           std::span<float> gradient) const {
  const internal::RowsView rows{w.inputs_.data(), stride_, batch_};
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const TensorTerm& term = terms_[t];
    const float* const d_values = w.d_values_.data() + t * n_outputs_ * batch_;
    switch (term.stream) {
      case Stream::Pure:
        for (std::size_t c = 0; c < n_outputs_; ++c) {
          internal::power_sums_gradient(rows,
                                        term.order,
                                        w.rows_->power_scales(term.order),
                                        d_values + c * batch_,
                                        gradient.data() + places_[t].weights + c * stride_);
        }
        break;
      case Stream::Product:
        internal::product_sums_gradient({term.order, term.rank, n_outputs_, batch_, n_columns_},
                                        w.columns_.data() + places_[t].column,
                                        d_values,
                                        w.d_columns_.data() + places_[t].column);
        break;
      case Stream::Tucker:
        backward_tucker(t, parameters, w, d_values, gradient);
    }
  }
  if (n_columns_ == 0) return;
  project_back_(w.d_columns_.data(), w.inputs_.data(), gradient.data() + factors_offset_);
}

void TensorModel::forward_tucker(std::size_t term,
                                 std::span<const float> parameters,
                                 TensorWorkspace& w,
                                 float* values) const {
  const Place& place = places_[term];
  const std::size_t rank = terms_[term].rank;
  for (std::size_t i = 0; i < batch_; ++i) {
    for (std::size_t c = 0; c < n_outputs_; ++c) {
      const float* const core =
          parameters.data() + cores_offset_ + place.core + c * place.core_size;
      const float* const factors = w.columns_.data() + i * n_columns_ + place.column + c * rank;
      values[c * batch_ + i] = w.contractions_[term]->value(core, factors, n_outputs_ * rank);
    }
  }
}

void TensorModel::backward_tucker(std::size_t term,
                                  std::span<const float> parameters,
                                  TensorWorkspace& w,
                                  const float* d_values,
                                  std::span<float> gradient) const {
  const Place& place = places_[term];
  const std::size_t rank = terms_[term].rank;
  const std::size_t first_core = cores_offset_ + place.core;
  std::ranges::fill(gradient.subspan(first_core, place.core_size * n_outputs_), 0.0F);
  for (std::size_t i = 0; i < batch_; ++i) {
    for (std::size_t c = 0; c < n_outputs_; ++c) {
      const std::size_t core = first_core + c * place.core_size;
      const std::size_t column = i * n_columns_ + place.column + c * rank;
      w.contractions_[term]->gradient(parameters.data() + core,
                                      w.columns_.data() + column,
                                      n_outputs_ * rank,
                                      d_values[c * batch_ + i],
                                      gradient.data() + core,
                                      w.d_columns_.data() + column);
    }
  }
}

std::size_t TensorModel::n_columns_of(const TensorTerm& term) const {
  if (term.stream == Stream::Pure) return 0;
  return static_cast<std::size_t>(term.order) * term.rank * n_outputs_;
}

std::vector<float> TensorModel::weights_of(std::size_t term,
                                           std::span<const float> parameters) const {
  const Place& place = places_[term];
  std::vector<float> weights;
  const auto add = [&](std::size_t first, std::size_t count) {
    const auto part = parameters.subspan(first, count);
    weights.insert(weights.end(), part.begin(), part.end());
  };
  if (terms_[term].stream == Stream::Pure) add(place.weights, n_outputs_ * stride_);
  const std::size_t n_columns = n_columns_of(terms_[term]);
  for (std::size_t j = 0; j < n_inputs_ && n_columns > 0; ++j) {
    add(factors_offset_ + j * n_columns_ + place.column, n_columns);
  }
  add(cores_offset_ + place.core, place.core_size * n_outputs_);
  return weights;
}

void TensorModel::set_weights(std::size_t term,
                              std::span<const float> weights,
                              std::span<float> parameters) const {
  const Place& place = places_[term];
  const auto take = [&](std::size_t first, std::size_t count) {
    std::ranges::copy(weights.first(count),
                      parameters.begin() + static_cast<std::ptrdiff_t>(first));
    weights = weights.subspan(count);
  };
  if (terms_[term].stream == Stream::Pure) take(place.weights, n_outputs_ * stride_);
  const std::size_t n_columns = n_columns_of(terms_[term]);
  for (std::size_t j = 0; j < n_inputs_ && n_columns > 0; ++j) {
    take(factors_offset_ + j * n_columns_ + place.column, n_columns);
  }
  take(cores_offset_ + place.core, place.core_size * n_outputs_);
}

std::vector<double> TensorModel::weight_counts() const {
  std::vector<double> counts;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const bool is_pure = terms_[t].stream == Stream::Pure;
    const std::size_t factors = is_pure ? 1 : n_columns_of(terms_[t]) / n_outputs_;
    counts.push_back(static_cast<double>(factors * n_inputs_ + places_[t].core_size));
  }
  return counts;
}

void TensorModel::add_signs(std::size_t term,
                            float price,
                            std::span<const float> parameters,
                            std::span<float> gradient) const {
  const std::size_t n_columns = n_columns_of(terms_[term]);
  for (std::size_t j = 0; j < n_inputs_; ++j) {
    const std::size_t first = factors_offset_ + j * n_columns_ + places_[term].column;
    for (std::size_t i = first; i < first + n_columns; ++i) {
      gradient[i] += parameters[i] > 0.0F ? price : parameters[i] < 0.0F ? -price : 0.0F;
    }
  }
}

// A product by spreading the factor over all its factors, as long as that is possible, so that none
// of them becomes much smaller than the others.
void TensorModel::scale_weights(std::size_t term, double factor, std::span<float> weights) const {
  const TensorTerm& scaled = terms_[term];
  const double share = std::pow(std::abs(factor), 1.0 / scaled.order);
  const std::size_t n_columns = n_columns_of(scaled);
  const std::size_t width = scaled.rank * n_outputs_;  // of one factor
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (scaled.stream == Stream::Pure) {
      weights[i] *= static_cast<float>(factor);
    } else if (i < n_columns * n_inputs_) {
      const bool is_first = i % n_columns < width;
      weights[i] *= static_cast<float>(is_first && factor < 0.0 ? -share : share);
    }
  }
}

TensorWorkspace::TensorWorkspace(const TensorModel& model, const TensorRows& rows)
    : rows_(&rows),
      inputs_(model.batch_ * model.stride_),
      columns_(model.batch_ * model.n_columns_),
      d_columns_(columns_.size()),
      values_(model.terms_.size() * model.n_outputs_ * model.batch_),
      d_values_(values_.size()) {
  NEURONSMITH_CHECK(rows.n_inputs() == model.n_inputs_ && rows.n_outputs() == model.n_outputs_,
                    "rows of another model");
  for (const TensorTerm& term : model.terms_) {
    contractions_.push_back(
        term.stream == Stream::Tucker
            ? std::make_unique<internal::TuckerContraction>(term.order, term.rank)
            : nullptr);
  }
}

TensorWorkspace::~TensorWorkspace() = default;

void TensorWorkspace::load(std::span<const std::uint32_t> rows) {
  const std::size_t stride = rows_->stride();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(rows_->row(rows[i]), stride, inputs_.data() + i * stride);
  }
  std::fill(
      inputs_.begin() + static_cast<std::ptrdiff_t>(rows.size() * stride), inputs_.end(), 0.0F);
}

}  // namespace neuronsmith::search::tensor
