#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tests/devices/playback.h"

/// payload_conformance FILE [--convention NAME] [--known LIST] [--exposes FILE]: plays the messages
/// of FILE and prints each that gives something else than is expected of it. Good when 95 % of
/// those whose expectation somebody else states, and 90 % of all, are as expected.
namespace {

using attune::devices::conformance::File;
using attune::devices::conformance::Row;
using attune::devices::conformance::text;

constexpr int kSkipped = 77;  // CTest's SKIP_RETURN_CODE
constexpr double kStatedMin = 0.95;
constexpr double kAllMin = 0.90;

struct Count {
  int passed = 0;
  int failed = 0;
  void add(bool pass) { ++(pass ? passed : failed); }
  [[nodiscard]] int all() const { return passed + failed; }
  [[nodiscard]] bool reaches(double share) const { return passed >= share * all(); }
};

struct Options {
  std::string file, convention, known, exposes;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--convention" && more) {
      options.convention = argv[++i];
    } else if (word == "--known" && more) {
      options.known = argv[++i];
    } else if (word == "--exposes" && more) {
      options.exposes = argv[++i];
    } else if (options.file.empty() && !word.starts_with("--")) {
      options.file = word;
    } else {
      return std::nullopt;
    }
  }
  if (options.file.empty()) return std::nullopt;
  if (options.exposes.empty()) {
    options.exposes =
        (std::filesystem::path(options.file).parent_path() / "zigbee_exposes.jsonl.gz").string();
  }
  return options;
}

/// `id reason`, one a line; `#` begins a comment line.
std::map<std::string, std::string> read_known(const std::string& path) {
  std::map<std::string, std::string> known;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = std::min(line.find(' '), line.size());
    known.emplace(line.substr(0, space), line.substr(std::min(space + 1, line.size())));
  }
  return known;
}

class Report {
 public:
  explicit Report(std::map<std::string, std::string> known) : known_(std::move(known)) {}

  void add(const Row& row, const std::vector<std::string>& misses) {
    const bool pass = misses.empty();
    const std::string id = text(row, "id");
    table_[text(row, "convention")][text(row, "kind")].add(pass);
    all_.add(pass);
    if (text(row, "oracle") != "hand") stated_.add(pass);
    const auto known = known_.find(id);
    if (pass && known != known_.end()) std::printf("%s: is on the list and passes\n", id.c_str());
    for (const std::string& miss : misses) std::printf("MISS %s: %s\n", id.c_str(), miss.c_str());
    if (!pass && known != known_.end()) std::printf("  known: %s\n", known->second.c_str());
  }

  void print() const {
    std::printf("\n%-14s", "");
    for (const char* kind : kKinds) std::printf(" %12s", kind);
    std::printf("\n");
    for (const auto& [convention, kinds] : table_) print_line(convention, kinds);
    std::printf("\nstated by others: %d of %d; all: %d of %d\n", stated_.passed, stated_.all(),
                all_.passed, all_.all());
    std::printf("%d passed, %d failed\n", all_.passed, all_.failed);
  }

  [[nodiscard]] bool good() const {
    return all_.all() > 0 && all_.reaches(kAllMin) && stated_.reaches(kStatedMin);
  }

 private:
  static constexpr const char* kKinds[] = {"state", "discovery", "availability",
                                           "event", "command",   "other"};

  static void print_line(const std::string& convention, const std::map<std::string, Count>& kinds) {
    std::printf("%-14s", convention.c_str());
    for (const char* kind : kKinds) {
      const auto found = kinds.find(kind);
      const std::string cell = found == kinds.end() ? "-"
                                                    : std::to_string(found->second.passed) + "/" +
                                                          std::to_string(found->second.all());
      std::printf(" %12s", cell.c_str());
    }
    std::printf("\n");
  }

  std::map<std::string, std::string> known_;
  std::map<std::string, std::map<std::string, Count>> table_;
  Count all_;
  Count stated_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: payload_conformance FILE [--convention NAME] [--known LIST] "
                 "[--exposes FILE]\n");
    return 2;
  }
  const std::optional<File> file = attune::devices::conformance::read_rows(options->file);
  if (!file) {
    std::printf("skipped: %s cannot be read\n", options->file.c_str());
    return kSkipped;
  }
  const auto exposes = attune::devices::conformance::read_exposes(options->exposes);
  Report report(read_known(options->known));
  for (const Row& row : file->rows) {
    const bool wanted =
        options->convention.empty() || text(row, "convention") == options->convention;
    if (wanted) report.add(row, attune::devices::conformance::play(row, *file, exposes));
  }
  report.print();
  return report.good() ? 0 : 1;
}
