#include "devices/dialects/sparkplug_metrics.h"

#include <algorithm>
#include <set>
#include <utility>

#include "devices/dialects/unit_names.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::sparkplug {

namespace {

constexpr std::size_t kRawNameBytesMax = 120;

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

}  // namespace attune::devices::sparkplug
