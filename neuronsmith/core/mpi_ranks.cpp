#include "neuronsmith/core/mpi_ranks.hpp"

#include <cstdlib>
#include <limits>

#include "neuronsmith/core/error.hpp"

#ifdef NEURONSMITH_MPI
#include <mpi.h>
#endif

namespace neuronsmith {
namespace {

/// Of Open MPI, MPICH and Slurm's PMI: what tells a process of how many it is one.
bool is_of_several() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* const size = std::getenv(name);
    if (size != nullptr && std::atoi(size) > 1) return true;
  }
  return false;
}

#ifdef NEURONSMITH_MPI

constexpr int kTag = 0;

/// MPI's counts are ints.
int count_of(std::size_t bytes) {
  NEURONSMITH_CHECK(bytes <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
                    "a message of more than 2 GiB");
  return static_cast<int>(bytes);
}

class WorldRanks final : public MpiRanks {
 public:
  WorldRanks() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    int value = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &value);
    rank_ = static_cast<std::size_t>(value);
    MPI_Comm_size(MPI_COMM_WORLD, &value);
    size_ = static_cast<std::size_t>(value);
  }
  ~WorldRanks() override { MPI_Finalize(); }

  [[nodiscard]] std::size_t rank() const override { return rank_; }
  [[nodiscard]] std::size_t size() const override { return size_; }

  [[nodiscard]] bool any(bool mine) override {
    const int given = mine ? 1 : 0;
    int result = 0;
    MPI_Allreduce(&given, &result, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return result != 0;
  }

  [[nodiscard]] std::string pass_on(const std::string& message) override {
    const int next = static_cast<int>((rank_ + 1) % size_);
    const int before = static_cast<int>((rank_ + size_ - 1) % size_);
    MPI_Request sending = MPI_REQUEST_NULL;
    MPI_Isend(
        message.data(), count_of(message.size()), MPI_CHAR, next, kTag, MPI_COMM_WORLD, &sending);
    std::string received = receive(before);
    MPI_Wait(&sending, MPI_STATUS_IGNORE);
    return received;
  }

  [[nodiscard]] std::vector<std::string> gather(const std::string& message) override {
    if (!is_first()) {
      send(message, 0);
      return {};
    }
    std::vector<std::string> messages = {message};
    for (std::size_t i = 1; i < size_; ++i) messages.push_back(receive(static_cast<int>(i)));
    return messages;
  }

  [[nodiscard]] std::string scatter(const std::vector<std::string>& messages) override {
    if (!is_first()) return receive(0);
    NEURONSMITH_CHECK(messages.size() == size_, "one message a rank");
    for (std::size_t i = 1; i < size_; ++i) send(messages[i], static_cast<int>(i));
    return messages[0];
  }

  [[noreturn]] void abort(int status) override {
    MPI_Abort(MPI_COMM_WORLD, status);
    std::abort();  // not come to
  }

 private:
  static void send(const std::string& message, int rank) {
    MPI_Send(message.data(), count_of(message.size()), MPI_CHAR, rank, kTag, MPI_COMM_WORLD);
  }

  static std::string receive(int rank) {
    MPI_Status status;
    MPI_Probe(rank, kTag, MPI_COMM_WORLD, &status);
    int count = 0;
    MPI_Get_count(&status, MPI_CHAR, &count);
    std::string message(static_cast<std::size_t>(count), '\0');
    MPI_Recv(message.data(), count, MPI_CHAR, rank, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return message;
  }

  std::size_t rank_ = 0;
  std::size_t size_ = 1;
};

#endif

}  // namespace

std::unique_ptr<MpiRanks> ranks_of_mpi() {
  if (!is_of_several()) return nullptr;
#ifdef NEURONSMITH_MPI
  return std::make_unique<WorldRanks>();
#else
  throw ConfigError("mpirun: this program was built without MPI; it runs as one process only");
#endif
}

}  // namespace neuronsmith
