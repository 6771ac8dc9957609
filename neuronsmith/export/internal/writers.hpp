#pragma once

#include <string>

#include "neuronsmith/export/internal/compare.hpp"
#include "neuronsmith/export/internal/subject.hpp"

namespace neuronsmith::exports::internal {

/// A file in two parts: what tells of it, and what does the work and is the same whatever was
/// verified. Texts end with a line end.
struct Draft {
  std::string body;
  std::string comment;  ///< what begins a line of the head, e.g. "# "
};

/// The file: what the activation is, what verification found, and the body.
[[nodiscard]] std::string finished(const Draft& draft,
                                   const Subject& subject,
                                   const Verification& verification);

// One of each a format. Verifying throws DataError when the text does not run or differs.
[[nodiscard]] Draft c_header(const Subject& subject);
[[nodiscard]] Verification verify_c(const Draft& draft,
                                    const Subject& subject,
                                    const Reference& reference,
                                    const std::string& compiler);

[[nodiscard]] Draft pytorch_module(const Subject& subject);
[[nodiscard]] Verification verify_pytorch(const Draft& draft,
                                          const Subject& subject,
                                          const Reference& reference,
                                          const std::string& python);

[[nodiscard]] Draft sympy_text(const Subject& subject);
[[nodiscard]] Verification verify_sympy(const Draft& draft,
                                        const Subject& subject,
                                        const Reference& reference,
                                        const std::string& python);

[[nodiscard]] Draft latex_text(const Subject& subject);

/// What a Python program, whose input are the points, prints for them: `columns` numbers a point.
/// Status 3 of the program means that `package` is not there.
struct PythonRun {
  std::string reason;  ///< why there are no numbers; empty: there are
  std::vector<std::vector<double>> columns = {};
};
[[nodiscard]] PythonRun run_python(const std::string& python,
                                   const std::string& program,
                                   const std::string& package,
                                   const Reference& reference,
                                   std::size_t columns);

}  // namespace neuronsmith::exports::internal
