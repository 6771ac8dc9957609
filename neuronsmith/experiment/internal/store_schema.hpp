#pragma once

#include "neuronsmith/core/internal/database.hpp"

namespace neuronsmith::experiment::internal {

/// The SQLite file of a run store, and how its tables came to be.
extern const neuronsmith::internal::DatabaseKind kRunStore;

}  // namespace neuronsmith::experiment::internal
