#include "neuronsmith/formula/shared_evaluator.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>
#include <utility>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/internal/kernels.hpp"

namespace neuronsmith::formula {
namespace {

using internal::kBlockRows;
using internal::Kernel;

constexpr std::size_t kTileRows = 512;
static_assert(kTileRows % kBlockRows == 0);
constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// One distinct subtree.
struct Value {
  Op op = Op::Literal;
  std::int32_t index = 0;  ///< column, or exponent of PowInt
  std::array<std::uint32_t, kMaxArity> arguments = {kNone, kNone, kNone};
  double literal = 0.0;

  /// By the bits of the number: 1/0 and 1/-0 differ.
  bool operator==(const Value& v) const {
    return op == v.op && index == v.index && arguments == v.arguments &&
           std::bit_cast<std::uint64_t>(literal) == std::bit_cast<std::uint64_t>(v.literal);
  }
  [[nodiscard]] bool is_literal() const { return op == Op::Literal; }
  [[nodiscard]] bool is_operation() const { return arity() > 0; }
  [[nodiscard]] std::size_t arity() const { return static_cast<std::size_t>(info(op).arity); }
  /// Those that it has.
  [[nodiscard]] std::span<const std::uint32_t> own() const {
    return std::span(arguments).first(arity());
  }
};

std::uint64_t mixed(std::uint64_t h, std::uint64_t word) {
  h = (h ^ word) * 0x9E3779B97F4A7C15U;
  return h ^ (h >> 29U);
}

struct HashOfValue {
  std::size_t operator()(const Value& v) const {
    const std::uint64_t kind =
        (static_cast<std::uint64_t>(v.op) << 32U) | static_cast<std::uint32_t>(v.index);
    std::uint64_t h = mixed(1, kind);
    for (const std::uint32_t argument : v.own()) h = mixed(h, argument);
    return mixed(h, std::bit_cast<std::uint64_t>(v.literal));
  }
};

/// The distinct subtrees of all formulas, arguments before what uses them.
class Values {
 public:
  /// The value that a formula is.
  std::uint32_t add(const Formula& formula) {
    stack_.clear();
    for (const Node& node : formula.nodes()) {
      check(node, formula);
      stack_.push_back(info(node.op).arity == 0 ? leaf(node) : operation(node));
    }
    return stack_.back();
  }

  [[nodiscard]] std::vector<Value> result() && { return std::move(values_); }

 private:
  static void check(const Node& node, const Formula& formula) {
    const bool is_leaf = node.op == Op::Literal || node.op == Op::Column ||
                         (node.op == Op::Input && formula.input_shape() == Shape::Scalar);
    NEURONSMITH_CHECK(is_leaf || info(node.op).kind == OpKind::Elementwise,
                      "only elementwise formulas of columns share their subtrees");
  }

  std::uint32_t leaf(const Node& node) {
    if (node.op == Op::Literal) return id_of({.literal = node.value});
    return id_of({.op = Op::Column, .index = node.op == Op::Input ? 0 : node.index});
  }

  std::uint32_t operation(const Node& node) {
    Value value{.op = node.op, .index = node.index};
    const auto first = stack_.end() - info(node.op).arity;
    std::copy(first, stack_.end(), value.arguments.begin());
    stack_.erase(first, stack_.end());
    std::uint32_t& a = value.arguments[0];
    std::uint32_t& b = value.arguments[1];
    if (node.op == Op::PowInt && node.index == 0) return id_of({.literal = 1.0});
    if (node.op == Op::PowInt && node.index == 1) return a;
    if (is_constant(value)) return id_of({.literal = folded(value)});
    if (info(node.op).commutative && b < a) std::swap(a, b);
    return id_of(value);
  }

  [[nodiscard]] bool is_constant(const Value& value) const {
    return std::ranges::all_of(
        value.own(), [this](std::uint32_t argument) { return values_[argument].is_literal(); });
  }

  [[nodiscard]] double folded(const Value& value) const {
    Arguments arguments = {0.0, static_cast<double>(value.index)};  // the exponent of PowInt
    std::ranges::transform(value.own(), arguments.begin(), [this](std::uint32_t argument) {
      return values_[argument].literal;
    });
    return info(value.op).value(arguments);
  }

  std::uint32_t id_of(const Value& value) {
    const auto [entry, is_new] =
        ids_.try_emplace(value, static_cast<std::uint32_t>(values_.size()));
    if (is_new) values_.push_back(value);
    return entry->second;
  }

  std::vector<Value> values_;
  std::vector<std::uint32_t> stack_;
  std::unordered_map<Value, std::uint32_t, HashOfValue> ids_;
};

/// One kernel call; operands are entries of a table of pointers.
struct Instruction {
  Kernel kernel = nullptr;
  std::array<std::uint32_t, kMaxArity> operands{};
  std::uint32_t out = 0;
  std::uint32_t first_visit = 0;  ///< formulas that have this value: Program::visits
  std::uint32_t last_visit = 0;
};

struct Visit {
  std::uint32_t formula;
  std::uint32_t entry;
};

}  // namespace

/// The table of pointers holds columns, then numbers, then tiles of scratch memory.
struct SharedEvaluator::Program {
  explicit Program(std::span<const Formula> formulas) {
    Values collected;
    std::vector<std::uint32_t> roots;
    for (const Formula& formula : formulas) roots.push_back(collected.add(formula));
    values = std::move(collected).result();
    entries.assign(values.size(), 0);
    place_leaves();
    place_operations(roots);
  }

  [[nodiscard]] std::uint32_t first_number() const {
    return static_cast<std::uint32_t>(columns.size());
  }
  [[nodiscard]] std::uint32_t first_slot() const {
    return static_cast<std::uint32_t>(columns.size() + numbers.size());
  }

  std::vector<std::uint32_t> columns;  ///< features that are read
  std::vector<float> numbers;
  std::vector<Instruction> instructions;
  std::vector<Visit> visits;         ///< of operations, in the order of the instructions
  std::vector<Visit> column_visits;  ///< formulas that are a column
  std::vector<std::pair<std::uint32_t, float>> constant_visits;  ///< formulas that are a number
  std::size_t n_slots = 0;
  std::size_t n_features = 0;

 private:
  void place_leaves() {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].op != Op::Column) continue;
      entries[i] = static_cast<std::uint32_t>(columns.size());
      columns.push_back(static_cast<std::uint32_t>(values[i].index));
      n_features = std::max(n_features, static_cast<std::size_t>(values[i].index) + 1);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].is_literal()) continue;
      entries[i] = number(static_cast<float>(values[i].literal));
    }
    // Exponents of powers are numbers too: their bits.
    for (const Value& value : values) {
      if (value.op != Op::PowInt) continue;
      exponents.push_back(number(std::bit_cast<float>(value.index)));
    }
  }

  std::uint32_t number(float value) {
    numbers.push_back(value);
    return first_number() + static_cast<std::uint32_t>(numbers.size() - 1);
  }

  void place_operations(const std::vector<std::uint32_t>& roots) {
    std::vector<std::vector<std::uint32_t>> formulas_of(values.size());
    for (std::size_t i = 0; i < roots.size(); ++i) {
      formulas_of[roots[i]].push_back(static_cast<std::uint32_t>(i));
    }
    count_uses();
    std::size_t n_powers = 0;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      if (!values[i].is_operation()) {
        add_leaf_visits(i, formulas_of[i]);
        continue;
      }
      const std::uint32_t exponent = values[i].op == Op::PowInt ? exponents[n_powers++] : 0;
      add_instruction(i, exponent, formulas_of[i]);
    }
  }

  void count_uses() {
    uses.assign(values.size(), 0);
    for (const Value& value : values) {
      for (const std::uint32_t argument : value.own()) ++uses[argument];
    }
  }

  void add_leaf_visits(std::uint32_t i, const std::vector<std::uint32_t>& formulas) {
    for (const std::uint32_t formula : formulas) {
      if (values[i].is_literal()) {
        constant_visits.emplace_back(formula, static_cast<float>(values[i].literal));
      } else {
        column_visits.push_back({formula, entries[i]});
      }
    }
  }

  void add_instruction(std::uint32_t i,
                       std::uint32_t exponent,
                       const std::vector<std::uint32_t>& formulas) {
    const Value& value = values[i];
    Instruction instruction{.kernel = kernel_of(value)};
    if (value.op == Op::PowInt) instruction.operands[1] = exponent;
    std::ranges::transform(value.own(),
                           instruction.operands.begin(),
                           [this](std::uint32_t argument) { return entries[argument]; });
    for (const std::uint32_t argument : value.own()) {
      // A kernel may write over its operands.
      if (--uses[argument] == 0 && values[argument].is_operation()) {
        free_slots.push_back(entries[argument]);
      }
    }
    instruction.out = entries[i] = slot();
    instruction.first_visit = static_cast<std::uint32_t>(visits.size());
    for (const std::uint32_t formula : formulas) visits.push_back({formula, entries[i]});
    instruction.last_visit = static_cast<std::uint32_t>(visits.size());
    instructions.push_back(instruction);
    if (uses[i] == 0) free_slots.push_back(entries[i]);
  }

  [[nodiscard]] Kernel kernel_of(const Value& value) const {
    const internal::Forms& forms = internal::kernels().of(value.op, value.index).value;
    std::size_t form = 0;
    for (std::size_t i = 0; i < value.arity(); ++i) {
      if (values[value.arguments[i]].is_literal()) form |= std::size_t{1} << i;
    }
    return forms[form];
  }

  /// The one freed last: most likely still in the nearest cache.
  std::uint32_t slot() {
    if (free_slots.empty()) return first_slot() + static_cast<std::uint32_t>(n_slots++);
    const std::uint32_t entry = free_slots.back();
    free_slots.pop_back();
    return entry;
  }

  std::vector<Value> values;
  std::vector<std::uint32_t> entries;    ///< of each value in the table
  std::vector<std::uint32_t> exponents;  ///< entries, one a power
  std::vector<std::uint32_t> uses;
  std::vector<std::uint32_t> free_slots;
};

namespace {

/// Rows of columns that do not fill whole blocks, copied to tiles that do.
class Padding {
 public:
  explicit Padding(std::size_t n_columns) : tiles_(n_columns * kTileRows) {}

  const float* tile(std::size_t i, std::span<const float> rows) {
    float* const tile = tiles_.data() + i * kTileRows;
    std::ranges::copy(rows, tile);
    return tile;
  }

 private:
  AlignedVector<float> tiles_;
};

}  // namespace

SharedEvaluator::SharedEvaluator(std::span<const Formula> formulas)
    : program_(std::make_unique<Program>(formulas)) {}
SharedEvaluator::~SharedEvaluator() = default;
SharedEvaluator::SharedEvaluator(SharedEvaluator&&) noexcept = default;
SharedEvaluator& SharedEvaluator::operator=(SharedEvaluator&&) noexcept = default;

std::size_t SharedEvaluator::n_operations() const { return program_->instructions.size(); }

void SharedEvaluator::evaluate(const FeatureView& features, const Visitor& visit) const {
  const Program& p = *program_;
  NEURONSMITH_CHECK(features.n_features >= p.n_features, "the formulas read more features");
  AlignedVector<float> slots(p.n_slots * kTileRows);
  Padding padding(p.columns.size());
  std::vector<const float*> read(p.first_slot() + p.n_slots);
  for (std::size_t i = 0; i < p.numbers.size(); ++i) read[p.first_number() + i] = &p.numbers[i];
  for (std::size_t i = 0; i < p.n_slots; ++i) read[p.first_slot() + i] = &slots[i * kTileRows];
  std::array<float, kTileRows> constants;
  for (std::size_t first = 0; first < features.n_rows; first += kTileRows) {
    const std::size_t rows = std::min(kTileRows, features.n_rows - first);
    const std::size_t padded = (rows + kBlockRows - 1) / kBlockRows * kBlockRows;
    for (std::size_t i = 0; i < p.columns.size(); ++i) {
      const auto column = features.column(p.columns[i]).subspan(first, rows);
      read[i] = rows == padded ? column.data() : padding.tile(i, column);
    }
    for (const Instruction& step : p.instructions) {
      float* const out = &slots[(step.out - p.first_slot()) * kTileRows];
      const auto& at = step.operands;
      step.kernel({read[at[0]], read[at[1]], read[at[2]]}, nullptr, nullptr, out, padded);
      for (std::uint32_t v = step.first_visit; v < step.last_visit; ++v) {
        visit(p.visits[v].formula, first, {out, rows});
      }
    }
    for (const Visit& v : p.column_visits) visit(v.formula, first, {read[v.entry], rows});
    for (const auto& [formula, value] : p.constant_visits) {
      constants.fill(value);
      visit(formula, first, {constants.data(), rows});
    }
  }
}

std::uint64_t shared_hash(const Formula& formula) {
  std::vector<std::uint64_t> stack;
  for (const Node& node : formula.nodes()) {
    const std::uint64_t kind =
        (static_cast<std::uint64_t>(node.op) << 32U) | static_cast<std::uint32_t>(node.index);
    std::uint64_t h = mixed(mixed(7, kind), std::bit_cast<std::uint64_t>(node.value));
    const auto first = stack.end() - info(node.op).arity;
    if (info(node.op).commutative) std::sort(first, stack.end());
    for (auto argument = first; argument != stack.end(); ++argument) h = mixed(h, *argument);
    stack.erase(first, stack.end());
    stack.push_back(h);
  }
  return stack.back();
}

}  // namespace neuronsmith::formula
