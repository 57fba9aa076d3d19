#pragma once
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/value.h"

/// The rows of a file of messages with what is expected of them, and how the two compare.
namespace attune::devices::conformance {

/// One line: a JSON object.
using Row = boost::json::object;

/// The member's text; empty when it is absent or no text.
[[nodiscard]] std::string text(const Row& row, std::string_view key);
/// The member, an object; an empty one when it is absent.
[[nodiscard]] const Row& object(const Row& row, std::string_view key);
/// The member, a list of texts.
[[nodiscard]] std::vector<std::string> texts(const Row& row, std::string_view key);
[[nodiscard]] bool is_set(const Row& row, std::string_view key);

/// The payload as bytes, out of base64 where the row says so.
[[nodiscard]] std::string payload(const Row& row);

/// Rows in their order, with `meta.exposes` put in for those that name a model.
struct File {
  std::vector<Row> rows;
  std::map<std::string, std::size_t> by_id;
};
/// Empty when the file cannot be read. A line that is no object ends the program with its number.
[[nodiscard]] std::optional<File> read_rows(const std::string& path);
/// `exposes` as JSON text by model; of a gzipped file or a plain one. Empty: it cannot be read.
[[nodiscard]] std::map<std::string, std::string> read_exposes(const std::string& path);
/// The lines of a file that may be gzipped; empty when it cannot be read.
[[nodiscard]] std::optional<std::vector<std::string>> read_lines(const std::string& path);

/// Percentages within 0.1, color_temp within 1 K, other numbers within 0.1 %, the rest exact.
[[nodiscard]] bool same_value(std::string_view attribute, const boost::json::value& want,
                              const Value& got);
/// JSON by value, binary by its fields without times, the rest by its bytes.
[[nodiscard]] bool same_payload(const Row& row, const std::string& got);
/// A value as a command has it.
[[nodiscard]] Value value_of(const boost::json::value& json);

}  // namespace attune::devices::conformance
