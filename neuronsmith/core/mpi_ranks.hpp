#pragma once

#include <memory>

#include "neuronsmith/core/ranks.hpp"

namespace neuronsmith {

/// The ranks that mpirun started, of MPI.
class MpiRanks : public Ranks {
 public:
  /// Ends all of them at once.
  [[noreturn]] virtual void abort(int status) = 0;
};

/// Null where the process was not started by mpirun (or the like) or is alone. To be called once a
/// process; ends MPI when it is destroyed. Throws ConfigError where it was, and this program was
/// built without MPI.
[[nodiscard]] std::unique_ptr<MpiRanks> ranks_of_mpi();

}  // namespace neuronsmith
