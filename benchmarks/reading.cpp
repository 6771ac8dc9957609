// How fast a CSV file becomes a table, beside libcsv alone, whose callbacks do nothing here. The
// file is made by `write_table` and named by NEURONSMITH_BENCHMARK_TABLE.
#include <benchmark/benchmark.h>
#include <csv.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "neuronsmith/data/read_table.hpp"

namespace neuronsmith::benchmarks {
namespace {

std::string table_file() {
  const char* const path = std::getenv("NEURONSMITH_BENCHMARK_TABLE");
  return path == nullptr ? "" : path;
}

void count_bytes(benchmark::State& state) {
  const auto size = static_cast<double>(std::filesystem::file_size(table_file()));
  state.counters["bytes"] = benchmark::Counter(size * static_cast<double>(state.iterations()),
                                               benchmark::Counter::kIsRate);
}

void neuronsmith_reads(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(read_table(table_file()).n_rows);
  count_bytes(state);
}

void libcsv_parses(benchmark::State& state) {
  std::array<char, 1 << 16> block{};
  for (auto _ : state) {
    csv_parser parser;
    csv_init(&parser, 0);
    std::ifstream file(table_file(), std::ios::binary);
    while (file.read(block.data(), block.size()) || file.gcount() > 0) {
      const auto n = static_cast<std::size_t>(file.gcount());
      csv_parse(
          &parser, block.data(), n, [](void*, std::size_t, void*) {}, [](int, void*) {}, nullptr);
    }
    csv_free(&parser);
  }
  count_bytes(state);
}

const bool kRegistered = [] {
  if (!std::filesystem::exists(table_file())) return false;
  benchmark::RegisterBenchmark("read/neuronsmith", neuronsmith_reads)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("read/libcsv", libcsv_parses)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace neuronsmith::benchmarks
