#pragma once

#include <string>
#include <string_view>

#include "neuronsmith/experiment/store.hpp"

/// Parts of a run's section, as markup. Each is empty when the run does not have what it needs.
namespace neuronsmith::report::internal {

/// "run7": the anchor of a run, and the start of all anchors within it.
[[nodiscard]] std::string anchor_of(const experiment::RunRecord& run);

/// The content of an artefact; empty when the run has none of that name.
[[nodiscard]] std::string_view artefact(const experiment::RunRecord& run, std::string_view name);

/// What came out in one sentence.
[[nodiscard]] std::string lead_part(const experiment::RunRecord& run);
/// The numbers that matter most, as tiles.
[[nodiscard]] std::string figures_part(const experiment::RunRecord& run);
/// The neuron, typeset and as text to copy.
[[nodiscard]] std::string formula_part(const experiment::RunRecord& run);
/// What the neuron makes of one input.
[[nodiscard]] std::string shape_part(const experiment::RunRecord& run);
/// Error of the search, losses of the training.
[[nodiscard]] std::string convergence_part(const experiment::RunRecord& run);
/// The front as a plot, its points leading to the rows of front_table_part().
[[nodiscard]] std::string front_plot_part(const experiment::RunRecord& run);
[[nodiscard]] std::string front_table_part(const experiment::RunRecord& run);
/// Predicted against true: a scatter of numbers, or a confusion matrix of classes.
[[nodiscard]] std::string predictions_part(const experiment::RunRecord& run);
/// All neurons of a comparison, with intervals.
[[nodiscard]] std::string comparison_part(const experiment::RunRecord& run);
/// Every neuron on every table, as a heat map.
[[nodiscard]] std::string transfer_part(const experiment::RunRecord& run);
/// The arms of a published study, its numbers beside ours.
[[nodiscard]] std::string study_part(const experiment::RunRecord& run);
/// Verdicts on the recovery of known orders, and how much searches of the same data differ.
[[nodiscard]] std::string recovery_part(const experiment::RunRecord& run);
/// Mean ranks over the tables of a study as a critical-difference diagram.
[[nodiscard]] std::string ranks_part(const experiment::RunRecord& run);
/// Options and files, folded away.
[[nodiscard]] std::string details_part(const experiment::RunRecord& run);

}  // namespace neuronsmith::report::internal
