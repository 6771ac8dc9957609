#include "neuronsmith/export/export.hpp"

#include <fmt/format.h>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/export/internal/writers.hpp"

namespace neuronsmith::exports {
namespace internal {

std::string finished(const Draft& draft, const Subject& subject, const Verification& verification) {
  const bool is_c = draft.comment == " * ";
  std::string text = is_c ? "/*\n" : "";
  for (const auto& lines : {subject.about, lines_of(verification)}) {
    for (const std::string& line : lines) text += draft.comment + line + "\n";
  }
  return text + (is_c ? " */\n" : "") + draft.body;
}

}  // namespace internal

namespace {

using internal::Draft;
using internal::Reference;
using internal::Subject;

Draft draft_of(const Subject& subject, Format format) {
  switch (format) {
    case Format::PyTorch:
      return internal::pytorch_module(subject);
    case Format::C:
      return internal::c_header(subject);
    case Format::Latex:
      return internal::latex_text(subject);
    case Format::Sympy:
      break;
  }
  return internal::sympy_text(subject);
}

Verification verified(const Draft& draft, const Subject& subject, const ExportOptions& options) {
  if (options.format == Format::Latex) return {.reason = "LaTeX is not run"};
  const Reference reference = internal::make_reference(subject.fixed);
  if (options.format == Format::C) {
    return internal::verify_c(draft, subject, reference, options.c_compiler);
  }
  return options.format == Format::PyTorch
             ? internal::verify_pytorch(draft, subject, reference, options.python)
             : internal::verify_sympy(draft, subject, reference, options.python);
}

}  // namespace

std::string_view name(Format format) {
  switch (format) {
    case Format::PyTorch:
      return "pytorch";
    case Format::C:
      return "c";
    case Format::Latex:
      return "latex";
    case Format::Sympy:
      break;
  }
  return "sympy";
}

Format parse_format(std::string_view text) {
  for (const Format format : {Format::PyTorch, Format::C, Format::Latex, Format::Sympy}) {
    if (text == name(format)) return format;
  }
  throw ConfigError(fmt::format("--format must be pytorch, c, latex or sympy, not \"{}\"", text));
}

Exported export_activation(const neuron::NamedNeuron& named, const ExportOptions& options) {
  const Subject subject = internal::make_subject(named, options.name);
  const Draft draft = draft_of(subject, options.format);
  Exported exported{.text = {}, .verification = verified(draft, subject, options)};
  exported.text = internal::finished(draft, subject, exported.verification);
  return exported;
}

}  // namespace neuronsmith::exports
