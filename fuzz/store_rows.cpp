// Any values in the rows of a run store, as a damaged disk or another program may leave them: the
// store reads them or says what is wrong. A line of the input is "TABLE.COLUMN TYPE VALUE" with the
// type t (text), b (blob), i (integer), r (real) or n (null); a line that is none is passed over.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/store.hpp"
#include "neuronsmith/report/report.hpp"

namespace neuronsmith::fuzz {
namespace {

using experiment::RunDetail;
using experiment::RunRecord;
using experiment::RunStore;

constexpr std::array<std::string_view, 3> kTables = {"runs", "scores", "artefacts"};

/// A store of one run with one score and one artefact.
class Store {
 public:
  explicit Store(const std::string& path)
      : store_(path), database_(path, SQLite::OPEN_READWRITE) {
    database_.exec("PRAGMA synchronous = OFF");
  }

  /// Reads the store with the values of `text` in its rows.
  void read_with(std::string_view text) {
    SQLite::Transaction transaction(database_);
    reset();
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      set(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    transaction.commit();
    read();
  }

 private:
  void reset() {
    database_.exec(
        "DELETE FROM scores; DELETE FROM artefacts; DELETE FROM runs;"
        "INSERT INTO runs VALUES (1, 'discover', 'a.csv', '0', '1', '{}', '', 'done', '0', 'm',"
        " '2026', '2026', '', '{\"score\": 0.5}', 1, 1, 'b');"
        "INSERT INTO scores VALUES (1, 'error', 1.0, 0.5);"
        "INSERT INTO artefacts VALUES (1, 'neuron.json', '{}')");
  }

  void set(std::string_view line) {
    const std::size_t dot = line.find('.');
    const std::size_t space = line.find(' ', dot);
    if (space == line.npos || space + 2 >= line.size()) return;
    const std::string column(line.substr(dot + 1, space - dot - 1));
    if (column.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != column.npos) return;
    const std::string value(line.substr(std::min(space + 3, line.size())));
    for (const std::string_view table : kTables) {
      if (table == line.substr(0, dot)) set(std::string(table), column, line[space + 1], value);
    }
  }

  void set(const std::string& table, const std::string& column, char type, const std::string& value) {
    try {
      SQLite::Statement update(database_, "UPDATE " + table + " SET " + column + " = ?");
      if (type == 't') update.bind(1, value);
      if (type == 'b') update.bind(1, value.data(), static_cast<int>(value.size()));
      if (type == 'i') update.bind(1, std::int64_t{std::strtoll(value.c_str(), nullptr, 10)});
      if (type == 'r') update.bind(1, std::strtod(value.c_str(), nullptr));
      update.exec();
    } catch (const SQLite::Exception&) {  // the schema does not allow it
    }
  }

  void read() const {
    try {
      for (const RunRecord& run : store_.list()) {
        const auto found = store_.find(run.id);
        require(found.has_value(), "a run that is listed is found");
        for (const RunDetail detail : {RunDetail::Summary, RunDetail::Listing, RunDetail::Complete}) {
          static_cast<void>(
              experiment::to_json(*found, detail).dump(1, ' ', false, Json::error_handler_t::replace));
        }
        static_cast<void>(report::render({*found}));
      }
    } catch (const Error&) {
    }
  }

  RunStore store_;
  SQLite::Database database_;
};

void exercise(std::string_view text) {
  static const ScratchFolder folder;
  static const int without_gnuplot = ::setenv("PATH", "", 1);  // thousands of processes otherwise
  require(without_gnuplot == 0, "the environment can be changed");
  static Store store(folder.path_of("runs.db"));
  store.read_with(text);
}

}  // namespace
}  // namespace neuronsmith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neuronsmith::fuzz::exercise(neuronsmith::fuzz::as_text(data, size));
  return 0;
}
