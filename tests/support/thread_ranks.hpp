#pragma once

#include <barrier>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuronsmith/core/ranks.hpp"

namespace neuronsmith::testing {

/// Ranks that are threads of one process.
class ThreadRanks final : public Ranks {
 public:
  /// Where they meet.
  struct Meeting {
    explicit Meeting(std::size_t size)
        : flags(size), messages(size), barrier(static_cast<std::ptrdiff_t>(size)) {}

    std::vector<int> flags;
    std::vector<std::string> messages;
    std::barrier<> barrier;
  };

  ThreadRanks(Meeting& meeting, std::size_t rank) : meeting_(meeting), rank_(rank) {}

  [[nodiscard]] std::size_t rank() const override { return rank_; }
  [[nodiscard]] std::size_t size() const override { return meeting_.flags.size(); }

  [[nodiscard]] bool any(bool mine) override {
    meeting_.flags[rank_] = mine ? 1 : 0;
    return met([this] {
      for (const int flag : meeting_.flags) {
        if (flag != 0) return true;
      }
      return false;
    });
  }
  [[nodiscard]] std::string pass_on(const std::string& message) override {
    meeting_.messages[rank_] = message;
    return met([this] { return meeting_.messages[(rank_ + size() - 1) % size()]; });
  }
  [[nodiscard]] std::vector<std::string> gather(const std::string& message) override {
    meeting_.messages[rank_] = message;
    return met([this] { return is_first() ? meeting_.messages : std::vector<std::string>(); });
  }
  [[nodiscard]] std::string scatter(const std::vector<std::string>& messages) override {
    if (is_first()) meeting_.messages = messages;
    return met([this] { return meeting_.messages[rank_]; });
  }

  /// Runs `work` on that many of them side by side.
  static void run(std::size_t size, const std::function<void(Ranks&)>& work) {
    Meeting meeting(size);
    std::vector<std::jthread> threads;
    for (std::size_t rank = 0; rank < size; ++rank) {
      threads.emplace_back([&work, &meeting, rank] {
        ThreadRanks ranks(meeting, rank);
        work(ranks);
      });
    }
  }

 private:
  /// What `look` returns when all have come, and before any goes.
  template <typename Look>
  std::invoke_result_t<Look> met(const Look& look) {
    meeting_.barrier.arrive_and_wait();
    std::invoke_result_t<Look> seen = look();
    meeting_.barrier.arrive_and_wait();
    return seen;
  }

  Meeting& meeting_;
  std::size_t rank_;
};

}  // namespace neuronsmith::testing
