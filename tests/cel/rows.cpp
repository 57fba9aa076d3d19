#include "tests/cel/rows.h"

#include <boost/json/src.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "rules/cel/program.h"
#include "rules/cel/time.h"

namespace attune::cel::conformance {

namespace {

namespace json = boost::json;

class NoState final : public rules::StateView {
 public:
  [[nodiscard]] const Value& value(AttributeId) const override { return none_; }

 private:
  Value none_;
};

template <class T>
T number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double read_double(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return number<double>(text);
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6U) | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
  }
  return out;
}

Datum read_value(const json::value& tagged, Arena& arena);

Datum read_list(const json::array& items, Arena& arena) {
  std::vector<Datum> list;
  for (const auto& item : items) list.push_back(read_value(item, arena));
  return arena.list(std::move(list));
}

Datum read_map(const json::array& items, Arena& arena) {
  std::vector<std::pair<Datum, Datum>> entries;
  for (const auto& item : items) {
    entries.emplace_back(read_value(item.as_array()[0], arena),
                         read_value(item.as_array()[1], arena));
  }
  return arena.map(std::move(entries));
}

Datum read_value(const json::value& tagged, Arena& arena) {
  const auto& entry = *tagged.as_object().begin();
  const std::string_view tag = entry.key();
  const json::value& v = entry.value();
  if (tag == "null") return make_null();
  if (tag == "bool") return make(v.as_bool());
  if (tag == "list") return read_list(v.as_array(), arena);
  if (tag == "map") return read_map(v.as_array(), arena);
  const std::string_view text = v.as_string();
  if (tag == "int") return make(number<std::int64_t>(text));
  if (tag == "uint") return make(number<std::uint64_t>(text));
  if (tag == "double") return make(read_double(text));
  if (tag == "string") return arena.text(std::string(text));
  if (tag == "bytes") return arena.text(decode_base64(text), Kind::bytes);
  if (tag == "timestamp") return parse_timestamp(text);
  if (tag == "duration") return parse_duration_text(text);
  if (tag == "type") return arena.text(std::string(text), Kind::type);
  return make_error("a tag that nobody knows");
}

std::string_view short_type(std::string_view name) {
  if (name == "google.protobuf.Timestamp") return "timestamp";
  if (name == "google.protobuf.Duration") return "duration";
  return name;
}

/// By kind and value: 1 and 1.0 differ, NaN is NaN.
bool same(const Datum& a, const Datum& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::number:
      return a.number == b.number || (std::isnan(a.number) && std::isnan(b.number));
    case Kind::list:
      return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
    case Kind::map:
      return std::equal(a.map->entries.begin(), a.map->entries.end(), b.map->entries.begin(),
                        b.map->entries.end(), [](const auto& x, const auto& y) {
                          return same(x.first, y.first) && same(x.second, y.second);
                        });
    case Kind::type:
      return short_type(a.view()) == short_type(b.view());
    default:
      return equal(a, b);
  }
}

std::string show(const Datum& d) {
  std::string out(type_name(d.kind));
  switch (d.kind) {
    case Kind::boolean:
      return out + (d.boolean ? " true" : " false");
    case Kind::integer:
      return out + " " + std::to_string(d.integer);
    case Kind::unsigned_integer:
      return out + " " + std::to_string(d.unsigned_integer);
    case Kind::number:
      return out + " " + std::to_string(d.number);
    case Kind::text:
    case Kind::bytes:
    case Kind::type:
    case Kind::error:
      return out + " '" + std::string(d.view()) + "'";
    case Kind::timestamp:
      return out + " " + format_timestamp(d);
    case Kind::duration:
      return out + " " + format_seconds(d);
    case Kind::list:
      for (const Datum& e : d) out += " [" + show(e) + "]";
      return out;
    case Kind::map:
      for (const auto& [k, v] : d.map->entries) out += " [" + show(k) + ": " + show(v) + "]";
      return out;
    default:
      return out;
  }
}

/// What a row declares and binds: one place for each name.
struct Setting {
  Environment names;
  Declarations declared;
  std::vector<Datum> values;
  Arena arena;
};

std::string_view text_of(const json::object& row, std::string_view key) {
  const auto* const found = row.if_contains(key);
  return found != nullptr ? std::string_view(found->as_string()) : std::string_view();
}

bool flag(const json::object& row, std::string_view key) {
  const auto* const found = row.if_contains(key);
  return found != nullptr && found->as_bool();
}

void read_setting(const json::object& row, Setting& setting) {
  setting.names.integer_literals_fit_doubles = false;
  setting.declared.container = text_of(row, "container");
  auto& variables = setting.declared.variables;
  if (const auto* const declared = row.if_contains("type_env")) {
    for (const auto& item : declared->as_array()) {
      const auto& entry = item.as_object();
      if (!entry.contains("type")) continue;
      variables.emplace_back(text_of(entry, "name"), parse_type(text_of(entry, "type")));
    }
  }
  setting.values.resize(variables.size(), make_error("a variable without a value"));
  const auto* const bindings = row.if_contains("bindings");
  if (bindings == nullptr) return;
  for (const auto& entry : bindings->as_object()) {
    std::size_t i = 0;
    while (i < variables.size() && variables[i].first != std::string_view(entry.key())) ++i;
    if (i == variables.size()) {
      variables.emplace_back(entry.key(), Type());
      setting.values.push_back(make_null());
    }
    setting.values[i] = read_value(entry.value(), setting.arena);
  }
}

std::string judge_value(const Datum& got, const json::object& expected, Arena& arena) {
  if (expected.contains("error")) {
    return got.is(Kind::error) ? "" : "wanted an error, got " + show(got);
  }
  const auto* const wanted = expected.if_contains("value");
  if (wanted == nullptr) return "";
  const Datum value = read_value(*wanted, arena);
  return same(got, value) ? "" : "wanted " + show(value) + ", got " + show(got);
}

std::string judge(const json::object& row) {
  Setting setting;
  read_setting(row, setting);
  const auto& expected = row.at("expect").as_object();
  const bool dynamic = flag(row, "disable_check");
  std::vector<Finding> findings;
  const auto program = compile_program(text_of(row, "expr"),
                                       {setting.names, setting.declared, Expect::any,
                                        dynamic ? Checking::dynamic : Checking::typed, true},
                                       findings);
  if (!program) {
    if (dynamic && expected.contains("error")) return "";
    return "rejected: " + (findings.empty() ? "" : findings[0].code + " " + findings[0].message);
  }
  const auto type = text_of(expected, "type");
  if (!type.empty() && text(program->type()) != type) {
    return "wanted the type " + std::string(type) + ", got " + text(program->type());
  }
  if (flag(row, "check_only")) return "";
  return judge_value(program->evaluate(NoState(), setting.arena, setting.values.data()), expected,
                     setting.arena);
}

}  // namespace

Outcome run_row(std::string_view line) {
  Outcome outcome;
  boost::system::error_code error;
  const json::value parsed = json::parse(line, error);
  if (error || !parsed.is_object()) return {"?", "?", 0, "not a JSON object"};
  const auto& row = parsed.as_object();
  outcome.id = text_of(row, "id");
  outcome.file = text_of(row, "file");
  outcome.tier = static_cast<int>(row.at("tier").as_int64());
  outcome.failure = judge(row);
  return outcome;
}

}  // namespace attune::cel::conformance
