#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "devices/dialects/jinja_program.h"

/// What filters, methods, tests and operators do.
namespace attune::devices::jinja {

namespace {

using Args = std::vector<Item>;
using Kind = Item::Kind;

/// 2^53: beyond it a double does not count ones any more.
constexpr double kExactMax = 9007199254740992;
constexpr std::string_view kSpace = " \t\r\n";

bool is_nothing(const Item& item) {
  return item.kind == Kind::undefined || item.kind == Kind::none;
}

Item cased(const std::string& text, bool upper) {
  std::string out = text;
  for (char& c : out) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return of(std::move(out));
}

Item lower(const Args& a, Stop&) {
  return cased(to_text(a[0]), false);
}
Item upper(const Args& a, Stop&) {
  return cased(to_text(a[0]), true);
}
Item capitalize(const Args& a, Stop&) {
  Item item = cased(to_text(a[0]), false);
  if (!item.text.empty()) {
    item.text.replace(0, 1, cased(item.text.substr(0, 1), true).text);
  }
  return item;
}

Item trim(const Args& a, Stop&) {
  const std::string text = to_text(a[0]);
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string::npos) return of(std::string());
  return of(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
}

Item default_to(const Args& a, Stop&) {
  const bool also_false = a.size() > 2 && is_true(a[2]);
  const bool replace = a[0].is_undefined() || (also_false && !is_true(a[0]));
  if (!replace) return a[0];
  return a.size() > 1 ? a[1] : of(std::string());
}

/// What a conversion gives when its input is no number.
Item otherwise(const Args& a, const char* what, Stop& stop) {
  if (a.size() > 1) return a[1];
  if (is_nothing(a[0])) return stop.lacks();
  return stop.fail("'" + to_text(a[0]).substr(0, 64) + "' is no " + what);
}

Item to_float(const Args& a, Stop& stop) {
  const auto number = to_number(a[0]);
  return number ? of(*number) : otherwise(a, "number", stop);
}

Item to_int(const Args& a, Stop& stop) {
  if (a.size() > 2 && a[0].kind == Kind::text) {
    char* end = nullptr;
    const int base = a[2].kind == Kind::integer ? static_cast<int>(a[2].integer) : 10;
    if (base < 2 || base > 36) return stop.fail("no such base");
    const std::int64_t value = std::strtoll(a[0].text.c_str(), &end, base);
    if (end != a[0].text.c_str() && *end == 0) return of(value);
  }
  const auto number = to_number(a[0]);
  if (!number || std::abs(*number) > kExactMax) return otherwise(a, "whole number", stop);
  return of(static_cast<std::int64_t>(*number));
}

double rounded(double number, std::int64_t digits, const std::string& method) {
  if (method == "common" && digits > 0) {
    char text[400];
    std::snprintf(text, sizeof text, "%.*f", static_cast<int>(digits), number);
    return std::strtod(text, nullptr);
  }
  const double scale = std::pow(10.0, static_cast<double>(digits));
  if (method == "ceil") return std::ceil(number * scale) / scale;
  if (method == "floor") return std::floor(number * scale) / scale;
  return std::nearbyint(number * scale) / scale;
}

Item round(const Args& a, Stop& stop) {
  const auto number = to_number(a[0]);
  if (!number) return otherwise({a[0]}, "number", stop);
  const std::int64_t digits = a.size() > 1 && a[1].is_number() ? a[1].integer : 0;
  if (digits < -15 || digits > 15) return stop.fail("rounded to too many digits");
  const double value = rounded(*number, digits, a.size() > 2 ? to_text(a[2]) : "common");
  if (!std::isfinite(value)) return stop.fail("out of range");
  if (digits > 0 || std::abs(value) > kExactMax) return of(value);
  return of(static_cast<std::int64_t>(value));
}

Item absolute(const Args& a, Stop& stop) {
  if (!a[0].is_number()) return otherwise({a[0]}, "number", stop);
  if (a[0].kind == Kind::number) return of(std::abs(a[0].number));
  return of(a[0].integer < 0 ? -(a[0].integer + 1) + 1 : a[0].integer);
}

Item string(const Args& a, Stop&) {
  return of(to_text(a[0]));
}

Item count(const Args& a, Stop& stop) {
  const auto size = length(a[0]);
  return size ? of(static_cast<std::int64_t>(*size)) : otherwise({a[0]}, "list", stop);
}

Item replace(const Args& a, Stop& stop) {
  const std::string text = to_text(a[0]);
  const std::string from = to_text(a[1]);
  const std::string to = to_text(a[2]);
  if (from.empty()) return of(text);
  std::string out;
  std::size_t at = 0;
  for (std::size_t found = text.find(from); found != std::string::npos;
       found = text.find(from, at)) {
    out.append(text, at, found - at).append(to);
    at = found + from.size();
    if (out.size() > kTextBytesMax) return stop.fail("the text grows too long");
  }
  return of(out.append(text, at));
}

Item is_defined(const Args& a, Stop& stop) {
  return a[0].is_undefined() ? stop.lacks() : a[0];
}

Item to_json_text(const Args& a, Stop&) {
  std::string out;
  append_json(out, a[0]);
  return of(std::move(out));
}

Item first(const Args& a, Stop&) {
  return member(a[0], of(std::int64_t{0}));
}
Item last(const Args& a, Stop&) {
  return member(a[0], of(std::int64_t{-1}));
}

Item multiply(const Args& a, Stop& stop) {
  const auto x = to_number(a[0]);
  const auto y = to_number(a[1]);
  if (!x || !y) return otherwise({a[0]}, "number", stop);
  return of(*x * *y);
}
Item add(const Args& a, Stop& stop) {
  const auto x = to_number(a[0]);
  const auto y = to_number(a[1]);
  if (!x || !y) return otherwise({a[0]}, "number", stop);
  return of(*x + *y);
}

Item bit_and(const Args& a, Stop& stop) {
  if (a[0].kind != Kind::integer || a[1].kind != Kind::integer) {
    return otherwise({a[0]}, "whole number", stop);
  }
  return of(a[0].integer & a[1].integer);
}

Item to_bool(const Args& a, Stop& stop) {
  static constexpr std::string_view kTrue[] = {"true", "on", "yes", "1", "enable"};
  static constexpr std::string_view kFalse[] = {"false", "off", "no", "0", "disable"};
  if (a[0].is_number()) return of(a[0].number != 0);
  const std::string word = cased(to_text(a[0]), false).text;
  if (std::ranges::find(kTrue, word) != std::end(kTrue)) return of(true);
  if (std::ranges::find(kFalse, word) != std::end(kFalse)) return of(false);
  return otherwise(a, "truth", stop);
}

Item iif(const Args& a, Stop&) {
  if (a[0].kind == Kind::none && a.size() > 3) return a[3];
  if (is_true(a[0])) return a.size() > 1 ? a[1] : of(true);
  return a.size() > 2 ? a[2] : of(false);
}

Item is_number(const Args& a, Stop&) {
  return of(to_number(a[0]).has_value());
}

Item get(const Args& a, Stop&) {
  const Item found = member(a[0], a[1]);
  if (!found.is_undefined()) return found;
  return a.size() > 2 ? a[2] : none();
}

/// What a mapping is looked up by.
Item keys(const Args& a, Stop& stop) {
  Item list;
  list.kind = Kind::list;
  const bool object = a[0].kind == Kind::node && a[0].node->kind == json::Kind::object;
  if (!object && a[0].kind != Kind::mapping) return stop.fail("keys of what has none");
  if (object) {
    for (const json::Node& child : *a[0].node) list.items.push_back(of(std::string(child.key)));
  }
  for (std::size_t i = 0; i < a[0].items.size(); i += 2) list.items.push_back(a[0].items[i]);
  return list;
}

Item split(const Args& a, Stop& stop) {
  if (a[0].kind != Kind::text) return otherwise({a[0]}, "text", stop);
  const std::string separator = a.size() > 1 ? to_text(a[1]) : " ";
  if (separator.empty()) return stop.fail("an empty separator");
  Item list;
  list.kind = Kind::list;
  std::string_view rest = a[0].text;
  while (list.items.size() < 256) {
    const std::size_t at = rest.find(separator);
    list.items.push_back(of(std::string(rest.substr(0, at))));
    if (at == std::string_view::npos) return list;
    rest.remove_prefix(at + separator.size());
  }
  return stop.fail("too many parts");
}

Item starts_with(const Args& a, Stop&) {
  return of(to_text(a[0]).starts_with(to_text(a[1])));
}
Item ends_with(const Args& a, Stop&) {
  return of(to_text(a[0]).ends_with(to_text(a[1])));
}

struct Function {
  std::string_view name;
  std::size_t least, most;  // arguments beside the input
  Item (*call)(const Args&, Stop&);
};

constexpr Function kFilters[] = {
    {"default", 0, 2, default_to},
    {"d", 0, 2, default_to},
    {"float", 0, 1, to_float},
    {"int", 0, 2, to_int},
    {"round", 0, 3, round},
    {"lower", 0, 0, lower},
    {"upper", 0, 0, upper},
    {"capitalize", 0, 0, capitalize},
    {"trim", 0, 0, trim},
    {"abs", 0, 0, absolute},
    {"string", 0, 0, string},
    {"length", 0, 0, count},
    {"count", 0, 0, count},
    {"replace", 2, 2, replace},
    {"is_defined", 0, 0, is_defined},
    {"to_json", 0, 0, to_json_text},
    {"tojson", 0, 0, to_json_text},
    {"first", 0, 0, first},
    {"last", 0, 0, last},
    {"multiply", 1, 1, multiply},
    {"add", 1, 1, add},
    {"bitwise_and", 1, 1, bit_and},
    {"bool", 0, 1, to_bool},
    {"iif", 0, 3, iif},
    {"is_number", 0, 0, is_number},
};

constexpr Function kMethods[] = {
    {"get", 1, 2, get},
    {"keys", 0, 0, keys},
    {"split", 0, 1, split},
    {"lower", 0, 0, lower},
    {"upper", 0, 0, upper},
    {"strip", 0, 0, trim},
    {"replace", 2, 2, replace},
    {"startswith", 1, 1, starts_with},
    {"endswith", 1, 1, ends_with},
};

constexpr std::string_view kTests[] = {"defined", "undefined", "none",    "number",
                                       "string",  "boolean",   "mapping", "true",
                                       "false",   "integer",   "float",   "sequence"};

template <std::size_t N>
const Function* find(const Function (&table)[N], std::string_view name, std::size_t arguments) {
  const auto found = std::ranges::find(table, name, &Function::name);
  if (found == std::end(table)) return nullptr;
  return arguments >= found->least && arguments <= found->most ? &*found : nullptr;
}

Item whole_arithmetic(Op op, std::int64_t a, std::int64_t b, Stop& stop) {
  std::int64_t out = 0;
  bool over = false;
  if (op == Op::add) over = __builtin_add_overflow(a, b, &out);
  if (op == Op::subtract) over = __builtin_sub_overflow(a, b, &out);
  if (op == Op::multiply) over = __builtin_mul_overflow(a, b, &out);
  return over ? stop.fail("out of range") : of(out);
}

/// Python's: the remainder has the sign of the divisor.
double floor_modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Item arithmetic(Op op, const Item& a, const Item& b, Stop& stop) {
  const bool whole = a.kind != Kind::number && b.kind != Kind::number;
  if (whole && (op == Op::add || op == Op::subtract || op == Op::multiply)) {
    return whole_arithmetic(op, a.integer, b.integer, stop);
  }
  const bool divides = op == Op::divide || op == Op::floor_divide || op == Op::modulo;
  if (divides && b.number == 0) return stop.fail("division by zero");
  double out = 0;
  if (op == Op::add) out = a.number + b.number;
  if (op == Op::subtract) out = a.number - b.number;
  if (op == Op::multiply) out = a.number * b.number;
  if (op == Op::divide) out = a.number / b.number;
  if (op == Op::floor_divide) out = std::floor(a.number / b.number);
  if (op == Op::modulo) out = floor_modulo(a.number, b.number);
  if (op == Op::power) out = std::pow(a.number, b.number);
  if (!std::isfinite(out)) return stop.fail("out of range");
  const bool stays_whole = whole && op != Op::divide && b.number >= 0 && std::abs(out) < kExactMax;
  return stays_whole ? of(static_cast<std::int64_t>(out)) : of(out);
}

Item compared(Op op, const Item& a, const Item& b, Stop& stop) {
  const auto which = order(a, b);
  if (!which) {
    return is_nothing(a) || is_nothing(b) ? stop.lacks() : stop.fail("they have no order");
  }
  if (op == Op::less) return of(*which < 0);
  if (op == Op::less_equal) return of(*which <= 0);
  return of(op == Op::greater ? *which > 0 : *which >= 0);
}

Item joined(const Item& a, const Item& b, Stop& stop) {
  std::string text = to_text(a) + to_text(b);
  if (text.size() > kTextBytesMax) return stop.fail("the text grows too long");
  return of(std::move(text));
}

}  // namespace

Item Stop::fail(std::string reason) {
  if (!stopped()) {
    outcome = Rendered::Outcome::failed;
    why = std::move(reason);
  }
  return {};
}

Item Stop::lacks() {
  if (!stopped()) outcome = Rendered::Outcome::missing;
  return {};
}

bool is_filter(std::string_view name, std::size_t arguments) {
  return find(kFilters, name, arguments) != nullptr;
}
bool is_method(std::string_view name, std::size_t arguments) {
  return find(kMethods, name, arguments) != nullptr;
}
bool is_test(std::string_view name) {
  return std::ranges::find(kTests, name) != std::end(kTests);
}

Item apply_filter(std::string_view name, const Args& args, Stop& stop) {
  return find(kFilters, name, args.size() - 1)->call(args, stop);
}

Item apply_method(std::string_view name, const Args& args, Stop& stop) {
  if (args[0].is_undefined()) return stop.lacks();
  return find(kMethods, name, args.size() - 1)->call(args, stop);
}

bool apply_test(std::string_view name, const Item& item) {
  if (name == "defined") return !item.is_undefined();
  if (name == "undefined") return item.is_undefined();
  if (name == "none") return item.kind == Kind::none;
  if (name == "number") return item.is_number();
  if (name == "integer") return item.kind == Kind::integer;
  if (name == "float") return item.kind == Kind::number;
  if (name == "string") return item.kind == Kind::text;
  if (name == "boolean") return item.kind == Kind::boolean;
  if (name == "true") return item.kind == Kind::boolean && item.boolean;
  if (name == "false") return item.kind == Kind::boolean && !item.boolean;
  const bool object = item.kind == Kind::node && item.node->kind == json::Kind::object;
  if (name == "mapping") return item.kind == Kind::mapping || object;
  return length(item).has_value();
}

Item apply_operator(Op op, const Item& a, const Item& b, Stop& stop) {
  switch (op) {
    case Op::equals:
      return of(equal(a, b));
    case Op::differs:
      return of(!equal(a, b));
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return compared(op, a, b, stop);
    case Op::concat:
      return joined(a, b, stop);
    case Op::in: {
      const auto found = holds(b, a);
      if (found) return of(*found);
      return is_nothing(a) || is_nothing(b) ? stop.lacks() : stop.fail("'in' what holds nothing");
    }
    default:
      break;
  }
  if (a.is_number() && b.is_number()) return arithmetic(op, a, b, stop);
  if (op == Op::add && a.kind == Kind::text && b.kind == Kind::text) return joined(a, b, stop);
  if (is_nothing(a) || is_nothing(b)) return stop.lacks();
  return stop.fail("a number is needed to calculate");
}

}  // namespace attune::devices::jinja
