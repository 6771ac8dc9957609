#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace neuronsmith {

/// A mistake that the user can mend: says what, where, the value found and the values accepted.
/// The command line turns it into one line and exit status 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An option or a combination of options that is not valid.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// Text that does not follow its grammar: a formula, a neuron file, a model file.
class ParseError : public Error {
 public:
  using Error::Error;
};

/// A table whose content does not fit the purpose.
class DataError : public Error {
 public:
  using Error::Error;
};

/// A file that cannot be read or written.
class IoError : public Error {
 public:
  using Error::Error;
};

/// A bug of ours. No input may cause it.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace internal {
[[noreturn]] void fail_check(const char* condition,
                             const std::string& message,
                             const std::source_location& where);
}  // namespace internal

}  // namespace neuronsmith

/// Throws InternalError with its place unless `condition` holds.
#define NEURONSMITH_CHECK(condition, message)                                     \
  do {                                                                            \
    if (!(condition)) {                                                           \
      ::neuronsmith::internal::fail_check(#condition, message,                    \
                                          std::source_location::current());       \
    }                                                                             \
  } while (false)

/// The debug-only twin of NEURONSMITH_CHECK for hot loops.
#ifdef NDEBUG
#define NEURONSMITH_ASSERT(condition, message) static_cast<void>(0)
#else
#define NEURONSMITH_ASSERT(condition, message) NEURONSMITH_CHECK(condition, message)
#endif
