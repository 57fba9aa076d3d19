#include "broker/cli/table.h"

#include <algorithm>
#include <utility>

#include "devices/model/issue.h"

namespace attune::cli {
namespace {

constexpr std::size_t kCellColumnsMax = 64;
constexpr std::size_t kLastCellColumnsMax = 160;  // nothing stands behind it

bool begins_character(char c) {
  return (c & 0xc0) != 0x80;
}

std::string clipped(std::string text, std::size_t columns_max) {
  if (columns(text) <= columns_max) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (begins_character(text[end]) && ++seen == columns_max) break;
  }
  return text.substr(0, end) + "…";
}

void widen(std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
    widths[i] = std::max(widths[i], columns(cells[i]));
  }
}

void print_line(std::ostream& out, const std::vector<std::size_t>& widths,
                const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
    line += cells[i] + std::string(widths[i] - columns(cells[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

Table::Table(std::vector<std::string> header) : header_(std::move(header)) {}

void Table::row(std::vector<std::string> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 >= header_.size();
    cells[i] = clipped(printable(cells[i]), last ? kLastCellColumnsMax : kCellColumnsMax);
  }
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(header_.size(), 0);
  widen(widths, header_);
  for (const auto& cells : rows_) widen(widths, cells);
  print_line(out, widths, header_);
  for (const auto& cells : rows_) print_line(out, widths, cells);
}

void print_pairs(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, columns(printable(name)));
  for (const auto& [name, value] : pairs) {
    print_line(out, {width, 0 + columns(printable(value))}, {printable(name), printable(value)});
  }
}

}  // namespace attune::cli
