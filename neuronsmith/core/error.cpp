#include "neuronsmith/core/error.hpp"

#include <fmt/format.h>

namespace neuronsmith::internal {

void fail_check(const char* condition,
                const std::string& message,
                const std::source_location& where) {
  throw InternalError(fmt::format(
      "{}:{}: check `{}` failed: {}", where.file_name(), where.line(), condition, message));
}

}  // namespace neuronsmith::internal
