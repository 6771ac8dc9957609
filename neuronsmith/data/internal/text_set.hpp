#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace neuronsmith::internal {

/// Distinct texts, numbered in order of first appearance. Open addressing over the numbers, so that
/// a text lies in memory once.
class TextSet {
 public:
  struct Entry {
    std::uint32_t code = 0;
    bool is_new = false;
  };

  Entry insert(std::string_view text);

  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  /// Gives the texts away and is empty then.
  [[nodiscard]] std::vector<std::string> release();

 private:
  [[nodiscard]] std::size_t find_slot(std::string_view text) const;
  void grow();

  std::vector<std::string> texts_;
  std::vector<std::uint32_t> slots_;  // power of two; kMissingCode where free
};

}  // namespace neuronsmith::internal
