#include "neuronsmith/data/internal/text_set.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "neuronsmith/core/hash.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith::internal {
namespace {

constexpr std::size_t kFirstSlots = 64;

std::size_t hash(std::string_view text) {
  return hash_bytes(std::as_bytes(std::span<const char>(text)));
}

}  // namespace

TextSet::Entry TextSet::insert(std::string_view text) {
  if (2 * texts_.size() >= slots_.size()) grow();
  std::uint32_t& code = slots_[find_slot(text)];
  if (code != kMissingCode) return {code, false};
  code = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  return {code, true};
}

std::vector<std::string> TextSet::release() {
  slots_.clear();
  return std::exchange(texts_, {});
}

std::size_t TextSet::find_slot(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash(text) & mask;
  while (slots_[slot] != kMissingCode && texts_[slots_[slot]] != text) slot = (slot + 1) & mask;
  return slot;
}

void TextSet::grow() {
  slots_.assign(std::max(kFirstSlots, 2 * slots_.size()), kMissingCode);
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    slots_[find_slot(texts_[i])] = static_cast<std::uint32_t>(i);
  }
}

}  // namespace neuronsmith::internal
