#pragma once
#include <ostream>
#include <string>
#include <vector>

/// Text in aligned columns, for people.
namespace attune::cli {

/// Cells may hold foreign text: what could move a cursor is escaped when printed.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  /// Missing cells at the end are empty.
  void row(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Two spaces between columns, none at the end of a line. A cell that is wider than 64 columns
  /// (the last of a row: 160) is cut, and ends in `…`: one long name must not push all others off.
  void print(std::ostream& out) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// `name   value` lines with the values aligned; for one thing in full.
void print_pairs(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& pairs);

/// Columns that a printable text fills on a terminal: its code points.
[[nodiscard]] std::size_t columns(const std::string& text);

}  // namespace attune::cli
