#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/cel/rows.h"

/// cel_conformance FILE [--known LIST]: runs the rows of FILE. With a list of rows that are known
/// to fail, only a difference to the list is a failure of the run.
namespace {

using attune::cel::conformance::Outcome;
using attune::cel::conformance::run_row;

constexpr int kSkipped = 77;  // CTest's SKIP_RETURN_CODE

struct Count {
  int passed = 0;
  int failed = 0;
};

/// One id a line; `#` begins a comment line.
std::set<std::string> read_known(const char* path) {
  std::set<std::string> known;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') known.insert(line);
  }
  return known;
}

void print_table(const std::map<std::string, std::array<Count, 4>>& table) {
  std::printf("\n%-18s %12s %12s %12s\n", "file", "tier 1", "tier 2", "tier 3");
  for (const auto& [file, tiers] : table) {
    std::printf("%-18s", file.c_str());
    for (std::size_t tier = 1; tier < tiers.size(); ++tier) {
      const Count& c = tiers[tier];
      const std::string cell = std::to_string(c.passed) + "/" + std::to_string(c.passed + c.failed);
      std::printf(" %12s", c.passed + c.failed == 0 ? "-" : cell.c_str());
    }
    std::printf("\n");
  }
}

/// Rows that do not stand where the list says; each is printed.
int differences(const std::vector<Outcome>& outcomes, const std::set<std::string>& known) {
  int count = 0;
  for (const auto& outcome : outcomes) {
    const bool listed = known.count(outcome.id) != 0;
    if (listed == !outcome.failure.empty()) continue;
    std::printf("%s: %s\n", outcome.id.c_str(),
                listed ? "is on the list and passes" : "is not on the list and fails");
    ++count;
  }
  return count;
}

int run(std::ifstream& in, const char* known) {
  std::map<std::string, std::array<Count, 4>> table;
  std::vector<Outcome> outcomes;
  Count all;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    Outcome outcome = run_row(line);
    Count& cell = table[outcome.file].at(static_cast<std::size_t>(outcome.tier));
    const bool passed = outcome.failure.empty();
    ++(passed ? cell.passed : cell.failed);
    ++(passed ? all.passed : all.failed);
    if (!passed) {
      std::printf("FAIL tier %d %s: %s\n", outcome.tier, outcome.id.c_str(),
                  outcome.failure.c_str());
    }
    outcomes.push_back(std::move(outcome));
  }
  print_table(table);
  const bool good =
      known == nullptr ? all.failed == 0 : differences(outcomes, read_known(known)) == 0;
  std::printf("%d passed, %d failed\n", all.passed, all.failed);
  return good && !outcomes.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool known = argc == 4 && std::string(argv[2]) == "--known";
  if (argc != 2 && !known) {
    std::fprintf(stderr, "usage: cel_conformance FILE [--known LIST]\n");
    return 2;
  }
  std::ifstream in(argv[1]);
  if (!in) {
    std::printf("skipped: %s cannot be read\n", argv[1]);
    return kSkipped;
  }
  return run(in, known ? argv[3] : nullptr);
}
