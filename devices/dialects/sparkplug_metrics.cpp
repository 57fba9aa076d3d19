#include "devices/dialects/sparkplug_metrics.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "devices/dialects/unit_names.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::sparkplug {

namespace {

constexpr std::size_t kRawNameBytesMax = 120;
constexpr double kExactMax = 9007199254740992;  // 2^53
constexpr double kRealStep = 0.001;             ///< wire units that 32 bits tell apart
constexpr int kRealDecimals = 4;

/// `Supply Voltage` as the vocabulary would write it.
std::string word_of(std::string_view name) {
  std::string word;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    word += c == ' ' || c == '-' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word;
}

bool is_counted_in(const Word& word, std::string_view unit) {
  const bool number = word.type == ValueType::number || word.type == ValueType::integer;
  return number && !word.unit.empty() && !unit.empty() && convert(unit, word.unit).has_value();
}

}  // namespace

std::string raw_name(std::string_view metric) {
  std::string name = "raw";
  metric = metric.substr(0, kRawNameBytesMax);
  while (!metric.empty()) {
    const std::size_t slash = std::min(metric.find('/'), metric.size());
    name += "." + plain_name(metric.substr(0, slash));
    metric.remove_prefix(std::min(slash + 1, metric.size()));
  }
  return name;
}

std::vector<Bound> canonical_of(const std::vector<Metric>& metrics) {
  std::vector<Bound> all;
  std::set<std::string> taken;
  for (const Metric& metric : metrics) {
    if (metric.unit.empty() || metric.name.empty()) continue;
    const std::size_t slash = metric.name.rfind('/');
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    const std::string name = word_of(std::string_view(metric.name).substr(start));
    const Word* word = find_word(name);
    const std::string_view unit = ucum_code(metric.unit);
    if (word == nullptr || !is_counted_in(*word, unit)) continue;
    const std::string endpoint =
        start == 0 ? "" : plain_name(std::string_view(metric.name).substr(0, slash));
    const std::string attribute = endpoint.empty() ? name : endpoint + "." + name;
    if (!taken.insert(attribute).second) continue;
    all.push_back(bind_canonical(metric.name, attribute, unit));
  }
  return all;
}

json::Node node_of(const Value& value) {
  json::Node node;
  if (value.kind() == ValueKind::text) return text_node(value.as_text());
  if (value.kind() == ValueKind::boolean) {
    node.kind = json::Kind::boolean;
    node.boolean = value.as_bool();
  }
  if (!value.is_numeric()) return node;
  node.number = value.numeric();
  const bool whole = std::abs(node.number) <= kExactMax && std::trunc(node.number) == node.number;
  // Words may stand for whole numbers, whatever type carries them.
  node.kind = whole ? json::Kind::integer : json::Kind::number;
  if (whole) node.integer = static_cast<std::int64_t>(node.number);
  return node;
}

Value as_datatype(const Value& wire, std::uint32_t datatype) {
  if (fits(wire, datatype)) return wire;
  const bool is_truth = datatype == static_cast<std::uint32_t>(Type::boolean);
  Value other;
  if (wire.kind() == ValueKind::boolean) {
    other = wire.as_bool() ? 1 : 0;
  } else if (wire.kind() == ValueKind::text && is_truth) {
    const std::string& word = wire.as_text();
    if (word == "true" || word == "1") other = true;
    if (word == "false" || word == "0") other = false;
  } else if (wire.kind() == ValueKind::text) {
    if (const auto number = parse_number(wire.as_text())) other = *number;
  } else if (is_truth && wire.is_numeric()) {
    other = wire.numeric() != 0;
  }
  return fits(other, datatype) ? other : Value();
}

void fit_datatype(Bound& bound, std::uint32_t datatype) {
  if (bound.binding.shape != Shape::number) return;
  const auto type = static_cast<Type>(datatype);
  if (type == Type::real64) return;
  if (type == Type::real) {
    bound.binding.step = kRealStep;
    bound.binding.decimals = kRealDecimals;
  } else {
    bound.binding.whole = true;
  }
  describe_wire(bound);
}

}  // namespace attune::devices::sparkplug
