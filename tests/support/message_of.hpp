#pragma once

#include <string>

namespace neuronsmith::testing {

/// What an action throws; "" when it throws nothing. Of another type, it is not caught.
template <typename Exception, typename Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace neuronsmith::testing
