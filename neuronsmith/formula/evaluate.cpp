#include "neuronsmith/formula/evaluate.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/internal/code.hpp"
#include "neuronsmith/formula/internal/kernels.hpp"
#include "neuronsmith/formula/internal/plan.hpp"

namespace neuronsmith::formula {
namespace {

using internal::Code;
using internal::Instruction;
using internal::kBlockRows;
using internal::Layout;
using internal::Plan;
using internal::Repeat;
using internal::Segment;
using internal::SumTarget;
using internal::Wanted;

constexpr std::size_t kTileRows = Evaluator::kTileRows;
static_assert(kTileRows % kBlockRows == 0);

/// Memory of one thread, kept for its next call.
struct Scratch {
  AlignedVector<float> tiles;
  std::vector<const float*> read;  ///< the pointer table of a Layout
  std::vector<float*> write;       ///< the same table, for what an instruction may write
  std::vector<double*> sums;       ///< by sum target

  static Scratch& of_this_thread() {
    thread_local Scratch scratch;
    return scratch;
  }
};

/// Rows of a caller's array that do not fill whole blocks are worked on in a tile of ours.
enum PadTile : std::size_t { kCoordinatePad, kOutPad, kAdjointPad, kGradientXPad, kColumnPads };

/// The adjoint where only a value and its derivative are asked for.
constexpr std::array<float, kTileRows> kOnes = [] {
  std::array<float, kTileRows> ones{};
  ones.fill(1.0F);
  return ones;
}();

/// What one call reads and writes.
struct Job {
  const Code& code;
  const Plan& plan;
  const Inputs& inputs;
  std::span<float> out = {};
  std::span<const float> adjoint = {};
  Gradients gradients = {};
  std::span<float> slope = {};  ///< with `out`: the derivative by x
};

/// Runs a plan tile by tile.
class Run {
 public:
  explicit Run(const Job& job)
      : job_(job),
        features_(job.inputs.features),
        layout_(job.code),
        count_(static_cast<float>(features_.n_features)),
        scratch_(Scratch::of_this_thread()),
        repeats_rows_(may_repeat_rows()) {
    reserve();
    point_to_slots();
    point_to_scalars();
    for (std::size_t i = 0; i < job_.plan.sums.size(); ++i) point_to_sum(i, 0);
  }

  void run() {
    for (std::size_t first = 0; first < features_.n_rows; first += kTileRows) {
      go_to_tile(first);
      begin_tile();
      for (const Segment& segment : job_.plan.segments) run_segment(segment);
      end_tile();
    }
  }

 private:
  /// The last tile may begin early enough to fill its blocks with rows, where computing some of
  /// them twice changes nothing: values are overwritten, and not read again.
  [[nodiscard]] bool may_repeat_rows() const {
    const std::size_t n_floats = features_.n_features * features_.stride;
    const std::less<> before;
    const bool is_in_place = !before(job_.out.data(), features_.data) &&
                             before(job_.out.data(), features_.data + n_floats);
    return job_.adjoint.empty() && features_.n_rows >= kTileRows && !is_in_place;
  }

  void go_to_tile(std::size_t first) {
    const std::size_t n = features_.n_rows;
    first_ = first;
    rows_ = std::min(kTileRows, n - first);
    padded_rows_ = (rows_ + kBlockRows - 1) / kBlockRows * kBlockRows;
    if (!is_padded() || !repeats_rows_) return;
    first_ = n - padded_rows_;
    rows_ = padded_rows_;
  }

  [[nodiscard]] bool is_padded() const { return rows_ != padded_rows_; }

  void reserve() {
    const std::size_t pads = features_.n_rows % kBlockRows == 0 || repeats_rows_
                                 ? 0
                                 : kColumnPads + job_.code.columns.size();
    const std::size_t n_floats = (job_.plan.n_slots + pads) * kTileRows;
    if (scratch_.tiles.size() < n_floats) scratch_.tiles.resize(n_floats);
    scratch_.read.assign(layout_.slots + job_.plan.n_slots, nullptr);
    scratch_.write.assign(layout_.slots + job_.plan.n_slots, nullptr);
    scratch_.sums.assign(job_.plan.sums.size(), nullptr);
  }

  [[nodiscard]] float* pad(std::size_t index) const {
    return scratch_.tiles.data() + (job_.plan.n_slots + index) * kTileRows;
  }

  void point_to_slots() {
    for (std::size_t i = 0; i < job_.plan.n_slots; ++i) {
      point_to(layout_.slots + i, scratch_.tiles.data() + i * kTileRows);
    }
  }

  void point_to(std::size_t entry, float* tile) {
    scratch_.read[entry] = tile;
    scratch_.write[entry] = tile;
  }

  void point_to_scalars() {
    scratch_.read[Layout::kCount] = &count_;
    scratch_.read[Layout::kZero] = &zero_;
    const Code& code = job_.code;
    for (std::size_t i = 0; i < code.literals.size(); ++i) {
      scratch_.read[layout_.literals + i] = code.literals.data() + i;
    }
    for (std::size_t i = 0; i < code.parameters.size(); ++i) {
      scratch_.read[layout_.parameters + i] = job_.inputs.parameters.data() + code.parameters[i];
    }
  }

  void point_to_sum(std::size_t i, std::size_t coordinate) {
    const SumTarget& target = job_.plan.sums[i];
    scratch_.sums[i] =
        target.leaf == Op::Parameter
            ? job_.gradients.parameters.data() + target.index
            : job_.gradients.weights.data() + target.index * features_.n_features + coordinate;
  }

  /// The rows of the tile of a caller's array.
  [[nodiscard]] const float* rows_of(const float* array, std::size_t pad_index) const {
    if (!is_padded()) return array + first_;
    float* const tile = pad(pad_index);
    std::copy_n(array + first_, rows_, tile);
    std::fill(tile + rows_, tile + padded_rows_, 0.0F);
    return tile;
  }

  void begin_tile() {
    point_to_columns();
    if (!job_.out.empty()) {
      point_to(Layout::kOut, is_padded() ? pad(kOutPad) : job_.out.data() + first_);
    }
    if (!job_.adjoint.empty()) point_to_adjoint();
    if (job_.slope.empty()) return;
    scratch_.read[Layout::kAdjoint] = kOnes.data();
    point_to(Layout::kGradientX, is_padded() ? pad(kGradientXPad) : job_.slope.data() + first_);
  }

  void point_to_columns() {
    const Code& code = job_.code;
    for (std::size_t i = 0; i < code.columns.size(); ++i) {
      const float* const column = features_.data + code.columns[i] * features_.stride;
      scratch_.read[Layout::kColumns + i] = rows_of(column, kColumnPads + i);
    }
  }

  void point_to_adjoint() {
    scratch_.read[Layout::kAdjoint] = rows_of(job_.adjoint.data(), kAdjointPad);
    // Adjoint kernels are given every operand, though they do not read the values not kept.
    scratch_.read[Layout::kOut] = scratch_.read[Layout::kAdjoint];
    if (job_.gradients.x.empty()) return;
    float* const gradient_x = job_.gradients.x.data() + first_;
    if (is_padded()) std::copy_n(gradient_x, rows_, pad(kGradientXPad));
    point_to(Layout::kGradientX, is_padded() ? pad(kGradientXPad) : gradient_x);
  }

  void end_tile() {
    if (!is_padded()) return;
    const auto copy_back = [this](std::size_t pad_index, std::span<float> array) {
      if (!array.empty()) std::copy_n(pad(pad_index), rows_, array.data() + first_);
    };
    copy_back(kOutPad, job_.out);
    copy_back(kGradientXPad, job_.gradients.x);
    copy_back(kGradientXPad, job_.slope);
  }

  void run_segment(const Segment& segment) {
    if (segment.repeat == Repeat::Once) return run_once(segment);
    for (std::size_t j = 0; j < features_.n_features; ++j) {
      go_to_coordinate(j);
      run_once(segment);
    }
  }

  void go_to_coordinate(std::size_t j) {
    const Code& code = job_.code;
    if (code.has_coordinates) {
      scratch_.read[Layout::kCoordinate] =
          rows_of(features_.data + j * features_.stride, kCoordinatePad);
    }
    for (std::size_t i = 0; i < code.weights.size(); ++i) {
      scratch_.read[layout_.weights + i] =
          job_.inputs.weights.data() + code.weights[i] * features_.n_features + j;
    }
    for (std::size_t i = 0; i < job_.plan.sums.size(); ++i) point_to_sum(i, j);
  }

  void run_once(const Segment& segment) const {
    const float* const* const read = scratch_.read.data();
    float* const* const write = scratch_.write.data();
    const Instruction* const end = job_.plan.instructions.data() + segment.last;
    for (auto i = job_.plan.instructions.data() + segment.first; i != end; ++i) {
      if (i->kernel != nullptr) {
        const std::size_t n = i->one_block ? kBlockRows : padded_rows_;
        const auto& at = i->operands;
        i->kernel({read[at[0]], read[at[1]], read[at[2]]},
                  read[i->value],
                  read[i->adjoint],
                  write[i->out],
                  n);
      } else if (i->joint != nullptr) {
        i->joint(read[i->operands[0]], write[i->out], write[i->slope], padded_rows_);
      } else {
        *scratch_.sums[i->out] += i->sum(read[i->operands[0]], read[i->operands[1]], rows_);
      }
    }
  }

  const Job& job_;
  const FeatureView& features_;
  Layout layout_;
  const float count_;
  const float zero_ = 0.0F;
  Scratch& scratch_;
  const bool repeats_rows_;
  std::size_t first_ = 0;
  std::size_t rows_ = 0;
  std::size_t padded_rows_ = 0;
};

std::size_t index_of(Wanted wanted) {
  return (wanted.x ? 1U : 0U) + (wanted.parameters ? 2U : 0U) + (wanted.weights ? 4U : 0U) +
         (wanted.value ? 7U : 0U);  // with x alone
}
constexpr std::size_t kWantedCount = 9;

}  // namespace

struct Evaluator::Program {
  explicit Program(const Formula& formula)
      : code(internal::lower(formula)),
        kernels(internal::kernels()),
        value(internal::plan_value(code, kernels)),
        input_shape(formula.input_shape()),
        n_parameters(static_cast<std::size_t>(formula.count(Op::Parameter))),
        n_weights(static_cast<std::size_t>(formula.count(Op::Weight))) {
    for (const std::uint32_t column : code.columns) {
      n_features = std::max(n_features, std::size_t{column} + 1);
    }
  }

  void check(const Inputs& inputs) const {
    NEURONSMITH_CHECK(inputs.features.n_features >= n_features, "the formula reads more features");
    NEURONSMITH_CHECK(inputs.parameters.size() >= n_parameters, "a parameter has no value");
    NEURONSMITH_CHECK(inputs.weights.size() >= n_weights * inputs.features.n_features,
                      "a weight vector has no values");
  }

  void check(const Inputs& inputs, const Gradients& gradients) const {
    const std::size_t n_rows = inputs.features.n_rows;
    NEURONSMITH_CHECK(gradients.x.empty() || input_shape == Shape::Scalar,
                      "only scalar x has a gradient");
    NEURONSMITH_CHECK(gradients.x.empty() || gradients.x.size() == n_rows,
                      "one derivative by x a row");
    NEURONSMITH_CHECK(gradients.parameters.empty() || gradients.parameters.size() >= n_parameters,
                      "one derivative a parameter");
    NEURONSMITH_CHECK(gradients.weights.empty() ||
                          gradients.weights.size() >= n_weights * inputs.features.n_features,
                      "one derivative a weight");
  }

  /// Made at the first call that asks for these derivatives.
  const Plan& gradient(Wanted wanted) {
    const std::size_t i = index_of(wanted);
    std::call_once(once[i], [&] {
      gradients[i] = std::make_unique<Plan>(internal::plan_gradient(code, kernels, wanted));
    });
    return *gradients[i];
  }

  Code code;
  const internal::KernelTable& kernels;
  Plan value;
  Shape input_shape;
  std::size_t n_parameters;
  std::size_t n_weights;
  std::size_t n_features = 0;
  std::array<std::once_flag, kWantedCount> once;
  std::array<std::unique_ptr<const Plan>, kWantedCount> gradients;
};

Evaluator::Evaluator(const Formula& formula) : program_(std::make_unique<Program>(formula)) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

void Evaluator::evaluate(const Inputs& inputs, std::span<float> out) const {
  program_->check(inputs);
  NEURONSMITH_CHECK(out.size() == inputs.features.n_rows, "one value a row");
  const Job job{.code = program_->code, .plan = program_->value, .inputs = inputs, .out = out};
  Run(job).run();
}

void Evaluator::evaluate_with_slope(const Inputs& inputs,
                                    std::span<float> out,
                                    std::span<float> slope) const {
  program_->check(inputs);
  const std::size_t n_rows = inputs.features.n_rows;
  NEURONSMITH_CHECK(out.size() == n_rows && slope.size() == n_rows, "one value and slope a row");
  NEURONSMITH_CHECK(program_->input_shape == Shape::Scalar, "only scalar x has a slope");
  const Job job{.code = program_->code,
                .plan = program_->gradient({.x = true, .value = true}),
                .inputs = inputs,
                .out = out,
                .slope = slope};
  Run(job).run();
}

void Evaluator::differentiate(const Inputs& inputs,
                              std::span<const float> adjoint,
                              const Gradients& gradients) const {
  program_->check(inputs);
  program_->check(inputs, gradients);
  NEURONSMITH_CHECK(adjoint.size() == inputs.features.n_rows, "one adjoint a row");
  const Wanted wanted{.x = !gradients.x.empty(),
                      .parameters = !gradients.parameters.empty(),
                      .weights = !gradients.weights.empty()};
  const Job job{.code = program_->code,
                .plan = program_->gradient(wanted),
                .inputs = inputs,
                .adjoint = adjoint,
                .gradients = gradients};
  Run(job).run();
}

namespace {

bool is_elementwise(const Formula& formula) {
  return formula.input_shape() == Shape::Scalar &&
         std::ranges::all_of(formula.nodes(), [](const Node& node) {
           return node.op == Op::Literal || node.op == Op::Input ||
                  info(node.op).kind == OpKind::Elementwise;
         });
}

FeatureView as_feature(std::span<const float> x) { return {x.data(), x.size(), 1, x.size()}; }

}  // namespace

ElementwiseFunction::ElementwiseFunction(const Formula& formula)
    : formula_(formula), evaluator_(formula) {
  NEURONSMITH_CHECK(is_elementwise(formula), "not a function of scalar x alone");
}

void ElementwiseFunction::evaluate(std::span<const float> x, std::span<float> y) const {
  evaluator_.evaluate({.features = as_feature(x), .parameters = {}, .weights = {}}, y);
}

void ElementwiseFunction::evaluate_with_slope(std::span<const float> x,
                                              std::span<float> y,
                                              std::span<float> slope) const {
  evaluator_.evaluate_with_slope(
      {.features = as_feature(x), .parameters = {}, .weights = {}}, y, slope);
}

void ElementwiseFunction::differentiate(std::span<const float> x,
                                        std::span<const float> dy,
                                        std::span<float> dx) const {
  evaluator_.differentiate({.features = as_feature(x), .parameters = {}, .weights = {}},
                           dy,
                           {.x = dx, .parameters = {}, .weights = {}});
}

}  // namespace neuronsmith::formula
