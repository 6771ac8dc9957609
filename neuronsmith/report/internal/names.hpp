#pragma once

#include <string>
#include <string_view>

namespace neuronsmith::report::internal {

/// "r2" as "R²", "log_loss" as "log loss". Text, not markup.
[[nodiscard]] std::string metric_label(std::string_view name);
/// "0.42 s", "3 min 5 s".
[[nodiscard]] std::string duration_text(double seconds);
/// 2024-05-06T07:08:09.012Z as 2024-05-06 07:08 UTC.
[[nodiscard]] std::string clock_text(std::string_view time);
/// The last component of a path.
[[nodiscard]] std::string file_name(std::string_view path);
/// A word that a POSIX shell reads back.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace neuronsmith::report::internal
