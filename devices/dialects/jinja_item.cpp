#include "devices/dialects/jinja_item.h"

#include <algorithm>
#include <cmath>

#include "devices/dialects/binding.h"

namespace attune::devices::jinja {

namespace {

using Kind = Item::Kind;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

/// The nth element of a list, counted from its end when negative.
std::optional<std::size_t> place(const Item& key, std::size_t size) {
  if (key.kind != Kind::integer) return std::nullopt;
  const auto count = static_cast<std::int64_t>(size);
  const std::int64_t at = key.integer < 0 ? key.integer + count : key.integer;
  if (at < 0 || at >= count) return std::nullopt;
  return static_cast<std::size_t>(at);
}

Item member_of_node(const json::Node& node, const Item& key) {
  if (node.kind == json::Kind::object) {
    const json::Node* found = key.kind == Kind::text ? node.find(key.text) : nullptr;
    return found == nullptr ? Item{} : of(*found);
  }
  auto at = place(key, node.size);
  if (!at) return {};
  for (const json::Node& child : node) {
    if ((*at)-- == 0) return of(child);
  }
  return {};
}

void append_node(std::string& out, const json::Node& node) {
  const bool object = node.kind == json::Kind::object;
  out += object ? '{' : '[';
  bool first = true;
  for (const json::Node& child : node) {
    if (!first) out += ", ";
    first = false;
    if (object) {
      append_json_string(out, child.key);
      out += ": ";
    }
    append_json(out, of(child));
  }
  out += object ? '}' : ']';
}

void append_items(std::string& out, const Item& item) {
  const bool mapping = item.kind == Kind::mapping;
  out += mapping ? '{' : '[';
  for (std::size_t i = 0; i < item.items.size(); ++i) {
    if (i > 0) out += mapping && i % 2 == 1 ? ": " : ", ";
    append_json(out, item.items[i]);
  }
  out += mapping ? '}' : ']';
}

bool equal_items(const Item& a, const Item& b) {
  return a.items.size() == b.items.size() &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), equal);
}

}  // namespace

Item none() {
  Item item;
  item.kind = Kind::none;
  return item;
}

Item of(bool truth) {
  Item item;
  item.kind = Kind::boolean;
  item.boolean = truth;
  item.integer = truth ? 1 : 0;
  item.number = truth ? 1 : 0;
  return item;
}

Item of(std::int64_t number) {
  Item item;
  item.kind = Kind::integer;
  item.integer = number;
  item.number = static_cast<double>(number);
  return item;
}

Item of(double number) {
  Item item;
  item.kind = Kind::number;
  item.number = number;
  return item;
}

Item of(std::string text) {
  Item item;
  item.kind = Kind::text;
  item.text = std::move(text);
  return item;
}

Item of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::none:
      return {};
    case ValueKind::boolean:
      return of(value.as_bool());
    case ValueKind::integer:
      return of(value.as_integer());
    case ValueKind::number:
      return of(value.as_number());
    case ValueKind::text:
      return of(value.as_text());
    case ValueKind::numbers:
      break;
  }
  Item item;
  item.kind = Kind::list;
  for (const double number : value.as_numbers()) item.items.push_back(of(number));
  return item;
}

Item of(const json::Node& node) {
  switch (node.kind) {
    case json::Kind::null:
      return none();
    case json::Kind::boolean:
      return of(node.boolean);
    case json::Kind::integer:
      return of(node.integer);
    case json::Kind::number:
      return of(node.number);
    case json::Kind::text:
      return of(std::string(node.text));
    case json::Kind::array:
    case json::Kind::object:
      break;
  }
  Item item;
  item.kind = Kind::node;
  item.node = &node;
  return item;
}

bool is_true(const Item& item) {
  switch (item.kind) {
    case Kind::undefined:
    case Kind::none:
      return false;
    case Kind::boolean:
      return item.boolean;
    case Kind::integer:
    case Kind::number:
      return item.number != 0;
    case Kind::text:
      return !item.text.empty();
    case Kind::list:
    case Kind::mapping:
      return !item.items.empty();
    case Kind::node:
      return item.node->size > 0;
  }
  return false;
}

bool equal(const Item& a, const Item& b) {
  if (a.is_number() && b.is_number()) return a.number == b.number;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::undefined:
    case Kind::none:
      return true;
    case Kind::text:
      return a.text == b.text;
    case Kind::list:
    case Kind::mapping:
      return equal_items(a, b);
    case Kind::node:
      return a.node == b.node;
    case Kind::boolean:
    case Kind::integer:
    case Kind::number:
      break;
  }
  return false;
}

std::optional<int> order(const Item& a, const Item& b) {
  if (a.is_number() && b.is_number()) {
    return a.number < b.number ? -1 : (a.number > b.number ? 1 : 0);
  }
  if (a.kind != Kind::text || b.kind != Kind::text) return std::nullopt;
  const int compared = a.text.compare(b.text);
  return compared < 0 ? -1 : (compared > 0 ? 1 : 0);
}

std::string to_text(const Item& item) {
  std::string out;
  switch (item.kind) {
    case Kind::undefined:
      break;
    case Kind::none:
      return "None";
    case Kind::boolean:
      return item.boolean ? "True" : "False";
    case Kind::integer:
      return std::to_string(item.integer);
    case Kind::number:
      append_number(out, item.number);
      if (out.find_first_of(".e") == std::string::npos) out += ".0";
      break;
    case Kind::text:
      return item.text;
    case Kind::list:
    case Kind::mapping:
    case Kind::node:
      append_json(out, item);
      break;
  }
  return out;
}

void append_json(std::string& out, const Item& item) {
  switch (item.kind) {
    case Kind::undefined:
    case Kind::none:
      out += "null";
      return;
    case Kind::boolean:
      out += item.boolean ? "true" : "false";
      return;
    case Kind::integer:
    case Kind::number:
      out += to_text(item);
      return;
    case Kind::text:
      append_json_string(out, item.text);
      return;
    case Kind::node:
      return append_node(out, *item.node);
    case Kind::list:
    case Kind::mapping:
      return append_items(out, item);
  }
}

std::optional<bool> holds(const Item& b, const Item& a) {
  if (b.kind == Kind::text) {
    if (a.kind != Kind::text) return std::nullopt;
    return b.text.find(a.text) != std::string::npos;
  }
  if (b.kind == Kind::node) {
    const bool object = b.node->kind == json::Kind::object;
    for (const json::Node& child : *b.node) {
      if (equal(object ? of(std::string(child.key)) : of(child), a)) return true;
    }
    return false;
  }
  if (b.kind != Kind::list && b.kind != Kind::mapping) return std::nullopt;
  const std::size_t step = b.kind == Kind::mapping ? 2 : 1;
  for (std::size_t i = 0; i < b.items.size(); i += step) {
    if (equal(b.items[i], a)) return true;
  }
  return false;
}

Item member(const Item& base, const Item& key) {
  if (base.kind == Kind::node) return member_of_node(*base.node, key);
  if (base.kind == Kind::list) {
    const auto at = place(key, base.items.size());
    return at ? base.items[*at] : Item{};
  }
  if (base.kind == Kind::text) {
    const auto at = place(key, base.text.size());
    return at && static_cast<unsigned char>(base.text[*at]) < 0x80
               ? of(std::string(1, base.text[*at]))
               : Item{};
  }
  if (base.kind != Kind::mapping) return {};
  for (std::size_t i = 0; i + 1 < base.items.size(); i += 2) {
    if (equal(base.items[i], key)) return base.items[i + 1];
  }
  return {};
}

std::optional<std::size_t> length(const Item& item) {
  switch (item.kind) {
    case Kind::text:
      return item.text.size();
    case Kind::list:
      return item.items.size();
    case Kind::mapping:
      return item.items.size() / 2;
    case Kind::node:
      return item.node->size;
    default:
      return std::nullopt;
  }
}

std::optional<double> to_number(const Item& item) {
  if (item.is_number()) return item.number;
  if (item.kind != Kind::text) return std::nullopt;
  std::string_view text = trimmed(item.text);
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_number(text);
}

}  // namespace attune::devices::jinja
