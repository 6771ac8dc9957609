#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace neuronsmith {

/// Processes that work on one thing side by side, one of which this is. But for rank() and size()
/// all functions are called by all of them in the same order, and wait for the others. Messages are
/// bytes.
///
/// From one thread.
class Ranks {
 public:
  virtual ~Ranks() = default;

  /// 0 to size() - 1; rank 0 is the one that reads, writes and tells.
  [[nodiscard]] virtual std::size_t rank() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;

  /// Whether any of them says so.
  [[nodiscard]] virtual bool any(bool mine) = 0;
  /// Sends a message to the next rank, the last one's to the first; returns that of the one before.
  [[nodiscard]] virtual std::string pass_on(const std::string& message) = 0;
  /// On rank 0 the messages of all, in order; nothing elsewhere.
  [[nodiscard]] virtual std::vector<std::string> gather(const std::string& message) = 0;
  /// The message that rank 0 has for this one. Elsewhere `messages` are of no meaning.
  [[nodiscard]] virtual std::string scatter(const std::vector<std::string>& messages) = 0;

  [[nodiscard]] bool is_first() const { return rank() == 0; }
};

}  // namespace neuronsmith
